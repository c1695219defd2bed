"""Things that exist on a server, made through its own interface, by what paths call them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from support.authority import API, CANDIDATES, PROFILE, WEBHOOK
from support.signed_builds import signed_build

from server.accounts.scopes import TOKEN_PREFIX, Scope

Ids = Mapping[str, str]

# Where nobody listens, on this computer: a server lets webhooks go there that is told to by
# INWARD, and looks for the name of any other place.
NOWHERE = "https://127.0.0.1:1/x"
INWARD = {"webhook_networks": "127.0.0.0/8"}


def _made(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code in {200, 201}, answer.text
    return answer


def make_webhook(admin: httpx.Client, ids: Ids) -> str:
    return _made(admin.post(f"{API}/webhooks", json=WEBHOOK | {"url": NOWHERE})).json()["id"]


def make_profile(admin: httpx.Client, ids: Ids) -> str:
    return _made(admin.post(f"{API}/accommodations", json=PROFILE)).json()["id"]


def make_build(admin: httpx.Client, ids: Ids) -> str:
    kind, build = {"Content-Type": "application/octet-stream"}, signed_build()
    path = f"{API}/builds?signer={build.signer}"
    return _made(admin.post(path, content=build.manifest, headers=kind)).json()["id"]


def make_place(admin: httpx.Client, ids: Ids) -> str:
    path = f"{API}/exams/{ids['exam_id']}/enrolments"
    return _made(admin.post(path, json=CANDIDATES)).json()[0]["enrolment"]


def make_calendar(admin: httpx.Client, ids: Ids) -> str:
    page = _made(admin.post("/settings/calendar/", data={"do": "create"})).text
    found = re.search(r"/calendar/([^./]+)\.ics", page)
    assert found is not None, page
    return found.group(1)


MAKERS: dict[str, Callable[[httpx.Client, Ids], str]] = {
    "webhook_id": make_webhook,
    "profile_id": make_profile,
    "build_id": make_build,
    "enrolment_id": make_place,
    "calendar_token": make_calendar,
}

# Where an administrator sees each while it is there. A piece that was delivered goes by
# retention alone, which no operation asks for.
SEEN_AT = {
    "session_id": f"{API}/sessions/{{session_id}}",
    "exam_id": f"{API}/exams/{{exam_id}}",
    "flag_id": f"{API}/sessions/{{session_id}}/flags",
    "webhook_id": f"{API}/webhooks",
    "profile_id": f"{API}/accommodations",
    "build_id": f"{API}/builds",
    "enrolment_id": f"{API}/exams/{{exam_id}}/enrolments",
    "calendar_token": "/calendar/{calendar_token}",
}


def make_token(admin: httpx.Client) -> str:
    """A token for programs with every scope."""
    form = {"name": "Everything", "days": "7", "scope": [scope.value for scope in Scope]}
    page = _made(admin.post("/settings/tokens/", data=form)).text
    found = re.search(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{20,}}", page)
    assert found is not None, page
    return found.group()


@dataclass
class Existing:
    """What there is, by the names of the paths' parameters: what was there before, and what
    is made at once, and made again where it went.
    """

    admin: httpx.Client
    ids: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name in MAKERS:
            self.renew(name)

    def renew(self, name: str) -> None:
        """Make another, which is the one from now on."""
        self.ids[name] = MAKERS[name](self.admin, self.ids)

    def is_there(self, name: str) -> bool:
        """Whether what is known by this name can be seen."""
        if name not in SEEN_AT:
            return True
        path = SEEN_AT[name].format(**self.ids)
        answer = self.admin.get(path)
        return answer.status_code == 200 and self.ids[name] in path + answer.text
