"""``/settings/builds``: which builds of the recorder are accepted."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.builds.accepting import MAX_MANIFEST_BYTES, Builds
from server.builds.controllers import who
from server.network import AnyRequest
from server.problems import Rejection
from server.web.forms import text_fields
from server.web.rendering import page

PAGE = "/settings/builds"

# The file, and what a browser puts around it.
MAX_UPLOAD_BYTES = MAX_MANIFEST_BYTES + 65_536

# What was done, as the page says it.
DONE = {
    "accepted": "Accepted. Sessions are judged by the new list at once.",
    "withdrawn": "Withdrawn, for sessions that begin from now on.",
    "settled": "Changed.",
}


class BuildPages(Controller):
    """The list, and what is done with it."""

    path = PAGE
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_builds(
        self, request: AnyRequest, builds: NamedDependency[Builds]
    ) -> Template:
        """The list, and the form for another build."""
        done = DONE.get(request.query_params.get("done", ""), "")
        return await _listed(request, builds, done=done)

    @post("/", status_code=303, request_max_body_size=MAX_UPLOAD_BYTES)
    async def post_build(
        self,
        request: AnyRequest,
        builds: NamedDependency[Builds],
    ) -> Template | Redirect:
        """Accept the build of a manifest (``manifest``, ``signer``)."""
        form = await request.form()
        file, signer = form.get("manifest"), str(form.get("signer", ""))
        data = await file.read() if isinstance(file, UploadFile) else b""
        by = who(current_account(request))
        made = await builds.accept(by, data, signer)
        if isinstance(made, Rejection):
            return await _listed(request, builds, wrong=made.detail, signer=signer[:200])
        return _back("accepted")

    @post("/{build_id:str}/withdraw", status_code=303)
    async def post_withdraw(
        self,
        request: AnyRequest,
        build_id: FromPath[str],
        builds: NamedDependency[Builds],
    ) -> Redirect:
        """Take one off the list."""
        await builds.withdraw(who(current_account(request)), build_id)
        return _back("withdrawn")

    @post("/rule", status_code=303)
    async def post_rule(
        self,
        request: AnyRequest,
        builds: NamedDependency[Builds],
    ) -> Redirect:
        """Have others flagged (``flags``), or only shown."""
        flags = "flags" in await text_fields(request)
        await builds.settle(who(current_account(request)), flags=flags)
        return _back("settled")


def _back(done: str) -> Redirect:
    return Redirect(f"{PAGE}?done={done}", status_code=303)


async def _listed(
    request: AnyRequest, builds: Builds, *, done: str = "", wrong: str = "", signer: str = ""
) -> Template:
    found = await builds.all(current_account(request).institution_id)
    context = {"list": found, "done": done, "wrong": wrong, "signer": signer}
    return page("builds.html", context, status=422 if wrong else 200)
