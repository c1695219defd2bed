"""axe-core on a page: what of WCAG 2.1, levels A and AA, a machine can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# Of the rules, those whose answer another colour scheme can change.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# As wide as a computer, and as a telephone, in CSS pixels.
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# Of the rules, those whose answer less room can change.
NARROW_RULES = ["scrollable-region-focusable", "target-size"]

# Nothing is fetched again: of the rules that are on, only the one about sound that plays by
# itself would look at it, and no page plays before somebody asks.
_RUN = """
async (only) => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"], runOnly: only, preload: false,
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => ({
    rule: id, help, where: node.target.join(" "), why: node.failureSummary })));
}
"""


def source() -> str:
    """The library's text.

    Raises:
        AssertionError: it is not installed; says what to run.
    """
    assert SOURCE.is_file(), f"{SOURCE} is missing: run `.ci/setup test` (or `npm ci`) first"
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[dict[str, Any]]:
    """What is wrong with the page as it stands, by all rules or only by ``rules``.

    The library comes through the debugger, so that the page's own policy stays in force.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(source())
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    return page.evaluate(_RUN, chosen)


def hindrances(page: Page) -> list[dict[str, Any]]:
    """What hinders anybody on the page as it stands: every rule in light, those about colour in
    dark, and what a telephone's width can change, with whether it fits.
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += violations(page, *COLOUR_RULES)
    page.set_viewport_size(PHONE)
    found += violations(page, *NARROW_RULES)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE["width"]:
        found.append({"rule": "width", "where": page.url, "why": f"{wide} px wide"})
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


def told(found: list[dict[str, Any]]) -> str:
    """Violations as a failing test shows them."""
    return "\n".join(f"{one['rule']}: {one['where']}\n  {one['why']}" for one in found)
