// The form that decides about the current flag. What was typed is kept with its flag.

import { Drafts } from "./drafts.js";

export class DecisionForm {
  constructor(form, session) {
    this.form = form;
    this.drafts = new Drafts(session);
    this.shown = null;
    this.onShow = () => {};
    form.elements.note.addEventListener("input", () => this.drafts.write(this.shown, form.elements.note.value));
    // No button can be pressed while a decision is on its way; the one that was has its focus back.
    form.addEventListener("htmx:beforeRequest", () => { this.focused = document.activeElement; });
    form.addEventListener("htmx:afterRequest", () => {
      if (document.activeElement === document.body && form.contains(this.focused)) this.#focus(this.focused);
    });
  }

  /** Fill it with a flag's row; hide it for null. `keep` keeps the message of the last decision. */
  show(row, { keep = false } = {}) {
    const { form } = this;
    if (!keep) document.getElementById("decide-result").replaceChildren();
    form.hidden = !row;
    this.shown = row?.dataset.flag ?? null;
    if (row) this.#fill(row);
    this.onShow();
  }

  /** The same flag's row came anew. */
  renew(row) {
    if (row && row.dataset.flag === this.shown) this.#fill(row);
  }

  /** A decision has been taken: its note is no draft any more. */
  taken(id) {
    this.drafts.forget(id);
  }

  press(verdict) {
    const button = this.form.querySelector(`button[value="${verdict}"]:not([hidden])`);
    // A click, not requestSubmit: htmx sends along which button was pressed last.
    if (!this.form.hidden) button?.click();
  }

  /** The current flag's clip, if there is one. */
  get clip() {
    return this.form.hidden ? null : this.form.querySelector("[data-clip]");
  }

  /** What opens the current flag's snapshot larger, if there is one. */
  get closer() {
    return this.form.hidden ? null : this.form.querySelector("[data-closer]");
  }

  #fill(row) {
    const { form } = this;
    const about = form.querySelector(".decide-head");
    // Imported, not cloned: a player that is moved through the template's own inert document
    // forgets its film. News of the same flag must not stop the clip that somebody watches.
    const fresh = document.importNode(row.querySelector("template").content, true);
    const [old, place] = [about, fresh].map((part) => part.querySelector("[data-around]"));
    if (old && place && old.dataset.around === place.dataset.around) place.replaceWith(old);
    about.replaceChildren(fresh);
    const { flag, version, note, verdict } = row.dataset;
    form.elements.flag.value = flag;
    form.elements.version.value = version;
    const typed = this.drafts.of(flag) ?? note ?? "";
    if (form.elements.note.value !== typed) form.elements.note.value = typed;
    const on = document.activeElement;
    for (const button of form.querySelectorAll("button[name=verdict]")) button.hidden = button.value === verdict;
    // Once it is known whether another flag is gone on to, which is offered all of them.
    if (form.contains(on)) queueMicrotask(() => this.#focus(on));
  }

  /** A flag is not offered what it has: who pressed that comes to what was answered. */
  #focus(pressed) {
    (pressed.hidden ? document.getElementById("decide-result") : pressed).focus({ preventScroll: true });
  }
}
