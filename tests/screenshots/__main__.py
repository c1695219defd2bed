"""``make screenshots``: the README's pictures, made again from the running programs."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from demo import sample
from demo.machine import virtual_display
from demo.programs import Programs
from playwright.sync_api import Browser, Page, sync_playwright
from support.browser import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".github" / "pictures"
WORK = ROOT / ".demo" / "screenshots"
WINDOW_SECONDS = 8.0


def main() -> None:
    """Record one session in the window and one beside it, and show both."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    clip, voice = sample.make(WORK / "sample")
    with ExitStack() as stack:
        programs = Programs(WORK, display=stack.enter_context(virtual_display()))
        demo = programs.demo()
        stack.enter_context(programs.server())
        session = _record(programs, demo, clip, voice)
        _window(programs, programs.demo(), clip, voice)
        _pages()
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS
        )
        _review(browser, demo, session)
        browser.close()


def _record(programs: Programs, demo: dict[str, str], clip: Path, voice: Path) -> str:
    with (
        programs.desk() as begin,
        programs.recorder(
            *("--server", demo["server"], "--code", demo["code"]),
            *("--camera", f"file:{clip}", "--microphone", f"file:{voice}"),
            *("--duration", str(sample.SECONDS)),
        ) as recorder,
    ):
        recorder.wait_until_recording()
        begin()
        return str(recorder.result()["session"])


def _window(programs: Programs, demo: dict[str, str], clip: Path, voice: Path) -> None:
    environment = {
        **programs.environment,
        "INVIGIL_CAMERA": f"file:{clip}",
        "INVIGIL_MICROPHONE": f"file:{voice}",
        "HOME": str(WORK),
    }
    command = [sys.executable, "-m", "screenshots.window", demo["link"], str(PICTURES)]
    subprocess.run([*command, str(WINDOW_SECONDS)], env=environment, check=True)


def _pages() -> None:
    """Every page of the window with a scripted program, at 100 % and at 200 % of text."""
    for folder, scale in (("app", 1.0), ("app-large", 2.0)):
        command = [sys.executable, "-m", "screenshots.pages", str(PICTURES / folder)]
        subprocess.run([*command, "--scale", str(scale)], check=True)


def _review(browser: Browser, demo: dict[str, str], session: str) -> None:
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.goto(f"{demo['server']}/login")
    page.fill("input[name=email]", demo["email"])
    page.fill("input[name=password]", demo["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions")
    page.screenshot(path=PICTURES / "sessions.png")
    page.goto(f"{demo['server']}/sessions/{session}")
    _play(page)
    page.screenshot(path=PICTURES / "review.png")


def _play(page: Page) -> None:
    """Let both players show something of a flag in the middle of the session."""
    ready = "all => all.length >= 2 && all.every(video => video.readyState >= 2)"
    deadline = time.monotonic() + 30
    while not page.eval_on_selector_all("video", ready) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.wait_for_timeout(3000)


if __name__ == "__main__":
    main()
