"""Chromium, and what tests ask of a page. Anything it complains about fails the test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# How long a page on a busy machine may take to come to what a test waits for, in seconds.
PATIENCE_S = 30.0

# What the browser reports of answers that a test provokes on purpose.
PROVOKED = ("of 401", "of 409", "of 422", "net::ERR_FAILED", "htmx:")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser, url: str, *, provoked: tuple[str, ...] = (), **context: Any
) -> Iterator[Page]:
    """A page of a new visitor; what it logs as an error fails the test.

    ``provoked`` are parts of what it logs because the test has it do so.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    with browser.new_context(base_url=url, **context) as session:
        page = session.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(PATIENCE_S * 1000)
        yield page
    unexpected = [
        text for text in complaints if not any(p in text for p in (*PROVOKED, *provoked))
    ]
    assert not unexpected, unexpected


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the form."""
    page.goto("/login")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button:text('Sign in')")
    page.wait_for_url("**/sessions")


def until(page: Page, script: str, why: str, argument: Any = None) -> Any:
    """Wait until the page's answer to ``script`` is true, and give that answer."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := page.evaluate(script, argument)):
        assert time.monotonic() < deadline, f"{why}: {state(page)}"
        page.wait_for_timeout(20)
    return answer


def state(page: Page) -> dict[str, list[float]]:
    """Of each player: time, readiness, whether it is paused."""
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('video[id], audio[id]')]"
        ".filter(e => e.id !== 'beside-clip')"  # plays when somebody asks for it
        ".map(e => [e.id, [e.currentTime, e.readyState, Number(e.paused)]]))"
    )


def times(page: Page) -> dict[str, float]:
    """Where each player is, in seconds of session time."""
    return {name: values[0] for name, values in state(page).items()}


def brightness(page: Page, name: str) -> float:
    """The mean luma of what a player shows, 0 to 255."""
    return page.evaluate(
        """name => {
          const video = document.getElementById(name);
          const canvas = new OffscreenCanvas(64, 48);
          const context = canvas.getContext("2d");
          context.drawImage(video, 0, 0, 64, 48);
          const { data } = context.getImageData(0, 0, 64, 48);
          const luma = (i) => 0.3 * data[i] + 0.6 * data[i + 1] + 0.1 * data[i + 2];
          let sum = 0;
          for (let i = 0; i < data.length; i += 4) sum += luma(i);
          return sum / (data.length / 4);
        }""",
        name,
    )
