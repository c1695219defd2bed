// Watching one session as it happens: each stream follows its own end; how far that is behind is
// said. Where the line does not carry the film, the latest pictures are shown instead.

import Hls from "../vendor/hls.light.min.mjs";
import { length } from "./format.js";
import { heardClock, serverNow, tell } from "./passing.js";
import { Stills } from "./stills.js";

const STALLED = 12000; // ms without a new picture after which the line does not carry the film
const FAR = 30; // s before the end of what is there, from where it jumps
const ASK_AGAIN = 5000; // ms until a stream that is not there yet is asked for again

const root = document.getElementById("watch");
const element = (id) => document.getElementById(id);
const session = root.dataset.session;
const origin = Number(root.dataset.origin) / 1000;
heardClock(Number(root.dataset.now));

/** Session time now (s): as far as its records reached, and what has passed since. */
const sessionNow = () => Number(root.dataset.reach) / 1e6 + (serverNow() - Number(root.dataset.reached) / 1000) / 1000;

class Follower {
  #moved = performance.now();
  #time = -1;

  constructor(name) {
    this.name = name;
    this.media = element(`watch-${name}`);
    this.figure = this.media.closest("figure");
    this.#open();
  }

  /** How far behind (s) what it shows is; null where it shows nothing. */
  get behind() {
    const date = this.hls?.playingDate;
    return date && this.media.readyState >= 2 ? Math.max(0, sessionNow() - (date.getTime() - origin) / 1000) : null;
  }

  /** Somebody looks again: a browser may have paused what nobody saw, for as long as it liked. */
  seen() {
    this.#moved = performance.now();
  }

  get stalled() {
    return performance.now() - this.#moved > STALLED;
  }

  #open() {
    this.hls = new Hls({
      enableWorker: false, liveSyncDurationCount: 1, liveMaxLatencyDurationCount: 5, maxLiveSyncPlaybackRate: 1.25,
      backBufferLength: 20, maxBufferLength: 16,
    });
    this.hls.on(Hls.Events.ERROR, (_, data) => this.#failed(data));
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.media.play().catch(() => {}));
    this.hls.loadSource(`/media/${session}/newest/${this.name}.m3u8`);
    this.hls.attachMedia(this.media);
  }

  #failed(data) {
    if (data.response?.code === 401 || data.response?.code === 403) location.reload();
    if (!data.fatal || this.gone) return;
    this.hls.destroy();
    this.hls = null;
    this.again = setTimeout(() => this.#open(), ASK_AGAIN);
  }

  /** Go to the newest there is. */
  edge() {
    if (this.hls?.liveSyncPosition) this.media.currentTime = this.hls.liveSyncPosition;
    this.media.play().catch(() => {});
  }

  beat() {
    if (document.hidden || this.media.currentTime !== this.#time) this.#moved = performance.now();
    this.#time = this.media.currentTime;
    if (this.hls?.liveSyncPosition - this.media.currentTime > FAR) this.edge();
  }

  close() {
    this.gone = true;
    clearTimeout(this.again);
    this.hls?.destroy();
    this.hls = null;
  }
}

class Watch {
  constructor() {
    this.followers = [];
    this.mode = element("watch-mode");
    this.mode.value = localStorage.getItem("watch-mode") ?? "auto";
    this.mode.addEventListener("change", () => {
      localStorage.setItem("watch-mode", this.mode.value);
      this.apply(this.mode.value === "pictures");
    });
    element("edge").addEventListener("click", () => this.followers.forEach((one) => one.edge()));
    element("listen")?.addEventListener("click", () => this.#listen());
    this.stills = new Stills(root, "camera");
    this.apply(this.mode.value === "pictures" || Boolean(navigator.connection?.saveData));
    setInterval(() => this.beat(), 1000);
    document.addEventListener("visibilitychange", () => this.followers.forEach((one) => one.seen()));
    root.dataset.ready = "true";
  }

  get figures() {
    return [...root.querySelectorAll("[data-stream]")];
  }

  /** Show films, or pictures alone. */
  apply(pictures) {
    this.pictures = pictures;
    root.dataset.shows = pictures ? "pictures" : "film";
    this.followers.forEach((one) => one.close());
    this.followers = [];
    for (const figure of this.figures) {
      figure.querySelector("video").hidden = pictures;
      figure.querySelector(".tile-picture").hidden = !pictures;
      figure.querySelector("[data-note]").hidden = pictures;
    }
    if (!pictures) this.followers = this.figures.map(({ dataset }) => new Follower(dataset.stream));
    const listening = element("listen")?.getAttribute("aria-pressed") === "true";
    if (!pictures && listening) this.followers.push(new Follower("microphone"));
    if (element("listen")) element("listen").disabled = pictures;
    this.stills.renew();
  }

  #listen() {
    const button = element("listen");
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    const there = this.followers.find(({ name }) => name === "microphone");
    if (on && !there) this.followers.push(new Follower("microphone"));
    if (!on && there) {
      there.close();
      this.followers = this.followers.filter((one) => one !== there);
    }
  }

  beat() {
    tell();
    if (this.pictures) return this.#say("Latest pictures, one every few seconds");
    this.followers.forEach((one) => one.beat());
    const filmed = this.followers.filter(({ figure }) => figure);
    for (const one of filmed) this.#paint(one);
    const behind = filmed.map((one) => one.behind).filter((one) => one !== null);
    if (behind.length) this.#say(`${length(Math.round(Math.max(...behind)))} behind`);
    else this.#say("Waiting for the first pictures");
    if (this.mode.value === "auto" && filmed.length && filmed.every((one) => one.stalled) && root.dataset.over === "no") {
      this.apply(true);
      this.#say("The film stands still: latest pictures instead");
    }
  }

  #paint(one) {
    const shown = one.behind !== null;
    one.figure.querySelector("[data-note]").hidden = shown;
    one.figure.querySelector("[data-note] span").textContent = "Nothing has come yet";
    one.figure.querySelector("[data-behind]").textContent = shown ? `· ${length(Math.round(one.behind))} behind` : "";
  }

  #say(words) {
    if (element("behind").textContent !== words) element("behind").textContent = words;
  }
}

new Watch();
