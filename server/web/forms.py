"""What a browser sends of a form."""

from __future__ import annotations

from server.network import AnyRequest


async def text_fields(request: AnyRequest) -> dict[str, str]:
    """The form's fields that are text; of a name that comes twice, the last."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
