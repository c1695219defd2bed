// The panel of a running session: what was sent is no longer in its field, and a form that did
// its work closes.

import { renew } from "./renewing.js";

const AT_END = 8; // px before the end of a list that are as good as its end

document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  // What was refused may be said better, and sent again.
  if (!form.matches("[data-live-form]") || !detail.successful || detail.xhr.status >= 400) return;
  form.reset();
  // Until here the same form was the same request. What comes next is another one, also in the same words.
  form.elements.request.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const opened = form.closest("details");
  if (!opened) return;
  opened.open = false;
  opened.querySelector("summary").focus();
});

// What became of an action is told in its place. Where the server does not say it, the page does:
// what stood there was of the action before.
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { target, xhr } = detail;
  if (!target?.closest("#live-told, #together-report")) return;
  // A form that stands there goes on with the rest: what is through already stays told.
  if (target.matches("form")) target.querySelector("[data-untaken]")?.remove();
  else target.replaceChildren();
  // On the request itself: a form that news have replaced hears of nothing.
  xhr.addEventListener("loadend", () => detail.successful || untaken(target, xhr.status));
});

function untaken(target, status) {
  const note = document.createElement("p");
  note.className = "notice bad";
  note.dataset.untaken = "";
  const why = status ? "The server did not take this." : "No answer came from the server: this may not have been done.";
  note.textContent = `${why} What you typed is still here; try again.`;
  target.prepend(note);
}

// A page that nobody sees asks for nothing: whoever is told to look at a session does.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "live-state" && document.hidden) event.preventDefault();
});

// News of how it stands leave alone what somebody reads, or is about to press, or has pressed.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "live-state" || !detail.shouldSwap) return;
  const fresh = new DOMParser().parseFromString(detail.serverResponse, "text/html").getElementById("live-state");
  detail.shouldSwap = !fresh;
  if (fresh) stands(fresh);
});
document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.id !== "live-state") return;
  detail.shouldSwap = false;
  stands(detail.fragment.firstElementChild);
});

function stands(fresh) {
  const state = document.getElementById("live-state");
  const on = state.contains(document.activeElement);
  const readBack = conversations().filter((list) => list.scrollTop + list.clientHeight < list.scrollHeight - AT_END);
  renew(state, fresh);
  htmx.process(state);
  conversations().filter((list) => !readBack.includes(list)).forEach(toEnd);
  if (on && document.activeElement === document.body) state.querySelector("[data-care]")?.focus();
}

// The newest of what was said is in sight, unless somebody reads what was said before.
const conversations = () => [...document.querySelectorAll("#live-state .conversation")];
const toEnd = (list) => (list.scrollTop = list.scrollHeight);
conversations().forEach(toEnd);
document.body.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.id === "side" && conversations().forEach(toEnd));
