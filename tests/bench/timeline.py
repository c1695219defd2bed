"""The review page in a real browser: a session of 10,000 flags, drawn and sought in."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import Row, at_most, noted, percentile
from bench.peer import peer
from playwright.sync_api import Page
from support.browser import chromium, sign_in, until, visiting
from support.campus import HOUR, PASSWORD, MovableClock, client_of, found_campus
from support.filmed import Scene, Script, film
from support.reels import AS_RECORDED, make_reels
from support.running_server import running

from server.exams.terms import Terms
from shared.flags import Kind, Severity
from shared.policy import Review

FLAGS, MINUTES, REEL_S = 10_000, 20, 64
SEEKS = 60

# A whole session is handed in at once here.
LIMITS = dict.fromkeys(("records_per_minute", "blobs_per_minute", "requests_per_minute"), 10**6)

# 60 pictures a second, and what the page may take from a click to the picture (ms).
FRAME_MS, SEEK_MS, PAGE_MS = 1000 / 60, 120, 200

# The first seeks open players and fill caches that are full from then on.
WARM = 5

# From one seek to the next, as a share of the way: by the golden ratio they lie evenly among
# the pieces. A step in round numbers would land beside the edge of a piece every time.
STEP = (5**0.5 - 1) / 2

# Pan and zoom with each picture of the page, for as many; the time from one to the next, and
# how long the drawing itself took.
_SWEEP = """
async ([module, wheel]) => {
  const { Timeline } = await import(module);
  const { draw } = Timeline.prototype;
  const drawn = [];
  Timeline.prototype.draw = function () {
    const began = performance.now();
    draw.call(this);
    drawn.push(performance.now() - began);
  };
  const band = document.getElementById("band");
  const box = band.getBoundingClientRect();
  const gaps = [];
  let last = await new Promise(requestAnimationFrame);
  for (let n = 0; n < 240; n++) {
    const way = Math.floor(n / 60) % 2 ? -1 : 1;
    const place = { clientX: box.left + box.width / 2, clientY: box.top + 40 };
    const turned = { ...place, ...wheel, deltaY: way * wheel.deltaY };
    band.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, ...turned }));
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
  }
  Timeline.prototype.draw = draw;
  return [gaps, drawn];
}
"""

_SEEK = """
(share) => {
  performance.clearMeasures("seek");
  const box = document.getElementById("band").getBoundingClientRect();
  return [box.left + box.width * share, box.top + 10];
}
"""

_MEASURED = "performance.getEntriesByName('seek').map(({ duration }) => duration).at(-1)"


def run() -> list[Row]:
    """Make the session, open its page, move about in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, data = asyncio.run(_prepare(folder))
        with running(data) as server, chromium() as browser:
            view = {"width": 1400, "height": 1000}
            with visiting(browser, server.url, viewport=view) as page:
                sign_in(page, "proctor@example.edu", PASSWORD)
                return _measure(page, path)


async def _prepare(folder: Path) -> tuple[str, Path]:
    seconds = MINUTES * 60
    # None can be a sign of the same cause as another, which would make one flag of two.
    kinds, grades = (Kind.LOOKING_AWAY, Kind.SPEECH, Kind.WINDOW_SWITCH), list(Severity)
    scenes = [
        Scene(kinds[n % len(kinds)], at, at + 0.4, grades[n % len(grades)].value)
        for n in range(FLAGS)
        for at in [1 + n * (seconds - 2) / FLAGS]
    ]
    clock = MovableClock(time.time_ns() // 1000 - HOUR)
    # Each incident a flag of its own, as fast as they can be handed in.
    terms = Terms(review=Review(burst_s=0))
    campus = await found_campus(folder / "data", terms, clock, **LIMITS)
    reels = make_reels(folder / "reels", REEL_S, AS_RECORDED)
    async with client_of(campus) as client:
        code = await campus.code("bench")
        filming = await film(client, campus, code, reels, Script(seconds, scenes))
    return f"/sessions/{filming.pupil.session}", campus.settings.data_dir


def _measure(page: Page, path: str) -> list[Row]:
    page.goto(path)
    page.wait_for_selector("#review[data-ready]")
    answers = [_answer_ms(page, path) for _ in range(5)]
    page.wait_for_timeout(2000)
    pan, pan_draw = _sweep(page, {"shiftKey": True, "deltaY": 30})
    zoom, zoom_draw = _sweep(page, {"ctrlKey": True, "deltaY": -20})
    seeks = [_seek(page, STEP * n % 1 * 0.94 + 0.02) for n in range(SEEKS + WARM)][WARM:]
    flags = page.locator("#tally").inner_text()
    return [
        peer(),
        noted("flags of the session", flags),
        at_most(
            "review page of 10,000 flags: answer, median",
            percentile(answers, 0.5),
            PAGE_MS,
            "ms",
            0,
        ),
        at_most(
            "timeline of 10,000 flags: frame p95, panning",
            percentile(pan, 0.95),
            FRAME_MS + 1,
            "ms",
        ),
        at_most(
            "timeline of 10,000 flags: frame p95, zooming",
            percentile(zoom, 0.95),
            FRAME_MS + 1,
            "ms",
        ),
        noted(
            "timeline of 10,000 flags: drawing it, p95",
            f"{percentile(pan_draw + zoom_draw, 0.95):.1f} ms",
        ),
        noted("seek, median", f"{percentile(seeks, 0.5):.0f} ms"),
        at_most("seek p95", percentile(seeks, 0.95), SEEK_MS, "ms", 0),
    ]


def _sweep(page: Page, wheel: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Times between pictures of the page, and of drawing the timeline, in milliseconds."""
    script = "document.querySelector('script[src$=\"/session.js\"]').src"
    module = page.evaluate(script).replace("session.js", "timeline.js")
    gaps, drawn = page.evaluate(_SWEEP, [module, wheel])
    return gaps, drawn


def _answer_ms(page: Page, path: str) -> float:
    """From asking for the page to all of it, on this machine."""
    script = """async (path) => {
      const began = performance.now();
      await (await fetch(path, { cache: "no-store" })).text();
      return performance.now() - began;
    }"""
    return page.evaluate(script, path)


def _seek(page: Page, share: float) -> float:
    x, y = page.evaluate(_SEEK, share)
    page.mouse.click(x, y)
    found: Any = until(page, _MEASURED, "it does not come to the moment")
    page.wait_for_timeout(150)
    return found
