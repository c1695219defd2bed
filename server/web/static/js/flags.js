// The list of flags: an index of all of them, and elements only for those in sight.
//
// The server renders rows; `rows` fetches them. This module keeps one flag current and walks the
// list. Every row has the same height, so that ten thousand of them are one division away.

import { clock } from "./format.js";
import { ordered } from "./ordering.js";
import { Rows } from "./rows.js";

const ROW = 64; // px, as .flag-list li in the style sheet
const AROUND = 8; // rows above and below those in sight
const SOON = 80; // ms that the list must rest before rows are fetched for it

export class FlagList extends EventTarget {
  #frame = 0;
  #timer = 0;

  /** `form` is the decision's (`DecisionForm`), `flags` those of the timeline's data. */
  constructor(list, form, flags) {
    super();
    Object.assign(this, { list, form, flags, current: null });
    this.card = list.closest(".flags");
    this.walking = false;
    this.rows = new Rows(list.dataset.rows, (ids) => this.#came(ids));
    this.rows.adopt(list.querySelectorAll("li[data-flag]"));
    this.above = spacer();
    this.below = spacer();
    this.controls = [...document.querySelectorAll("[data-flag-filter]")];
    for (const control of this.controls) control.addEventListener("change", () => this.arrange());
    list.addEventListener("scroll", () => this.#later(), { passive: true });
    list.addEventListener("click", (event) => {
      const row = event.target.closest("li[data-flag]");
      this.walking = false;
      if (row) this.choose(row.dataset.flag, { seek: true });
    });
    list.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#later()).observe(list);
    this.#fillKinds();
    this.arrange();
  }

  /** New data; rows may have changed, and those in sight are fetched again. */
  update(flags) {
    this.flags = flags;
    this.rows.expire();
    this.#fillKinds();
    this.arrange();
    if (this.current) this.#fill(this.current);
  }

  /** A flag's row came with the answer to a decision; gives whether it could be put in place. */
  decided(id) {
    const row = document.getElementById(`flag-${id}`);
    const flag = this.#flag(id);
    if (!row || !flag) return false;
    Object.assign(flag, { verdict: row.dataset.verdict, version: Number(row.dataset.version) });
    this.rows.put(row);
    this.arrange();
    this.form.renew(row);
    return true;
  }

  /** Filter and order anew. */
  arrange() {
    const values = Object.fromEntries(this.controls.map(({ dataset, value }) => [dataset.flagFilter, value]));
    const { order, ...wanted } = values;
    this.entries = ordered(this.flags, wanted, order === "kind");
    this.places = new Map(this.entries.flatMap(({ flag }, index) => (flag ? [[flag.id, index]] : [])));
    const shown = this.places.size;
    const all = this.flags.length;
    document.getElementById("flag-count").textContent = shown === all ? "" : `${shown} of ${all} flags shown`;
    this.#paint();
  }

  #fillKinds() {
    const select = document.getElementById("filter-kind");
    if (!select) return;
    const labels = new Map(this.flags.map(({ kind, label }) => [kind, label]));
    const options = [...labels].sort(([, a], [, b]) => a.localeCompare(b)).map(([kind, label]) => new Option(label, kind));
    if (options.length === select.options.length - 1) return;
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...options);
    select.value = labels.has(chosen) ? chosen : "";
  }

