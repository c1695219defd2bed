// The board's WebSocket: says what is looked at and what is there, and is sent the rest.
//
// A connection that is lost is opened again, later each time (1 to 30 s, at random, so that a
// hundred pages do not come at once); what came meanwhile comes with the first answer.

const SHORTEST = 1000;
const LONGEST = 30000;
const SILENT = 25000; // ms without a word after which a connection is dead: a beat comes every 10 s

export class BoardLink extends EventTarget {
  #socket = null;
  #ask = 0;
  #tries = 0;
  #heard = 0;
  #timer = null;

  /** `question` gives what is looked at and what is there: {exam, state, name, page, have}. */
  constructor(path, question) {
    super();
    this.path = path;
    this.question = question;
    this.#open();
    setInterval(() => this.#check(), 5000);
    addEventListener("online", () => this.#soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.#check());
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN && this.#heard > 0;
  }

  /** Something else is looked at. */
  ask() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#ask += 1;
    this.#socket.send(JSON.stringify({ ...this.question(), ask: this.#ask }));
    return true;
  }

  #open() {
    this.#timer = null;
    // One that still connects, or is thought dead, would go on beside the new one.
    const before = this.#socket;
    this.#socket = null;
    before?.close();
    const address = new URL(this.path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(address));
    this.#heard = 0;
    socket.addEventListener("open", () => this.ask());
    socket.addEventListener("message", (event) => this.#take(socket, event.data));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code));
  }

  #take(socket, text) {
    if (socket !== this.#socket) return;
    this.#heard = performance.now();
    this.#tries = 0;
    const news = JSON.parse(text);
    // An answer to what was looked at before.
    if (news.ask === this.#ask) this.dispatchEvent(new CustomEvent("news", { detail: news }));
    this.dispatchEvent(new Event("state"));
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#heard = 0;
    this.dispatchEvent(new Event("state"));
    if (code === 4401) return void location.reload();
    const most = Math.min(LONGEST, SHORTEST * 2 ** this.#tries++);
    this.#soon(SHORTEST + Math.random() * most);
  }

  #soon(after) {
    if (this.#socket?.readyState === WebSocket.OPEN && after === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), after);
  }

  #check() {
    if (!this.#heard || performance.now() - this.#heard < SILENT) return;
    const dead = this.#socket;
    this.#closed(dead, 0);
    dead.close();
  }
}
