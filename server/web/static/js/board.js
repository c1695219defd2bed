// The board, put together: tiles that keep themselves up to date, pictures, calls, keys.

import { Alerts } from "./alerts.js";
import { BoardLink } from "./boardlink.js";
import { listen, sheet } from "./keys.js";
import { heardClock, serverNow, tell } from "./passing.js";
import { Stills } from "./stills.js";

const STALE = 5000; // ms: the board is looked at anew twice a second
const TYPED = 250; // ms after the last letter of a search

const element = (id) => document.getElementById(id);
const root = element("board-root");
const filters = element("board-filters");
const side = element("side");
const together = element("together");

class Board {
  #revisions = new Map();
  #looked = 0;

  constructor() {
    this.page = Number(root.dataset.page);
    this.chosen = new Set();
    this.alerts = new Alerts({ said: element("called"), banner: element("banner"), sound: element("alert-sound"), flag: element("alert-banner") });
    const pictures = element("board-pictures");
    pictures.value = localStorage.getItem("live-pictures") ?? (navigator.connection?.saveData ? "none" : "camera");
    this.stills = new Stills(element("split"), pictures.value);
    pictures.addEventListener("change", () => {
      localStorage.setItem("live-pictures", pictures.value);
      this.stills.choose(pictures.value);
    });
    this.link = new BoardLink(root.dataset.socket, () => this.#question());
    this.link.addEventListener("news", ({ detail }) => this.#take(detail));
    this.link.addEventListener("state", () => this.#paintState());
    setInterval(() => {
      tell();
      this.#paintState();
    }, 1000);
    tell();
    this.#wireFilters();
    this.#wireTiles();
    this.#wireSide();
    this.#wireKeys();
    if (together) this.#wireTogether();
    this.#needed(JSON.parse(element("board").dataset.needs));
    root.dataset.ready = "true";
  }

  get tiles() {
    return [...element("tiles").children];
  }

  #question() {
    const said = Object.fromEntries(new FormData(filters));
    return { ...said, page: this.page, have: Object.fromEntries(this.#revisions) };
  }

  #take(news) {
    heardClock(news.now);
    this.#looked = news.at / 1000;
    const list = element("tiles");
    for (const [id, [revision, html]] of Object.entries(news.tiles ?? {})) {
      this.#revisions.set(id, revision);
      place(list, id, html, this.chosen);
    }
    if (news.order) arrange(list, news.order, this.#revisions);
    this.page = news.page;
    element("board-empty").hidden = news.total > 0;
    this.#paintPages(news);
    this.#needed(news);
    if (news.tiles || news.order) {
      htmx.process(list);
      this.stills.renew();
      this.#paintChosen();
      tell(list);
    }
    root.dataset.news = String(Number(root.dataset.news ?? 0) + 1);
  }

  /** Who needs somebody, wherever they stand: by the WebSocket, or with the tiles. */
  #needed({ total, calling, calls }) {
    element("board-total").textContent = total;
    element("board-calling").textContent = calling;
    document.querySelectorAll("[data-total]").forEach((one) => (one.textContent = total));
    if (calls) this.alerts.take(calls, calling);
  }

  #paintPages({ page, pages }) {
    element("board-pages").hidden = pages < 2;
    element("board-page").textContent = page + 1;
    element("board-of").textContent = pages;
    for (const link of element("board-pages").querySelectorAll("a[data-page]")) {
      const to = page + Number(link.dataset.page);
      const said = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
      if (to > 0) said.set("page", to);
      link.href = `/live?${said}`;
      link.hidden = to < 0 || to >= pages;
    }
  }

  #paintState() {
    const state = element("link-state");
    const stale = this.#looked && serverNow() - this.#looked > STALE + 10000;
    const words = !this.link.open ? "Connecting; asks every few seconds meanwhile" : stale ? "The server is busy: this is a moment old" : "Up to date by itself";
    if (state.textContent === words) return;
    state.textContent = words;
    state.className = `pill ${this.link.open && !stale ? "live" : "warn"}`;
  }

  #wireFilters() {
    let typed = null;
    const changed = () => {
      this.page = 0;
      this.#look();
    };
    filters.addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });
    filters.addEventListener("change", changed);
    element("board-name").addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(changed, TYPED);
    });
    element("board-root").addEventListener("click", (event) => {
      const link = event.target.closest("a[data-page]");
      if (!link || !this.link.open) return;
      event.preventDefault();
      this.page += Number(link.dataset.page);
      this.#look();
    });
    // Without a WebSocket the tiles ask for themselves; also while nobody sees them, for who calls
    // is heard, and stands in the title.
    document.body.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.elt.id === "board" && this.link.open) event.preventDefault();
    });
    document.body.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.id === "board") this.#settled();
    });
  }

  #settled() {
    this.#revisions.clear();
    this.#needed(JSON.parse(element("board").dataset.needs));
    this.stills.renew();
    this.#paintChosen();
    this.#mark();
    tell();
  }

  /** Look at something else. */
  #look() {
    const said = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
    if (this.page) said.set("page", this.page);
    history.replaceState(null, "", said.size ? `/live?${said}` : "/live");
    if (!this.link.ask()) htmx.ajax("GET", `/live/tiles?${said}`, { target: "#board", swap: "outerHTML" });
  }

  #wireTiles() {
    element("split").addEventListener("change", ({ target }) => {
      if (target.name !== "session" || target.type !== "checkbox") return;
      if (target.checked) this.chosen.add(target.value);
      else this.chosen.delete(target.value);
      this.#paintChosen();
    });
  }

  #wireSide() {
    document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
      if (detail.elt.matches("[data-open]")) this.opener = detail.elt.closest("li")?.dataset.id;
    });
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target.id !== "side") return;
      side.hidden = false;
      element("split").classList.add("with-side");
      this.stills.renew();
      tell(side);
      side.querySelector("h2").focus();
      this.#mark();
    });
    side.addEventListener("click", (event) => event.target.closest("[data-side-close]") && this.closeSide());
    side.addEventListener("keydown", (event) => event.key === "Escape" && !event.target.closest("input, textarea, select") && this.closeSide());
    // Here arrows scroll, what was said above all, and do not go to another tile.
    side.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && event.stopPropagation());
  }

  closeSide() {
    if (side.hidden) return;
    side.hidden = true;
    side.replaceChildren();
    element("split").classList.remove("with-side");
    this.stills.renew();
    this.#mark();
    this.#focus(element(`t-${this.opener}`) ?? this.tiles[0]);
  }

  /** Say which tile is open beside the board. */
  #mark() {
    const open = side.querySelector("[data-side]")?.dataset.side;
    for (const tile of this.tiles) tile.classList.toggle("opened", tile.dataset.id === open);
  }

  #wireKeys() {
    const open = sheet(element("keys"), element("show-keys"));
    const step = (by) => () => this.#step(by);
    const current = () => document.activeElement.closest?.(".tile");
    listen({
      j: step(1), ArrowRight: step(1), k: step(-1), ArrowLeft: step(-1),
      ArrowDown: () => this.#row(1), ArrowUp: () => this.#row(-1),
      n: () => this.#focus(this.tiles.find((tile) => Number(tile.dataset.need) <= 5)),
      x: () => current()?.querySelector('[type="checkbox"]')?.click(),
      w: () => current() && location.assign(`/live/${current().dataset.id}`),
      Escape: () => this.closeSide(), "/": () => element("board-name").focus(), "?": open,
    });
  }

  #step(by) {
    const at = this.tiles.indexOf(document.activeElement.closest?.(".tile"));
    this.#focus(this.tiles[at < 0 ? 0 : Math.min(this.tiles.length - 1, Math.max(0, at + by))]);
  }

  #row(by) {
    const [tiles, tile] = [this.tiles, document.activeElement.closest?.(".tile")];
    const across = tiles.filter((one) => one.offsetTop === tiles[0].offsetTop).length || 1;
    if (tile) this.#step(by * across);
    else this.#focus(tiles[0]);
  }

  #focus(tile) {
    tile?.querySelector("[data-open]").focus();
    tile?.scrollIntoView({ block: "nearest" });
  }

  #wireTogether() {
    element("choose-all").addEventListener("change", ({ target }) => {
      for (const box of element("tiles").querySelectorAll('[name="session"]')) {
        box.checked = target.checked;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
    const action = element("together-action");
    const [minutes, everybody] = [element("together-minutes"), element("everybody")];
    action.addEventListener("change", () => {
      minutes.disabled = action.value !== "extra_time";
      minutes.required = !minutes.disabled;
      if (!minutes.disabled && !minutes.value) minutes.value = "10";
    });
    everybody.addEventListener("change", () => this.#paintChosen());
    // Those that are chosen on another page, and what is looked at, go with the form.
    together.addEventListener("htmx:configRequest", ({ detail }) => {
      const there = new Set(this.tiles.map((tile) => tile.dataset.id));
      const elsewhere = [...this.chosen].filter((id) => !there.has(id));
      for (const id of elsewhere) detail.formData?.append("session", id);
      const said = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
      if (everybody.checked) detail.path = `/live/together?${said}`;
    });
    together.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (!detail.successful || detail.xhr.status >= 400 || detail.elt !== together) return;
      together.reset();
      // Until here the same form was the same request. What comes next is another one, also in the same words.
      element("together-request").value = crypto.getRandomValues(new Uint32Array(4)).join("-");
      action.dispatchEvent(new Event("change"));
      this.chosen.clear();
      element("choose-all").checked = false;
      this.#paintChosen({ keep: true });
    });
    this.#paintChosen();
  }

  #paintChosen({ keep = false } = {}) {
    if (!together) return;
    for (const box of element("tiles").querySelectorAll('[name="session"]')) box.checked = this.chosen.has(box.value);
    element("chosen").textContent = this.chosen.size;
    const any = this.chosen.size > 0 || element("everybody").checked;
    together.classList.toggle("with-chosen", any || keep || element("together-report").childElementCount > 0);
  }
}

