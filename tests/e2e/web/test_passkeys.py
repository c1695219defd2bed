"""Passkeys in a browser, with an authenticator that the browser plays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Page, expect
from support.axe import WIDE
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage

# A computer's own authenticator: keeps passkeys, and asks for a finger, which it gets.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def authenticator(page: Page) -> Iterator[tuple[CDPSession, str]]:
    """The page's browser has one: the debugger's session, and the authenticator's id."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    added = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield debugger, added["authenticatorId"]


def kept_in(debugger: CDPSession, name: str) -> list[dict]:
    """The passkeys in an authenticator."""
    found = debugger.send("WebAuthn.getCredentials", {"authenticatorId": name})
    return found["credentials"]


def add(page: Page, name: str, password: str) -> None:
    """Add a passkey on the account's page, which is open."""
    form = page.locator("form[data-passkey=register]")
    if not form.is_visible():
        page.get_by_text("Add a passkey", exact=True).click()
    form.get_by_label("A name for it").fill(name)
    form.get_by_label("Your present password").fill(password)
    form.get_by_role("button", name="Add the passkey").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login")


def test_a_passkey_is_added_used_and_removed(office: Stage) -> None:
    proctor = office.campus.proctor
    with (
        chromium() as browser,
        visiting(browser, office.url, viewport=WIDE, provoked=("of 403",)) as page,
        authenticator(page) as (debugger, own),
    ):
        sign_in(page, proctor, PASSWORD)
        page.goto("/settings/account")
        add(page, "my laptop", "not my password")
        said = page.locator("form[data-passkey=register] [data-said]")
        expect(said).to_have_text("Your present password is wrong.")
        assert kept_in(debugger, own) == []
        add(page, "my laptop", PASSWORD)
        expect(page.get_by_role("status")).to_have_text("The passkey was added.")
        (kept,) = kept_in(debugger, own)
        assert (kept["rpId"], kept["isResidentCredential"]) == ("localhost", True)
        add(page, "the same", PASSWORD)
        expect(said).to_have_text("This device has a passkey for you already.")

        # By itself: nothing is typed.
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url("**/sessions")
        expect(page.locator(".who-name")).to_contain_text("Proctor")

        # Beside the password, which alone opens nothing any more.
        sign_out(page)
        page.fill("#email", proctor)
        page.fill("#password", PASSWORD)
        page.click("button:text-is('Sign in')")
        page.wait_for_url("**/login/second**")
        page.get_by_role("button", name="Use your passkey").click()
        page.wait_for_url("**/sessions")
        assert kept_in(debugger, own)[0]["signCount"] > kept["signCount"]

        page.goto("/settings/account")
        expect(page.locator(".plain-list", has_text="my laptop")).to_contain_text("last used")
        page.get_by_text("Change my laptop").click()
        page.get_by_label("Name", exact=True).fill("the old laptop")
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_role("status")).to_have_text("The passkey has its new name.")
        page.get_by_text("Change the old laptop").click()
        one = page.locator("li", has_text="the old laptop")
        one.get_by_label("Your present password").fill(PASSWORD)
        one.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("status")).to_have_text("The passkey was removed.")

        # The authenticator has it still; the server takes it no more.
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        refused = page.locator("form[data-passkey=use] [data-said]")
        expect(refused).to_contain_text("This passkey was not accepted.")
        sign_in(page, proctor, PASSWORD)
