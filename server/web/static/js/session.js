// The session page, put together: players, timeline, flags, keys, and news while it is live.

import { closer } from "./closer.js";
import { FlagList } from "./flags.js";
import { clock } from "./format.js";
import { listen, sheet } from "./keys.js";
import { Playback } from "./playback.js";
import { Stream } from "./stream.js";
import { Timeline } from "./timeline.js";

const STEP = 5; // s that an arrow key seeks
const LONG_STEP = 30; // s with shift
const BEFORE = 1; // s of run-up before a flag
const NEWS_EVERY = 5000; // ms between two looks at a session that is being recorded
const RARE_NEWS_EVERY = 20000; // ms where only other reviewers can change something
const RATES = [0.5, 1, 1.5, 2, 4, 8];

const root = document.getElementById("review");
const element = (id) => document.getElementById(id);

async function fetchTimeline(revision) {
  const headers = revision ? { "If-None-Match": revision } : {};
  const answer = await fetch(root.dataset.timeline, { headers, cache: "no-store" });
  if (answer.status === 304) return null;
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`the timeline could not be loaded (${answer.status})`);
  return { data: await answer.json(), revision: answer.headers.get("ETag") };
}

/** Where to begin: once every stream that starts at the beginning has started. */
function firstMoment({ streams }) {
  const starts = streams.flatMap(({ runs }) => runs.slice(0, 1).map(([start]) => start));
  return Math.max(0, ...starts.filter((start) => start < STEP));
}

/** The moment that the address names (`#t=12.5`, in seconds), or null. */
function namedMoment() {
  const named = /^#t=(\d{1,9}(?:\.\d+)?)$/.exec(location.hash);
  return named ? Number(named[1]) : null;
}

class Page {
  constructor({ data, revision }) {
    this.data = data;
    this.revision = revision;
    this.playback = new Playback(data.duration);
    this.timeline = new Timeline(element("band"), data);
    this.flags = new FlagList(element("flag-list"), element("decide"));
    const start = namedMoment() ?? firstMoment(data);
    addEventListener("hashchange", () => this.#goToNamed());
    this.#addStreams(start);
    this.#wirePlayback();
    this.#wireFlags();
    this.#wireKeys();
    setInterval(() => this.news(), data.live ? NEWS_EVERY : RARE_NEWS_EVERY);
    this.playback.seek(start);
    this.paint();
    root.dataset.ready = "true";
  }

  #goToNamed() {
    const moment = namedMoment();
    if (moment === null) return;
    this.playback.seek(moment);
    element("pictures").scrollIntoView({ block: "nearest" });
  }

