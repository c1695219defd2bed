// One stream of a session: a media element fed by hls.js.
//
// The playlist begins at session time zero and leaves nothing out, so `element.currentTime`
// *is* session time. Where nothing was recorded the element is parked: it cannot play there.

import Hls from "../vendor/hls.light.min.mjs";
import { AGAIN, EDGE, FailedPieces } from "./failed_pieces.js";
import { PieceLoader, prefetch } from "./pieces.js";

// An element this near (s) to where it should be is left alone while paused.
const CLOSE = 0.02;
// Beyond this (s) playing faster or slower will not do, and it jumps.
const JUMP = 0.35;
// Below this (s) nobody sees it; a frame at 10 per second lasts 0.1.
const TOLERANCE = 0.015;
// How much faster or slower it may play to catch up, as a share of the rate.
const CORRECTION = 0.1;
// Within this time (s) of a run's beginning its first piece is fetched in advance.
const AHEAD = 6;
// A step looks for another frame this far on (s) at a time, and for so many steps: no camera
// is slower than a picture a second, and a screen that stands still has no other frame.
const FRAME = 1 / 30;
const MOST_STEPS = 60;
// This long (s) before a frame is the one before it: less than any frame lasts, and more than
// what counts as being there already (CLOSE).
const BEFORE = 0.025;
// Within a frame (s), so that rounding does not show the one before.
const WITHIN = 0.002;

// How far (s) beyond what is shown it fetches. On the way to a moment no more than its own piece:
// each further one would take the line and the processor from the picture that is waited for.
const BUFFER = 20;
const BUFFER_AT_MOST = 40;
const BUFFER_ON_THE_WAY = 0.5;

const POLICY = {
  maxTimeToFirstByteMs: 10000, maxLoadTimeMs: 30000,
  timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
  errorRetry: { maxNumRetry: 1, retryDelayMs: 500, maxRetryDelayMs: 500 },
};

/** Call back when the page has been painted twice, by when a frame that came is told of. */
const painted = (done) => requestAnimationFrame(() => requestAnimationFrame(done));

export class Stream {
  #ways = new Map(); // address of a piece that is fetched for a seek -> its AbortController
  #stopped = null; // where and since when hls.js fetches no more, after a piece that failed

  /** `changed` is called whenever what the stream can show has changed. */
  constructor(element, { name, playlist, runs, at, changed }) {
    Object.assign(this, { element, name, playlist, runs, changed });
    this.failed = new FailedPieces();
    this.problem = "";
    for (const event of ["seeked", "canplay", "waiting", "error"]) element.addEventListener(event, changed);
    this.#watchFrames();
    this.#open(at);
  }

  /** The run of recorded time that `time` lies in, as [start, end], or null. */
  runAt(time) {
    if (this.failed.at(time)) return null;
    return this.runs.find(([start, end]) => time >= start && time < end - EDGE) ?? null;
  }

  /** Whether the element shows something, or would sound: of whatever moment. */
  get ready() {
    return this.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !this.element.seeking;
  }

  /** Whether it is at `time` or on the way there, as near as playing at `rate` keeps it. */
  near(time, rate = 1) {
    return Math.abs(this.element.currentTime - time) <= JUMP * Math.max(1, rate);
  }

  /** Whether what it shows is of this moment. */
  shows(time, rate = 1) {
    return this.ready && this.near(time, rate);
  }

  /** Whether playing can go on from here. */
  get flowing() {
    return this.element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && !this.element.seeking;
  }

  /** Whether it is heard alone. */
  get sound() {
    return this.element instanceof HTMLAudioElement;
  }

