"""How pages are made: one Jinja environment, with the words and filters of every template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from server.accounts.models import Role
from server.accounts.staff import visitor
from server.exams.starting import said
from server.network import AnyRequest
from server.reports.sheets import TEMPLATES as REPORTS
from server.review.durations import clock, iso, moment, of_day, spoken
from server.review.flags import particulars, reason
from server.web.assets import STATIC
from server.web.navigation import frame
from shared.counting import count

TEMPLATES = STATIC.parent / "templates"
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie, HX-Request"}

# How htmx is set up: without inline styles or evaluated code, which the policy of the
# pages forbids; what a server says about a conflict or a mistake is shown like any answer.
# Nothing of a page is kept for going back, which loads the page that was left as a whole.
HTMX = (
    '{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0,'
    '"refreshOnHistoryMiss":true,'
    '"attributesToSettle":["class"],'
    '"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"409|422","swap":true},{"code":"...","swap":false,"error":true}]}'
)


def template_config(static: str) -> TemplateConfig[JinjaTemplateEngine]:
    """The templates' environment; ``static`` is the address of the static files."""
    environment = Environment(
        # A report's page and its paper share their words.
        loader=FileSystemLoader([TEMPLATES, REPORTS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock,
        "count": count,
        "iso": iso,
        "moment": moment,
        "of_day": of_day,
        "particulars": particulars,
        "reason": reason,
        "spoken": spoken,
        "zoned": said,
    }
    environment.globals |= {
        "frame": frame,
        "htmx": HTMX,
        "icons": f"{static}/img/icons.svg",
        "static": static,
        "visitor": visitor,
        "Role": Role,
    }
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


# Makes the text of a template by itself, of its name and what it needs.
Renderer = Callable[[str, Mapping[str, Any]], str]


def renderer(config: TemplateConfig[JinjaTemplateEngine]) -> Renderer:
    """Makes parts that are the same for everybody, where nobody asks for a page."""
    environment = config.engine_instance.engine

    def render(name: str, context: Mapping[str, Any]) -> str:
        return environment.get_template(name).render(context)

    return render


def page(
    name: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Template:
    """A page or a part of one, which no cache keeps."""
    return Template(
        name,
        context=dict(context),
        status_code=status,
        headers={**PRIVATE, **(headers or {})},
    )


def wants_page(request: AnyRequest) -> bool:
    """Whether a person's browser asks, rather than a program or a part of a page."""
    path = request.url.path
    program = path.startswith(("/api/", "/media/", "/schema", "/health"))
    return not program and "text/html" in request.headers.get("Accept", "")
