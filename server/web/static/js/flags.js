// The list of flags and the form that decides about one of them.
//
// The server renders both; htmx sends the form and puts the answers in place. This module
// keeps one flag current, fills the form with it, and walks the list.

export class FlagList extends EventTarget {
  constructor(list, form) {
    super();
    this.list = list;
    this.form = form;
    this.current = null;
    list.addEventListener("click", (event) => {
      const row = event.target.closest("li[data-flag]");
      if (row) this.choose(row.dataset.flag, { seek: true });
    });
    for (const select of document.querySelectorAll("[data-flag-filter]")) {
      select.addEventListener("change", () => this.filter());
    }
  }

  row(id) {
    return id ? this.list.querySelector(`li[data-flag="${CSS.escape(id)}"]`) : null;
  }

  /** The rows that the filters let through, in order of time. */
  rows() {
    return [...this.list.querySelectorAll("li[data-flag]:not([hidden])")];
  }

  filter() {
    const wanted = Object.fromEntries(
      [...document.querySelectorAll("[data-flag-filter]")].map((select) => [select.dataset.flagFilter, select.value]),
    );
    for (const row of this.list.querySelectorAll("li[data-flag]")) {
      row.hidden = Object.entries(wanted).some(([name, value]) => value && row.dataset[name] !== value);
    }
    const none = this.list.querySelector("[data-none]");
    if (none) none.hidden = this.rows().length > 0;
  }

  /** The rows came anew from the server: everything as it was, on the new ones. */
  renewed() {
    this.filter();
    if (this.current) this.choose(this.current, { seek: false, keep: ["note", "message"] });
  }

  /** Make a flag current; `keep` is what of the form stays: the note, the message, both. */
  choose(id, { seek, keep = [] }) {
    const row = this.row(id);
    this.list.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
    this.current = row ? id : null;
    this.form.hidden = !row;
    if (!row) return;
    const button = row.querySelector("button");
    button.setAttribute("aria-current", "true");
    this.#fill(row, keep);
    row.scrollIntoView({ block: "nearest" });
    this.dispatchEvent(new CustomEvent("chosen", { detail: { id, start: Number(row.dataset.start), seek } }));
  }

  /** The flag `by` places on (or back), or the first one there is. */
  step(by) {
    const rows = this.rows();
    if (!rows.length) return;
    const at = rows.indexOf(this.row(this.current));
    const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
    this.choose(rows[next].dataset.flag, { seek: true });
  }

  /** The next flag in time that nobody has decided, from the beginning again at the end. */
  nextOpen() {
    const all = [...this.list.querySelectorAll("li[data-flag]")];
    const at = all.indexOf(this.row(this.current));
    const ordered = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))];
    const next = ordered.find((row) => row.dataset.verdict === "open");
    if (next) this.choose(next.dataset.flag, { seek: true, keep: ["message"] });
  }

  decide(verdict) {
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

  #fill(row, keep) {
    const { form } = this;
    const about = form.querySelector(".decide-head");
    // Imported, not cloned: a player that is moved through the template's own inert document
    // forgets its film. News of the same flag must not stop the clip that somebody watches.
    const fresh = document.importNode(row.querySelector("template").content, true);
    const [old, place] = [about, fresh].map((part) => part.querySelector("[data-around]"));
    if (old && place && old.dataset.around === place.dataset.around) place.replaceWith(old);
    about.replaceChildren(fresh);
    form.elements.flag.value = row.dataset.flag;
    form.elements.version.value = row.dataset.version;
    if (!keep.includes("note")) form.elements.note.value = row.dataset.note ?? "";
    for (const button of form.querySelectorAll("button[name=verdict]")) {
      button.hidden = button.value === row.dataset.verdict || (button.value === "open" && row.dataset.verdict === "open");
    }
    if (!keep.includes("message")) document.getElementById("decide-result").replaceChildren();
  }
}
