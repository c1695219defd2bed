// A webhook's log: news of what waits are put in by what differs, so that who reads or presses
// something there goes on.

import { renew } from "./renewing.js";

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "webhook-log" || !detail.shouldSwap) return;
  const fresh = new DOMParser().parseFromString(detail.serverResponse, "text/html").getElementById("webhook-log");
  detail.shouldSwap = !fresh;
  if (fresh) put(detail.target, fresh);
});

function put(log, fresh) {
  const on = log.contains(document.activeElement);
  // What somebody opened stays open.
  for (const { id } of log.querySelectorAll("details[open]")) fresh.querySelector(`[id="${id}"]`)?.setAttribute("open", "");
  renew(log, fresh);
  htmx.process(log);
  // The line that had the focus may be none of the chosen state any more.
  if (on && document.activeElement === document.body) log.querySelector("nav [aria-current]")?.focus();
}
