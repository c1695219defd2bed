"""Where signing in may lead: nowhere but here."""

from __future__ import annotations

import pytest

from server.accounts.controllers import cookie_name, local_path
from server.accounts.models import Role
from server.config import Settings


@pytest.mark.parametrize("target", ["/", "/sessions", "/sessions/abc?flag=1", "/[", "/a:b"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "sessions",
        "/a\r\nSet-Cookie: x",
        "/\tx",
        "https://[",
        "//[",
        "[",
    ],
)
def test_any_other_leads_to_the_start(target: str) -> None:
    assert local_path(target) == "/"


def test_the_cookie_is_host_bound_by_https() -> None:
    assert cookie_name(Settings(base_url="https://e.edu")) == "__Host-invigil"
    assert cookie_name(Settings()) == "invigil"


def test_roles_are_ordered() -> None:
    assert [role.value for role in sorted(Role, key=lambda role: role.rank)] == [
        "observer",
        "proctor",
        "examiner",
        "admin",
    ]
