// The panel of a running session: what was sent is no longer in its field, and a form that did
// its work closes.

document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  if (!form.matches("[data-live-form]") || !detail.successful) return;
  form.reset();
  const opened = form.closest("details");
  if (!opened) return;
  opened.open = false;
  opened.querySelector("summary").focus();
});

// A page that nobody sees asks for nothing: whoever is told to look at a session does.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "live-state" && document.hidden) event.preventDefault();
});

// What somebody is about to press, or has pressed, is not taken from under their hands.
let held = null;
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const state = document.getElementById("live-state");
  const on = document.activeElement;
  held = state?.contains(on) ? (on.dataset.care ?? on.getAttribute("role")) : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!held || document.activeElement !== document.body) return;
  const state = document.getElementById("live-state");
  (state?.querySelector(`[data-care="${held}"], [role="${held}"]`) ?? state?.querySelector("[data-care]"))?.focus();
  held = null;
});
