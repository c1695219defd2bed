// The queue by keyboard; news of the list leave the focus where it was.

const links = () => [...document.querySelectorAll("#queue-list a.candidate")];

const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");

function step(by) {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))].focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest("#queue-form")) {
    links()[0]?.focus();
    return;
  }
  if (typing(event.target)) return;
  const act = { j: () => step(1), k: () => step(-1), "/": () => document.getElementById("q").focus() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// News replace the rows: the one that had the focus keeps it.
let kept = null;
document.body.addEventListener("htmx:beforeSwap", () => {
  kept = document.activeElement?.closest("#queue-list") ? document.activeElement.id : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (kept) document.getElementById(kept)?.focus();
  kept = null;
});