/** Put a tile's new HTML where it belongs; its picture, its tick and the focus stay. */
function place(list, id, html, chosen) {
  const fresh = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelector("li");
  const tile = document.adoptNode(fresh);
  const old = element(`t-${id}`);
  if (!old) return void list.append(tile);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const [picture, next] = [old.querySelector(".tile-picture"), tile.querySelector(".tile-picture")];
  if (picture && next && picture.dataset.streams === next.dataset.streams) next.replaceWith(picture);
  tile.querySelector('[name="session"]').checked = chosen.has(id);
  tile.classList.toggle("opened", old.classList.contains("opened"));
  old.replaceWith(tile);
  if (focused) tile.querySelector(focused.matches("input") ? "input" : "[data-open]").focus({ preventScroll: true });
}

/** Have the tiles in this order, moving only those that stand elsewhere; others go. */
function arrange(list, order, revisions) {
  const wanted = new Set(order);
  for (const tile of [...list.children]) {
    if (wanted.has(tile.dataset.id)) continue;
    revisions.delete(tile.dataset.id);
    tile.remove();
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  order.forEach((id, at) => {
    const tile = element(`t-${id}`);
    if (tile && list.children[at] !== tile) list.insertBefore(tile, list.children[at] ?? null);
  });
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

new Board();