  #addStreams(at) {
    for (const { name, playlist, runs } of this.data.streams) {
      const changed = () => this.playback.changed();
      this.playback.add(new Stream(element(name), { name, playlist, runs, at, changed }));
    }
  }

  #wirePlayback() {
    const { playback, timeline } = this;
    playback.addEventListener("time", () => this.paint());
    playback.addEventListener("view", () => this.paintPictures());
    playback.addEventListener("state", () => this.paintState());
    timeline.addEventListener("seek", (event) => playback.seek(event.detail));
    timeline.addEventListener("flag", (event) => this.flags.choose(event.detail, { seek: true }));
    element("play").addEventListener("click", () => playback.toggle());
    element("previous").addEventListener("click", () => this.flags.step(-1));
    element("next").addEventListener("click", () => this.flags.step(1));
    element("rate").addEventListener("change", (event) => playback.setRate(Number(event.target.value)));
    element("volume").addEventListener("input", (event) => this.setVolume(Number(event.target.value)));
    element("mute").addEventListener("click", () => this.setMuted(!element("microphone").muted));
    element("swap")?.addEventListener("click", () => this.swap());
    element("zoom-in").addEventListener("click", () => timeline.zoom(2));
    element("zoom-out").addEventListener("click", () => timeline.zoom(0.5));
    element("zoom-fit").addEventListener("click", () => timeline.fit());
  }

  #wireFlags() {
    this.flags.addEventListener("chosen", ({ detail: { id, start, seek } }) => {
      this.timeline.select(id);
      if (seek) this.playback.seek(start - BEFORE);
    });
    document.body.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.target.id === "flag-list") this.flags.renewed();
    });
    document.body.addEventListener("flag-decided", () => this.#decided());
    // A clip and the recording would speak over each other. Media events do not bubble.
    element("decide").addEventListener("play", () => this.playback.pause(), true);
    this.playback.addEventListener("state", () => this.playback.playing && this.flags.clip?.pause());
    element("decide").addEventListener("htmx:sendError", () => this.#unsent());
    element("decide").addEventListener("htmx:responseError", () => this.#unsent());
  }

  #decided() {
    const goOn = element("go-on").checked;
    this.news({ partsToo: false }); // the answer brought them already
    if (goOn) this.flags.nextOpen();
    else this.flags.choose(this.flags.current, { seek: false, keep: ["message"] });
  }

  #unsent() {
    const note = document.createElement("p");
    note.className = "notice bad";
    note.textContent = "The server did not take the decision. Nothing is saved; try again.";
    element("decide-result").replaceChildren(note);
  }

  #wireKeys() {
    const { playback, flags } = this;
    const open = sheet(element("keys"), element("show-keys"));
    const enlarge = closer(element("closer"));
    const by = (seconds) => (event) => playback.seek(playback.time + Math.sign(seconds) * (event.shiftKey ? LONG_STEP : STEP));
    listen({
      " ": () => playback.toggle(), k: () => flags.step(-1), j: () => flags.step(1),
      a: () => flags.decide("accepted"), d: () => flags.decide("dismissed"), o: () => flags.decide("open"),
      c: () => this.playClip(), l: () => flags.closer && enlarge(flags.closer),
      n: () => element("note").focus(), u: () => flags.nextOpen(),
      ArrowLeft: by(-1), ArrowRight: by(1), Home: () => playback.seek(0), End: () => playback.seek(playback.duration - 1),
      s: () => this.swap(), m: () => this.setMuted(!element("microphone").muted),
      "<": () => this.stepRate(-1), ">": () => this.stepRate(1),
      "+": () => this.timeline.zoom(2), "-": () => this.timeline.zoom(0.5), 0: () => this.timeline.fit(), "?": open,
    });
  }

  /** Play the current flag's clip where it stands, or pause it; the rest is silent meanwhile. */
  playClip() {
    const clip = this.flags.clip;
    if (!clip) return;
    if (clip.paused) clip.play();
    else clip.pause();
  }

  swap() {
    const swapped = element("pictures").classList.toggle("swapped");
    element("swap")?.setAttribute("aria-pressed", String(swapped));
  }

  stepRate(by) {
    const at = RATES.indexOf(this.playback.rate);
    this.playback.setRate(RATES[Math.min(RATES.length - 1, Math.max(0, at + by))]);
  }

  setVolume(volume) {
    element("microphone").volume = volume;
    this.setMuted(volume === 0);
  }

  setMuted(muted) {
    element("microphone").muted = muted;
    element("mute").setAttribute("aria-pressed", String(muted));
    element("mute").querySelector("use").setAttribute("href", `${root.dataset.icons}#${muted ? "muted" : "sound"}`);
  }

  paint() {
    const time = this.playback.time;
    element("now").textContent = clock(time);
    element("length").textContent = clock(this.playback.duration);
    this.timeline.show(time);
    this.paintPictures();
  }

  paintState() {
    const { playing, rate } = this.playback;
    element("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    element("play").querySelector("use").setAttribute("href", `${root.dataset.icons}#${playing ? "pause" : "play"}`);
    element("rate").value = String(rate);
    this.paintPictures();
  }

  /** Say on each picture why there is none, where there is none. */
  paintPictures() {
    const time = this.playback.time;
    for (const stream of this.playback.streams) {
      const note = document.querySelector(`[data-note="${stream.name}"]`);
      if (!note) continue;
      const loading = Boolean(stream.runAt(time)) && !stream.ready;
      const words = stream.problem || (stream.runAt(time) ? "" : this.#absence(stream, time));
      note.hidden = !words && !(loading && this.playback.waiting);
      note.classList.toggle("over", !words);
      note.querySelector("span").textContent = words || "Loading …";
    }
  }

  #absence(stream, time) {
    if (stream.broken.some(([start, end]) => time >= start && time < end)) return "This part could not be loaded";
    const here = (one) => one.stream === stream.name && time >= one.start && time < one.end;
    const due = this.data.undelivered.find(here);
    if (due) return `Recorded, but not here: ${due.reason}`;
    const gap = this.data.missing.find(here);
    return gap ? `Not recorded: ${gap.reason}` : "Nothing recorded at this time";
  }

  /** What has come since: decisions by others, and a live session's newest minutes. */
  async news({ partsToo = true } = {}) {
    let found = null;
    try {
      found = await fetchTimeline(this.revision);
    } catch {
      return; // the next look may do better; nothing on the page became wrong
    }
    if (!found) return;
    Object.assign(this, found);
    this.playback.duration = this.data.duration;
    this.timeline.update(this.data);
    for (const { name, runs } of this.data.streams) this.playback.streams.find((s) => s.name === name)?.grow(runs);
    this.paint();
    if (partsToo) document.body.dispatchEvent(new Event("session-changed"));
  }
}

try {
  new Page(await fetchTimeline());
} catch (error) {
  const note = element("problem");
  note.hidden = false;
  note.textContent = `The session could not be shown: ${error.message}. Load the page again.`;
}
