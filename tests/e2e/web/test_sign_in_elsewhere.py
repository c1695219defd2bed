"""Signing in at an identity provider of other makers, in a browser, there and back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from demo.ports import free_port
from playwright.sync_api import Page, expect
from support import oidc_toolkit
from support.axe import WIDE
from support.browser import chromium, sign_in, visiting
from support.campus import HOUR, PASSWORD, Campus, MovableClock, found_campus
from support.running_server import running

LOOPBACK = "127.0.0.0/8"

# What the provider's own pages say here, whose style sheets nobody serves.
THEIRS = ("of 404", "Unexpected token '<'")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login")


def set_up(page: Page, campus: Campus, issuer: str) -> None:
    """As an administrator does."""
    sign_in(page, campus.admin, PASSWORD)
    page.goto("/settings/sign-in")
    page.fill("#issuer", issuer)
    page.fill("#client", oidc_toolkit.CLIENT)
    page.fill("#secret", oidc_toolkit.SECRET)
    page.get_by_role("button", name="Try it and turn it on").click()
    expect(page.get_by_text("Try it in a private window")).to_be_visible()
    sign_out(page)


def test_an_account_elsewhere_signs_in(tmp_path: Path) -> None:
    clock = MovableClock(time.time_ns() // 1000 - HOUR)
    campus = asyncio.run(found_campus(tmp_path / "data", clock=clock))
    port = free_port()
    url, folder = f"http://localhost:{port}", campus.settings.data_dir
    with (
        oidc_toolkit.oidc_toolkit(tmp_path, f"{url}/login/back") as provider,
        running(folder, f"127.0.0.1:{port}", base_url=url, webhook_networks=LOOPBACK) as server,
        chromium() as browser,
        visiting(browser, url, viewport=WIDE, provoked=THEIRS) as page,
    ):
        set_up(page, campus, provider.issuer)
        page.get_by_role("link", name="institution’s account").click()
        page.wait_for_url(f"{provider.issuer.removesuffix('/o')}/admin/login/**")
        page.fill("#id_username", oidc_toolkit.USER)
        page.fill("#id_password", oidc_toolkit.PASSWORD)
        page.click("input[type=submit]")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url(f"{url}/sessions")
        page.goto("/settings/account")
        expect(page.get_by_text("proctor@example.edu")).to_be_visible()
        sign_out(page)
        page.get_by_role("link", name="institution’s account").click()
        page.get_by_role("button", name="Cancel").click()
        page.wait_for_url("**/login?told=*")
        assert "error" not in server.log, server.log
