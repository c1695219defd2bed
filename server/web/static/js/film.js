// Small pictures of a session's moments: for the timeline's pointer and its lane of pictures.
//
// A player that nobody sees goes to each moment that is wished for, one after the other, and
// what it shows is kept, small. Nothing is fetched before the first wish.

import Hls from "../vendor/hls.light.min.mjs";
import { PieceLoader } from "./pieces.js";

const GRID = 2; // s: moments this near share a picture
const HEIGHT = 108; // px of a picture
const MOST = 400; // pictures that are kept: 30 MB of memory at most
const PATIENCE = 8000; // ms after which a moment is given up
const AGAIN = 100; // ms until a picture that could not be drawn yet is tried again
// A small picture is worth one try: others wait for it.
const ONCE = { maxTimeToFirstByteMs: PATIENCE, maxLoadTimeMs: PATIENCE, timeoutRetry: null, errorRetry: null };
const GIVEN_UP = "given-up"; // what a player says that comes to no moment any more
const REST = 80; // ms that a pointer rests: who points is often about to click, and that goes first

export class Film extends EventTarget {
  #pictures = new Map(); // number on the grid -> ImageBitmap, or null where there is none
  #wishes = [];
  #pointed = null;
  #working = false;

  /** `stream` is { playlist, runs }; `busy()` says when the page needs the line for itself. */
  constructor(stream, busy) {
    super();
    Object.assign(this, { stream, busy, shape: 4 / 3 });
  }

  #runAt(time) {
    return this.stream.runs.some(([start, end]) => time >= start && time < end - 0.25);
  }

  /** The picture of a moment, or null; one up to `off` seconds away will do. */
  at(time, off = GRID) {
    const [first, last] = [Math.floor((time - off) / GRID), Math.floor((time + off) / GRID)];
    const own = Math.floor(time / GRID);
    if (this.#pictures.has(own)) return this.#recall(own);
    for (let n = own; n <= Math.min(last, own + 8); n++) if (this.#pictures.get(n)) return this.#recall(n);
    for (let n = own; n >= Math.max(first, own - 8); n--) if (this.#pictures.get(n)) return this.#recall(n);
    return null;
  }

  #recall(n) {
    const picture = this.#pictures.get(n);
    this.#pictures.delete(n);
    this.#pictures.set(n, picture);
    return picture;
  }

  /** What is to be shown next; what was wished for before and is not, no longer is. */
  wish(times) {
    this.#wishes = times.filter((time) => this.#runAt(time));
    this.#work();
  }

  /** Show on a canvas the moment that is pointed at, now or as soon as it is there. */
  point(time, canvas = null) {
    this.#pointed = time === null ? null : { time, canvas };
    if (time === null) return;
    const picture = this.at(time, GRID / 2);
    canvas.hidden = !picture;
    if (picture) paint(canvas, picture);
    else if (this.#runAt(time)) this.#work();
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    while (this.#next() !== undefined) {
      if (this.#pointed) await pause(REST);
      while (this.busy()) await pause(100);
      const time = this.#next();
      if (time !== undefined) await this.#take(time);
      if (this.#pointed) this.point(this.#pointed.time, this.#pointed.canvas);
      this.dispatchEvent(new Event("picture"));
    }
    this.#working = false;
  }

  #next() {
    const missing = (time) => !this.#pictures.has(Math.floor(time / GRID)) && this.#runAt(time);
    if (this.#pointed && missing(this.#pointed.time)) return this.#pointed.time;
    return this.#wishes.find(missing);
  }

  async #take(time) {
    const video = (this.video ??= this.#open(time));
    if (Math.abs(video.currentTime - time) > 0.02) video.currentTime = time;
    const there = await arrival(video);
    const shape = there && video.videoHeight ? video.videoWidth / video.videoHeight : this.shape;
    this.shape = shape;
    const size = { resizeHeight: HEIGHT, resizeWidth: Math.round(HEIGHT * shape), resizeQuality: "medium" };
    const picture = there ? await drawable(video, size) : null;
    this.#pictures.set(Math.floor(time / GRID), picture);
    if (this.#pictures.size <= MOST) return;
    const [oldest] = this.#pictures.keys();
    this.#pictures.get(oldest)?.close();
    this.#pictures.delete(oldest);
  }

  #open(at) {
    const video = document.createElement("video");
    video.muted = true;
    const hls = new Hls({
      enableWorker: false, startPosition: at, maxBufferLength: 1, maxMaxBufferLength: 2, backBufferLength: 4,
      fLoader: PieceLoader, fragLoadPolicy: { default: ONCE },
    });
    // A piece that cannot be had ends a player: the next moment gets another.
    hls.on(Hls.Events.ERROR, (_, { fatal }) => {
      if (!fatal) return;
      hls.destroy();
      this.video = null;
      video.dispatchEvent(new Event(GIVEN_UP));
    });
    hls.loadSource(this.stream.playlist);
    hls.attachMedia(video);
    return video;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Whether the video shows where it was sent, before patience ends. */
function arrival(video) {
  const shows = () => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking;
  return new Promise((done) => {
    const names = ["seeked", "loadeddata", "canplay"];
    const end = (answer) => {
      clearTimeout(timer);
      for (const name of names) video.removeEventListener(name, look);
      video.removeEventListener(GIVEN_UP, never);
      done(answer);
    };
    const look = () => shows() && end(true);
    const never = () => end(false);
    const timer = setTimeout(never, PATIENCE);
    for (const name of names) video.addEventListener(name, look);
    video.addEventListener(GIVEN_UP, never, { once: true });
    look();
  });
}

/** What the video shows, small, or null: a browser may say that it is there a moment before. */
async function drawable(video, size) {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    try {
      return await createImageBitmap(video, size);
    } catch {
      await pause(AGAIN);
    }
  }
  return null;
}

function paint(canvas, picture) {
  if (canvas.width !== picture.width) Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.getContext("2d").drawImage(picture, 0, 0);
}
