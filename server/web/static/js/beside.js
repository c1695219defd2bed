// What stands beside the flag that is looked at: asked for anew whenever that is another one.

import { Typed } from "./typed.js";

const form = document.getElementById("decide");
const beside = document.getElementById("beside");
const conclusion = document.getElementById("conclusion");
const session = document.getElementById("review").dataset.session;
const FAILED = ["htmx:sendError", "htmx:responseError"];
const typed = new Typed(beside);
new Typed(conclusion);
let shown = "";

const address = (flag) => `/sessions/${session}/flags/${encodeURIComponent(flag)}/`;

function show() {
  const flag = form.hidden ? "" : form.elements.flag.value;
  if (flag === shown) return;
  shown = flag;
  typed.forget("account"); // a choice that was not sent would look later like what is so
  // What is here is another flag's. Its height stays meanwhile, so that the page does not jump.
  beside.style.minHeight = `${beside.offsetHeight}px`;
  beside.replaceChildren();
  beside.hidden = !flag;
  if (flag) ask();
}

function ask() {
  // What fails is told of by an event, too.
  htmx.ajax("GET", `${address(shown)}beside`, { source: beside, target: beside, swap: "innerHTML" }).catch(() => {});
}

// An answer about a flag that is not looked at any more would stand for the one that is.
beside.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { requestPath } = detail.pathInfo;
  if (shown && requestPath.startsWith(address(shown))) return;
  if (detail.shouldSwap && detail.xhr.status >= 400) untaken(requestPath);
  detail.shouldSwap = false;
});
// The forms of a flag that was left are not in the page any more: what fails, only they hear.
beside.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt !== beside) for (const event of FAILED) elt.addEventListener(event, left);
});
beside.addEventListener("htmx:afterSwap", () => { beside.style.minHeight = ""; });

// The form is filled by its own module; a hidden field's value is an attribute, and seen.
new MutationObserver(show).observe(form.elements.flag, { attributes: true, attributeFilter: ["value"] });
new MutationObserver(show).observe(form, { attributes: true, attributeFilter: ["hidden"] });
document.body.addEventListener("flag-decided", ({ detail }) => {
  // Once everybody has heard of it, by when another flag may be looked at.
  queueMicrotask(() => {
    show();
    if (detail.flag === shown) ask();
  });
});

// With all of its flags decided, what is left is the session itself.
for (const part of [conclusion, beside]) {
  let on = false;
  part.addEventListener("htmx:beforeSwap", () => { on = part.contains(document.activeElement); });
  part.addEventListener("htmx:afterSwap", () => {
    // What was pressed may not be there any more: what came of it is read instead.
    if (!on || document.activeElement !== document.body) return;
    const told = part.querySelector("[role=status]:not([hidden])") ?? part;
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
  });
  for (const event of FAILED) part.addEventListener(event, failed);
}

function left({ currentTarget, detail }) {
  if (!currentTarget.isConnected) untaken(detail.pathInfo.requestPath);
}

/** Said where the page says what came of a decision, as that flag is not the one beside. */
function untaken(path) {
  const flag = path.split("/").at(-2);
  document.body.dispatchEvent(new CustomEvent("beside-untaken", { detail: { flag } }));
}

function failed({ currentTarget, detail }) {
  const { verb, path } = detail.requestConfig;
  if (verb !== "get") {
    tell(currentTarget, "The server did not take this. Nothing is saved; what you typed is still here. Try again.");
  } else if (currentTarget === conclusion) {
    tell(conclusion, "The decision about the session could not be loaded. Load the page again.");
  } else if (shown && path.startsWith(address(shown))) {
    shown = ""; // so that it is asked for again
    beside.style.minHeight = "";
    beside.replaceChildren();
    tell(beside, "What stands beside this flag could not be loaded. Choose the flag again to try once more.");
  }
}

function tell(part, words) {
  const line = part.querySelector("[role=status]") ?? document.createElement("p");
  Object.assign(line, { hidden: false, className: "notice bad", textContent: words });
  if (line.isConnected) return;
  line.setAttribute("role", "alert");
  part.replaceChildren(line);
}

show();
