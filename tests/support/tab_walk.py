"""A page walked by Tab alone: every stop is reached, is seen to have the focus, and lets go.

What can be reached by arrow keys from a stop (radio buttons of one name) counts as one stop.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

# Tabs between two looks at where the walk stands.
STRIDE = 25

# Stops that one element may be by itself: the fields of a date and time, with its picker.
INNER_STOPS = 9

_TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}

# Notes every element that Tab should reach, with how it looks without the focus; then each that
# the focus comes to, and whether that is seen. An element that goes away meanwhile (parts of a
# page renew themselves) need not be reached.
_BEGIN = """
() => {
  const STOPS = `a[href], area[href], button, input:not([type=hidden]), select, textarea,
    summary, audio[controls], video[controls], [contenteditable=true], [tabindex]`;
  const AROUND = 4;  // A card is outlined where its title has the focus.
  const modal = document.querySelector("dialog:modal") ?? document;
  const called = (e) => {
    const words = e.labels?.[0]?.innerText || e.getAttribute("aria-label") || e.innerText || "";
    const first = words.trim().split("\\n")[0].slice(0, 40);
    return `${e.localName}${e.id ? "#" + e.id : ""} ${JSON.stringify(first)}`;
  };
  const around = (e) => {
    const found = [...(e.labels ?? []), e.nextElementSibling];
    for (let one = e, n = 0; n <= AROUND; n += 1, one = one?.parentElement) found.unshift(one);
    return found.filter((one) => one);
  };
  const look = (e) => around(e).map((one) => {
    const at = getComputedStyle(one);
    const outline = at.outlineStyle === "none" ? "" : at.outlineWidth + at.outlineColor;
    return [outline, at.boxShadow, at.borderColor, at.backgroundColor, at.textDecorationLine]
      .join("|");
  }).join("\\n");
  const takes = (e) => e.isConnected && e.tabIndex >= 0 && !e.disabled &&
    !e.closest("[inert], fieldset:disabled") && e.checkVisibility({ visibilityProperty: true });
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  const began = document.activeElement;
  began?.blur();
  const wanted = [...modal.querySelectorAll(STOPS)].filter(takes);
  const plain = new Map(wanted.map((e) => [e, look(e)]));
  const reached = new Set();
  const beside = (e) => e.type === "radio" && [...reached].some(
    (r) => r.type === "radio" && r.name === e.name && r.form === e.form);
  const walk = window.tabWalk = {
    stops: wanted.length, around: false, unseen: [], first: null,
    at: () => called(document.activeElement),
    end: () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still);
      document.removeEventListener("focusin", arrived, true);
      if (began?.isConnected) began.focus(); else document.activeElement?.blur();
    },
    left: () => wanted.filter((e) => takes(e) && !reached.has(e) && !beside(e)).map(called),
  };
  const arrived = ({ target }) => {
    // Back at the first stop; or at any other, where the first one went away meanwhile.
    if (target === walk.first || (reached.has(target) && !walk.first.isConnected))
      walk.around = true;
    walk.first ??= target;
    if (reached.has(target) || target === modal) return;
    reached.add(target);
    const box = around(target).some((e) => e.getBoundingClientRect().width > 1);
    // What came later has no look to compare: then it is to have an outline.
    const now = look(target);
    const seen = plain.has(target) ? now !== plain.get(target) : !now.startsWith("|");
    if (!box || !seen) walk.unseen.push(called(target));
  };
  document.addEventListener("focusin", arrived, true);
}
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """What came of it: how many elements take the focus, those that Tab does not reach, those
    that do not show it, and where the focus stays for ever (empty: nowhere).
    """

    stops: int
    unreached: list[str]
    unseen: list[str]
    trap: str

    @property
    def hinders(self) -> list[str]:
        """What is wrong, in words."""
        told = [f"Tab does not reach {one}" for one in self.unreached]
        told += [f"the focus is not seen on {one}" for one in self.unseen]
        return told + ([f"Tab does not leave {self.trap}"] if self.trap else [])


def walk(page: Page) -> Walk:
    """Press Tab until the focus is where it was first; afterwards it is where it was before."""
    page.evaluate(_BEGIN)
    stops: int = page.evaluate("tabWalk.stops")
    around, pressed = stops == 0, 0
    # As the keyboard does it, without the half of each press that nothing hears.
    keys = page.context.new_cdp_session(page)
    while not around and pressed < (stops + 2) * INNER_STOPS:
        for _ in range(min(STRIDE, stops + 2)):
            keys.send("Input.dispatchKeyEvent", _TAB)
            pressed += 1
        around = page.evaluate("tabWalk.around")
    keys.detach()
    trap = "" if around else page.evaluate("tabWalk.at()")
    unreached, unseen = page.evaluate("[tabWalk.left(), tabWalk.unseen]")
    page.evaluate("tabWalk.end()")
    return Walk(stops, unreached, unseen, trap)
