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
