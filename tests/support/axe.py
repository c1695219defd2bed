"""axe-core on a page: what of WCAG 2.1, levels A and AA, a machine can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# Of the rules, those whose answer another colour scheme can change.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

_RUN = """
async (only) => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"], runOnly: only,
    rules: { "target-size": { enabled: false } },
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


def told(found: list[dict[str, Any]]) -> str:
    """Violations as a failing test shows them."""
    return "\n".join(f"{one['rule']}: {one['where']}\n  {one['why']}" for one in found)
