"""Accepted builds for programs: ``/api/v1/builds``."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.builds.accepting import MAX_MANIFEST_BYTES, Accepted, BuildList, Builds, By
from server.description import Manifest
from server.network import AnyRequest
from server.problems import Rejection
from shared.wire import API_PREFIX

PRIVATE = {"Cache-Control": "private, no-store"}


class BuildOut(msgspec.Struct, frozen=True):
    """An accepted build; times in µs UTC. ``build`` is what sessions name, ``signer`` the
    fingerprint of the key that signed it.
    """

    id: str
    build: str
    signer: str
    name: str
    version: str
    number: int
    target: str
    added: int
    added_by: str
    withdrawn: int | None
    withdrawn_by: str


class BuildsOut(msgspec.Struct, frozen=True):
    """The list, the newest first. ``flags``: whether sessions of other builds are flagged, or
    that is only shown; ``judges``: whether anything is on it that was not withdrawn.
    """

    flags: bool
    judges: bool
    builds: list[BuildOut]


class BuildRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether sessions of builds that are not on the list are flagged."""

    flags: bool


class BuildsController(Controller):
    """An institution's list of accepted builds, for its administrators."""

    path = f"{API_PREFIX}/builds"
    tags = ("builds",)
    guards = (require(Role.ADMIN),)

    @get("/")
    async def get_builds(
        self, request: AnyRequest, builds: NamedDependency[Builds]
    ) -> Response[BuildsOut]:
        """The institution's list."""
        staff = current_account(request)
        return Response(_list(await builds.all(staff.institution_id)), headers=PRIVATE)

    @post(
        "/",
        status_code=201,
        request_max_body_size=MAX_MANIFEST_BYTES,
        operation_class=Manifest,
    )
    async def post_build(
        self,
        request: AnyRequest,
        builds: NamedDependency[Builds],
        signer: FromQuery[str] = "",
    ) -> Response[BuildOut] | Response[bytes]:
        """Accept the build of a signed manifest, which is the body.

        ``signer`` is the fingerprint of the key that has to have signed it; it is needed for
        the first build of a signer.
        """
        by = who(current_account(request))
        made = await builds.accept(by, await request.body(), signer)
        if isinstance(made, Rejection):
            return made.response()
        return Response(build_out(made), status_code=201, headers=PRIVATE)

    @post("/{build_id:str}/withdraw", status_code=204)
    async def post_withdraw(
        self,
        request: AnyRequest,
        build_id: FromPath[str],
        builds: NamedDependency[Builds],
    ) -> None:
        """Take a build off the list, for sessions that begin from now on."""
        await builds.withdraw(who(current_account(request)), build_id)

    @put("/rule", status_code=204)
    async def put_rule(
        self,
        request: AnyRequest,
        data: JSONBody[BuildRule],
        builds: NamedDependency[Builds],
    ) -> None:
        """Have sessions of other builds flagged, or only shown."""
        by = who(current_account(request))
        await builds.settle(by, flags=data.flags)


def who(staff: Staff) -> By:
    """Who asks for a change of their institution's list."""
    return By(staff, staff.institution_id)


def _list(found: BuildList) -> BuildsOut:
    return BuildsOut(found.flags, found.judges, [build_out(one) for one in found.builds])


def build_out(one: Accepted) -> BuildOut:
    """As programs are told of it."""
    row = one.row
    return BuildOut(
        id=row.id,
        build=row.build,
        signer=row.signer,
        name=row.name,
        version=row.version,
        number=row.number,
        target=row.target,
        added=row.added_at,
        added_by=one.added_by,
        withdrawn=row.withdrawn_at,
        withdrawn_by=one.withdrawn_by,
    )
