// The newest pictures of running sessions, drawn one after the other.
//
// A picture comes as a film of one frame. One hidden player decodes them all in turn and they are
// drawn onto canvases, so that fifty tiles need neither fifty decoders nor more of the line than
// it has: the next picture is asked for once the last one is there.

const EVERY = 15000; // ms between two pictures of a tile
const OFTEN = 4000; // ms where one session is looked at: a picture comes every four seconds
const AGAIN = 30000; // ms until a place that had none is tried again
const PATIENCE = 8000; // ms that decoding may take
const PRESENTED = 200; // ms until a picture that is there is taken to be presented
const REST = 150; // ms between two pictures, so that nothing else waits for the line

const player = Object.assign(document.createElement("video"), { muted: true, playsInline: true, preload: "auto" });

/** Show pictures wherever `root` has places for them (`data-picture`), while they are in view. */
export class Stills {
  #seen = new Set();
  #places = new Map();
  #stopped = false;

  constructor(root, stream) {
    this.root = root;
    this.stream = stream;
    this.inView = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#seen.add(target);
        else this.#seen.delete(target);
      }
    });
    this.renew();
    this.#work();
  }

  /** Places may have come and gone. */
  renew() {
    const there = new Set(this.root.querySelectorAll("[data-picture]"));
    for (const place of this.#places.keys()) {
      if (there.has(place)) continue;
      this.inView.unobserve(place);
      this.#places.delete(place);
      this.#seen.delete(place);
    }
    for (const place of there) {
      if (this.#places.has(place)) continue;
      this.#places.set(place, { n: -1, due: 0 });
      this.inView.observe(place);
    }
  }

  /** Another stream, or "none". */
  choose(stream) {
    this.stream = stream;
    for (const [place, state] of this.#places) {
      Object.assign(state, { n: -1, due: 0 });
      place.querySelector("canvas")?.remove();
    }
  }

  stop() {
    this.#stopped = true;
    this.inView.disconnect();
  }

  async #work() {
    while (!this.#stopped) {
      const place = this.#next();
      if (place) await this.#renewOne(place).catch(() => this.#later(place, AGAIN));
      await new Promise((resolve) => setTimeout(resolve, place ? REST : 500));
    }
  }

  /** The place in view that has waited longest. */
  #next() {
    if (document.hidden || this.stream === "none") return null;
    const now = performance.now();
    const due = [...this.#seen].filter((place) => this.#places.get(place)?.due <= now && !place.hidden && this.#streamOf(place));
    return due.sort((a, b) => this.#places.get(a).due - this.#places.get(b).due)[0] ?? null;
  }

  #streamOf(place) {
    const there = place.dataset.streams.split(" ").filter(Boolean);
    return there.includes(this.stream) ? this.stream : there[0];
  }

  /** Whether another stream, or none, was chosen while a picture of this one was under way. */
  #others(place, stream) {
    return this.stream === "none" || this.#streamOf(place) !== stream;
  }

  #later(place, by) {
    const state = this.#places.get(place);
    if (state) state.due = performance.now() + by;
  }

  async #renewOne(place) {
    const state = this.#places.get(place);
    const every = "often" in place.dataset ? OFTEN : EVERY;
    this.#later(place, every);
    const stream = this.#streamOf(place);
    const answer = await fetch(`/media/${place.dataset.picture}/newest/${stream}/picture?after=${state.n}`, { cache: "no-store" });
    if (answer.status === 401) location.reload();
    if (this.#others(place, stream)) return;
    if (answer.status === 204) return;
    if (!answer.ok) return void this.#later(place, AGAIN);
    const address = URL.createObjectURL(await answer.blob());
    try {
      await decode(address);
      await presented();
      if (this.#others(place, stream)) return;
      draw(place, Number(answer.headers.get("Invigil-Arrived")) / 1000);
      state.n = Number(answer.headers.get("Invigil-Piece"));
    } finally {
      URL.revokeObjectURL(address);
    }
  }
}

/** Resolves once the player shows the one picture. */
function decode(address) {
  return new Promise((resolve, reject) => {
    const over = (settle) => (event) => {
      clearTimeout(late);
      player.removeEventListener("loadeddata", shown);
      player.removeEventListener("error", failed);
      settle(event);
    };
    const shown = over(resolve);
    const failed = over(() => reject(new Error("not a picture")));
    const late = setTimeout(failed, PATIENCE);
    player.addEventListener("loadeddata", shown);
    player.addEventListener("error", failed);
    player.src = address;
    player.load();
  });
}

/** Resolves once the picture can be drawn: a browser may say that it is there a moment before. */
function presented() {
  return new Promise((resolve) => {
    player.requestVideoFrameCallback?.(resolve);
    setTimeout(resolve, PRESENTED);
  });
}

function draw(place, arrived) {
  let canvas = place.querySelector("canvas");
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    place.append(canvas);
  }
  const width = Math.min(player.videoWidth, "often" in place.dataset ? 1280 : 480);
  canvas.width = width;
  canvas.height = Math.round((width * player.videoHeight) / player.videoWidth);
  canvas.getContext("2d").drawImage(player, 0, 0, canvas.width, canvas.height);
  place.dataset.arrived = new Date(arrived).toISOString();
  const told = place.parentElement.querySelector("[data-arrived]:not([data-picture])");
  if (told) told.textContent = new Date(arrived).toLocaleTimeString();
}