  /** When the frame that is shown begins (s), as far as the browser tells. */
  #watchFrames() {
    if (!this.element.requestVideoFrameCallback) return;
    const see = (_, { mediaTime }) => {
      this.frame = mediaTime;
      this.element.requestVideoFrameCallback(see);
    };
    this.element.requestVideoFrameCallback(see);
    // What was shown before says nothing of where it goes now.
    this.element.addEventListener("seeking", () => { this.frame = undefined; });
  }

  /** The time of the next frame (or the one before), found by going there; null at an end. */
  async frameFrom(direction) {
    if (this.frame === undefined) await new Promise(painted);
    const shown = this.frame ?? this.element.currentTime;
    if (direction < 0) {
      const time = Math.max(0, shown - BEFORE);
      if (this.runAt(time)) await this.#look(time);
      return time;
    }
    for (let n = 1; n <= MOST_STEPS; n++) {
      const time = shown + n * FRAME;
      if (!this.runAt(time)) return this.#next(time);
      await this.#look(time);
      if (this.frame > shown + WITHIN) return this.frame + WITHIN;
    }
    return null;
  }

  /** Go to a moment and wait for its picture. */
  #look(time) {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        this.element.removeEventListener("seeked", soon);
        done();
      };
      // Where the page is not painted at all, the timer ends it.
      const soon = () => painted(end);
      const timer = setTimeout(end, 1000);
      this.element.addEventListener("seeked", soon);
      this.element.currentTime = time;
    });
  }

  /** Fetch what is needed to begin at `time`, so that going there takes no time. */
  prefetch(time) {
    const url = this.#address(time);
    if (url) prefetch(url);
  }

  /** The address of the piece that `time` lies in, if there is one. */
  #address(time) {
    const fragments = this.hls?.levels?.[0]?.details?.fragments ?? [];
    return fragments.find(({ start, end, gap }) => !gap && time >= start && time < end)?.url;
  }

  /**
   * Fetch at once what `time` takes, side by side. A browser shows a moment when it has some of
   * what follows: near a piece's end that is the next piece, which hls.js would ask for later.
   * What was on its way to another moment is left, unless this one takes it, too.
   */
  #fetchNow(time) {
    const missing = [time, time + BUFFER_ON_THE_WAY].filter((moment) => !this.#has(moment));
    const wanted = new Set(missing.map((moment) => this.#address(moment)).filter(Boolean));
    for (const [url, way] of this.#ways) {
      if (wanted.has(url)) continue;
      this.#ways.delete(url);
      way.abort();
    }
    for (const url of wanted) {
      if (!this.#ways.has(url)) this.#ways.set(url, new AbortController());
      prefetch(url, { priority: "high", signal: this.#ways.get(url).signal });
    }
  }

  #has(time) {
    const { buffered } = this.element;
    for (let n = 0; n < buffered.length; n++) if (time >= buffered.start(n) && time < buffered.end(n)) return true;
    return false;
  }

  /** New runs of a session that is still being recorded. */
  grow(runs) {
    this.runs = runs;
    if (!this.hls) this.#open(runs[0]?.[0] ?? 0);
  }

  /** Go to `time`, or wait at the next place where there is something. */
  seek(time) {
    this.failed.forgive(time);
    const target = this.runAt(time) ? time : this.#next(time);
    if (target === null || !this.hls) return;
    if (Math.abs(this.element.currentTime - target) > CLOSE) {
      this.#fetchNow(target);
      this.element.currentTime = target;
    }
    this.#resume(target);
  }

  /** Whether it is on the way to a moment, and fetches that alone, or may fetch what comes after. */
  hurry(on) {
    if (this.hls) this.hls.config.maxMaxBufferLength = on ? BUFFER_ON_THE_WAY : BUFFER_AT_MOST;
  }

  /** Hold still, ready for what comes next. */
  park(time) {
    if (!this.element.paused) this.element.pause();
    const next = this.#next(time);
    if (next !== null && next - time < AHEAD) this.seek(time);
  }

  /** Play in step: be at `time`, advancing `rate` seconds a second. */
  follow(time, rate, leading) {
    const { element } = this;
    const drift = element.currentTime - time;
    if (!leading && Math.abs(drift) > JUMP && !element.seeking) element.currentTime = time;
    const nudge = leading || Math.abs(drift) < TOLERANCE ? 0 : Math.max(-CORRECTION, Math.min(CORRECTION, drift));
    const wanted = rate * (1 - nudge);
    if (Math.abs(element.playbackRate - wanted) > 0.001) element.playbackRate = wanted;
    if (element.paused) element.play().catch((error) => this.#refused(error));
    this.#resume(time, rate);
  }

  hold() {
    if (!this.element.paused) this.element.pause();
  }

  /** Where something begins after `time`: a run, or what follows a piece that could not be had. */
  #next(time) {
    const places = [...this.runs.map(([start]) => start), ...this.failed.ends];
    return places.sort((a, b) => a - b).find((place) => place > time && this.runAt(place)) ?? null;
  }

  #refused(error) {
    if (error.name !== "NotAllowedError") return;
    this.problem = "The browser did not let it play. Press play again.";
    this.changed();
  }

  #open(at) {
    if (!this.runs.length || !Hls.isSupported()) {
      this.problem = this.runs.length ? "This browser cannot play the recording (no Media Source Extensions)." : "";
      return;
    }
    const start = this.runAt(at) ? at : (this.#next(at) ?? this.runs[0][0]);
    this.hls = new Hls({
      enableWorker: false, startPosition: start, maxBufferLength: BUFFER, maxMaxBufferLength: BUFFER_AT_MOST, backBufferLength: 40,
      nudgeMaxRetry: 8, fragLoadPolicy: { default: POLICY }, fLoader: PieceLoader,
    });
    this.hls.on(Hls.Events.ERROR, (_, data) => this.#failed(data));
    this.hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => this.failed.drop(frag) && this.changed());
    this.hls.loadSource(this.playlist);
    this.hls.attachMedia(this.element);
  }

  #failed(data) {
    if (data.response?.code === 401 || data.response?.code === 403) location.reload();
    const lost = data.frag && data.type === Hls.ErrorTypes.NETWORK_ERROR;
    // While a session is being recorded, hls.js passes over what it cannot have by itself.
    if (!data.fatal && !(lost && data.frag.gap)) return;
    if (lost) {
      // One part that cannot be had is a hole like any other; the rest plays.
      this.failed.add(data.frag);
      if (data.fatal) this.#stopped = { at: data.frag.start, since: performance.now() };
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls.recoverMediaError();
    } else {
      this.problem = "This stream cannot be played here. Load the page again; the bundle holds it in any case.";
    }
    this.changed();
  }

  /**
   * Let hls.js go on after a piece that failed: at once where something is missing at `time`. Else
   * that piece is asked for again when it comes near, as the server may be well again by then.
   */
  #resume(time, rate = 1) {
    if (!this.#stopped) return;
    const { at, since } = this.#stopped;
    const due = at - time < AHEAD * rate && performance.now() - since > AGAIN;
    if (!due && this.#has(time)) return;
    this.#stopped = null;
    this.hls.startLoad(time);
  }
}