  /** Make a flag current. `keep` keeps the message about the last decision. */
  choose(id, { seek = false, keep = false, focus = false } = {}) {
    const flag = this.#flag(id);
    this.current = flag ? id : null;
    this.form.show(null, { keep });
    if (!flag) return this.#paint();
    this.#reveal(id);
    this.#paint();
    this.#fill(id, keep);
    if (focus) this.list.querySelector('[aria-current="true"]')?.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("chosen", { detail: { flag, seek } }));
  }

  async #fill(id, keep = true) {
    if (!this.rows.isFresh(id)) await this.rows.need([id]);
    if (this.current !== id) return;
    const row = this.rows.get(id);
    if (row) this.#show(row, keep);
    await this.rows.need(this.around(id).map((flag) => flag.id));
  }

  #show(row, keep) {
    this.form.show(row, { keep });
    this.#reveal(row.dataset.flag); // the form has taken its room from the list
    // Whoever walks by keyboard sees where they are; beside the pictures, not below them.
    if (this.walking && getComputedStyle(this.card).position === "sticky") this.card.scrollIntoView({ block: "nearest" });
  }

  #flag(id) {
    return this.flags.find((flag) => flag.id === id) ?? null;
  }

  get currentFlag() {
    return this.#flag(this.current);
  }

  /** A flag in words: what it is, and when. */
  named(id) {
    const flag = this.#flag(id);
    return flag ? `${flag.label} at ${clock(flag.start)}` : "a flag";
  }

  /** Those before and after a flag: what a reviewer is likely to look at next. */
  around(id) {
    const at = this.places.get(id) ?? 0;
    return this.entries.slice(Math.max(0, at - 1), at + 3).flatMap(({ flag }) => (flag && flag.id !== id ? [flag] : []));
  }

  /** The flag `by` places on (or back) in the list, or the first one there is. */
  step(by, options = {}) {
    const at = this.places.get(this.current);
    const from = at === undefined ? (by > 0 ? -1 : 0) : at;
    const next = this.#from(from, by) ?? this.entries[at]?.flag;
    this.walking = true;
    if (next) this.choose(next.id, { seek: true, ...options });
  }

  #from(at, by) {
    for (let n = at + by; n >= 0 && n < this.entries.length; n += by) if (this.entries[n].flag) return this.entries[n].flag;
    return null;
  }

  /** The next open flag in time, from the beginning again at the end. */
  nextOpen() {
    const at = this.flags.findIndex(({ id }) => id === this.current);
    const onward = [...this.flags.slice(at + 1), ...this.flags.slice(0, Math.max(0, at))];
    const next = onward.find(({ verdict }) => verdict === "open");
    if (next) this.choose(next.id, { seek: true, keep: true });
    else if (this.current) this.#fill(this.current);
  }

  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(by, { focus: true });
  }

  #reveal(id) {
    const at = this.places.get(id);
    if (at === undefined) return;
    const [top, bottom] = [at * ROW, (at + 1) * ROW];
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop) this.list.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.list.scrollTop = bottom - clientHeight;
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #came(ids) {
    if (ids.some((id) => this.places.has(id))) this.#later();
    if (!ids.includes(this.current)) return;
    const row = this.rows.get(this.current);
    if (this.form.shown === this.current) this.form.renew(row);
    else this.#show(row, true); // it was on its way already when it became the current one
  }

  /** Put elements in place for what is in sight. */
  #paint() {
    const { list, entries } = this;
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - AROUND);
    const last = Math.min(entries.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + AROUND);
    const shown = [];
    for (let n = first; n < last; n++) shown.push(entries[n].head ? heading(entries[n].head) : this.#row(entries[n].flag, n));
    // The answer to a decision looks for its row, wherever the list was scrolled to meanwhile.
    const kept = this.current && !this.#within(first, last) ? this.rows.get(this.current) : null;
    if (kept) kept.hidden = true;
    this.above.style.height = `${first * ROW}px`;
    this.below.style.height = `${Math.max(0, entries.length - last) * ROW}px`;
    this.#place([this.above, ...shown, this.below, ...(kept ? [kept] : [])]);
    clearTimeout(this.#timer);
    const wanted = entries.slice(first, last).flatMap(({ flag }) => (flag ? [flag.id] : []));
    this.#timer = setTimeout(() => this.rows.need(wanted), SOON);
    list.querySelector("[data-none]").hidden = entries.length > 0 || !this.flags.length;
    list.querySelector("[data-nothing]").hidden = this.flags.length > 0;
  }

  #within(first, last) {
    const at = this.places.get(this.current);
    return at !== undefined && at >= first && at < last;
  }

  /** Change only what must be: a row that stays keeps its focus. */
  #place(children) {
    const { list } = this;
    const had = list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.flag : null;
    const wanted = new Set(children);
    for (const child of [...list.children]) if (!wanted.has(child) && !child.matches(".none")) child.remove();
    let at = list.firstElementChild;
    for (const child of children) {
      if (at === child) at = at.nextElementSibling;
      else list.insertBefore(child, at);
    }
    if (had && !list.contains(document.activeElement)) {
      (list.querySelector(`li[data-flag="${CSS.escape(had)}"] button`) ?? list).focus({ preventScroll: true });
    }
  }

  #row(flag, n) {
    const row = this.rows.get(flag.id) ?? placeholder(flag);
    const button = row.querySelector("button");
    const current = flag.id === this.current;
    row.hidden = false;
    row.setAttribute("aria-setsize", String(this.entries.length));
    row.setAttribute("aria-posinset", String(n + 1));
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    // One stop for the Tab key; arrows walk.
    button.tabIndex = current || (n === 0 && !this.places.has(this.current)) ? 0 : -1;
    return row;
  }
}

function spacer() {
  const item = document.createElement("li");
  item.className = "spacer";
  item.ariaHidden = "true";
  return item;
}

function heading({ label, all, open }) {
  const item = document.createElement("li");
  item.className = "flag-group";
  const words = document.createElement("h3");
  words.textContent = label;
  const count = document.createElement("span");
  count.textContent = `${all} flag${all === 1 ? "" : "s"}, ${open} open`;
  item.append(words, count);
  return item;
}

/** What is known of a flag before its row has come. */
function placeholder({ id, label, start, severity, verdict, version }) {
  const item = document.createElement("li");
  Object.assign(item.dataset, { flag: id, start, severity, verdict, version });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "flag waiting-row";
  const [title, words] = [document.createElement("span"), document.createElement("span")];
  [title.className, title.textContent] = ["flag-title", label];
  [words.className, words.textContent] = ["flag-words", `${clock(start)} · ${severity}`];
  button.append(title, words);
  item.append(button);
  return item;
}
