// The session page, put together: players, timeline, flags, keys, and news while it is live.

import { closer } from "./closer.js";
import { Comparison } from "./compare.js";
import { Controls } from "./controls.js";
import { DecisionForm } from "./deciding.js";
import { Film } from "./film.js";
import { FlagList } from "./flags.js";
import { clock } from "./format.js";
import { drops, listen, sheet } from "./keys.js";
import { laneSwitches } from "./lane_switches.js";
import { Notes } from "./notes.js";
import { Pictures } from "./pictures.js";
import { Playback } from "./playback.js";
import { Stream } from "./stream.js";
import { Timeline } from "./timeline.js";

const STEP = 5; // s that an arrow key seeks
const LONG_STEP = 30; // s with shift
const BEFORE = 1; // s of run-up before a flag
const AHEAD = 300; // ms after which the next flag's pieces are fetched, once somebody stays
const NEWS_EVERY = 5000; // ms between two looks at a session that is being recorded
const RARE_NEWS_EVERY = 20000; // ms where only other reviewers can change something

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
  #ahead = 0;

  constructor({ data, revision }) {
    this.data = data;
    this.revision = revision;
    this.playback = new Playback(data.duration);
    this.film = this.#makeFilm();
    this.timeline = new Timeline(element("band"), data, this.film);
    this.form = new DecisionForm(element("decide"), root.dataset.session);
    this.flags = new FlagList(element("flag-list"), this.form, data.flags);
    this.notes = new Notes(this.playback, () => this.data);
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

  /** Small pictures come from the camera, else from the screen; without either there are none. */
  #makeFilm() {
    const stream = ["camera", "screen"].map((name) => this.data.streams.find((one) => one.name === name)).find(Boolean);
    if (!stream) return null;
    const film = new Film(stream, () => this.playback.seekingSince !== undefined || this.playback.waiting);
    film.addEventListener("picture", () => this.timeline.later());
    return film;
  }

  #goToNamed() {
    const moment = namedMoment();
    if (moment === null) return;
    this.seek(moment);
    element("pictures").scrollIntoView({ block: "nearest" });
  }

  #addStreams(at) {
    for (const { name, playlist, runs } of this.data.streams) {
      const changed = () => this.playback.changed();
      this.playback.add(new Stream(element(name), { name, playlist, runs, at, changed }));
    }
  }

  /** Go somewhere because somebody asked. */
  seek(time) {
    this.playback.seek(time);
    this.controls.went(this.playback.time);
  }

  #wirePlayback() {
    const { playback, timeline } = this;
    this.pictures = new Pictures(element, playback);
    const ways = { seek: (time) => this.seek(time), frame: (by) => playback.frame(this.pictures.large, by) };
    this.controls = new Controls(element, root.dataset.icons, playback, ways);
    playback.addEventListener("time", () => this.paint());
    playback.addEventListener("view", () => this.notes.paint());
    playback.addEventListener("state", () => this.notes.paint());
    timeline.addEventListener("seek", (event) => this.seek(event.detail));
    timeline.addEventListener("flag", (event) => this.flags.choose(event.detail, { seek: true }));
    element("previous").addEventListener("click", () => this.flags.step(-1));
    element("next").addEventListener("click", () => this.flags.step(1));
    element("zoom-in").addEventListener("click", () => timeline.zoom(2));
    element("zoom-out").addEventListener("click", () => timeline.zoom(0.5));
    element("zoom-fit").addEventListener("click", () => timeline.fit());
    element("zoom-flag").addEventListener("click", () => this.zoomToFlag());
    laneSwitches(element("lane-switches"), timeline);
  }

  #wireFlags() {
    const form = element("decide");
    this.flags.addEventListener("chosen", ({ detail }) => this.#chosen(detail));
    document.body.addEventListener("flag-decided", ({ detail }) => this.#decided(detail.flag));
    // Also where somebody else was quicker, the answer brings the flag as it is now.
    document.body.addEventListener("flag-renewed", ({ detail }) => this.#renewed(detail.flag));
    // A clip and the recording would speak over each other. Media events do not bubble.
    form.addEventListener("play", () => this.playback.pause(), true);
    this.playback.addEventListener("state", () => this.playback.playing && this.form.clip?.pause());
    for (const event of ["htmx:sendError", "htmx:responseError"]) {
      form.addEventListener(event, ({ detail }) => this.#unsent(detail.requestConfig.formData.get("flag")));
    }
    document.body.addEventListener("beside-untaken", ({ detail }) => this.#untaken(detail.flag));
    this.form.onShow = () => this.pictures.offer(this.form.clip);
  }

  #chosen({ flag, seek }) {
    this.timeline.select(flag.id);
    this.controls.offer(flag);
    element("zoom-flag").disabled = false;
    if (seek) this.playback.seek(this.playback.loop ? this.playback.loop[0] : flag.start - BEFORE);
    clearTimeout(this.#ahead);
    this.#ahead = setTimeout(() => this.#prefetch(flag), AHEAD);
  }

  /** What a reviewer is likely to look at next is here before they ask. */
  #prefetch(flag) {
    if (this.playback.seekingSince !== undefined) return void (this.#ahead = setTimeout(() => this.#prefetch(flag), AHEAD));
    for (const next of this.flags.around(flag.id)) {
      for (const stream of this.playback.streams) stream.prefetch(next.start - BEFORE);
    }
  }

  /** The answer about a flag came, which need not be the one that is looked at by now. */
  #renewed(id) {
    if (this.flags.decided(id)) this.timeline.update(this.data);
    else this.news(); // its row was scrolled away meanwhile
  }

  #decided(id) {
    this.form.taken(id);
    this.#renewed(id);
    if (this.flags.current !== id) return;
    if (element("go-on").checked) this.flags.nextOpen();
    else this.flags.choose(id, { keep: true });
  }

  #unsent(id) {
    const words = `The server did not take the decision about ${this.flags.named(id)}.`;
    this.#warn(`${words} Nothing is saved, and your note is kept; try again.`);
  }

  #untaken(id) {
    const words = `The server did not take what you sent beside ${this.flags.named(id)}.`;
    this.#warn(`${words} Nothing is saved, and what you typed is still there; try again.`);
  }

  #warn(words) {
    const note = document.createElement("p");
    note.className = "notice bad";
    note.textContent = words;
    element("decide-result").replaceChildren(note);
  }

  zoomToFlag() {
    const flag = this.flags.currentFlag;
    if (flag) this.timeline.fitTo(flag.start - BEFORE, (flag.end ?? this.data.duration) + BEFORE);
  }

  #wireKeys() {
    const { playback, flags, timeline, controls, pictures, form } = this;
    const open = sheet(element("keys"), element("show-keys"));
    const enlarge = closer(element("closer"));
    const comparison = this.#comparison();
    drops();
    const by = (seconds) => (event) => controls.jump(Math.sign(seconds) * (event.shiftKey ? LONG_STEP : STEP));
    listen({
      " ": () => playback.toggle(), k: () => flags.step(-1), j: () => flags.step(1), u: () => flags.nextOpen(),
      a: () => form.press("accepted"), d: () => form.press("dismissed"), o: () => form.press("open"), e: () => form.press("escalated"),
      n: () => element("note").focus(),
      c: () => this.playClip(), v: () => pictures.toggleClip(), l: () => form.closer && enlarge(form.closer),
      p: () => comparison?.open(), r: () => controls.toggleLoop(),
      ArrowLeft: by(-1), ArrowRight: by(1), q: () => controls.jump(-1), w: () => controls.jump(1),
      ",": () => controls.frame(-1), ".": () => controls.frame(1),
      Home: () => this.seek(0), End: () => this.seek(playback.duration - 1),
      s: () => pictures.nextLayout(), b: () => pictures.nextBrightness(), f: () => pictures.fullscreen(), m: () => controls.toggleMute(),
      "<": () => controls.stepRate(-1), ">": () => controls.stepRate(1),
      "+": () => timeline.zoom(2), "-": () => timeline.zoom(0.5), 0: () => timeline.fit(), z: () => this.zoomToFlag(),
      "[": () => timeline.pan(-0.5), "]": () => timeline.pan(0.5), "?": open,
    });
    element("show-compare")?.addEventListener("click", () => comparison.open());
  }

  /** The photographs beside the camera; there is none without photographs. */
  #comparison() {
    const dialog = element("compare");
    if (!dialog) return null;
    const still = () => {
      const stream = this.playback.streams.find(({ name }) => name === "camera");
      const there = stream?.runAt(this.playback.time) && stream.shows(this.playback.time);
      return { video: there ? stream.element : null, words: there ? `Camera at ${clock(this.playback.time)}` : "No camera picture at this moment" };
    };
    const step = (seconds) => {
      this.playback.pause();
      this.seek(this.playback.time + seconds);
      return this.playback.arrival();
    };
    return new Comparison(dialog, { still, step });
  }

  /** Play the current flag's clip where it stands, or pause it; the rest is silent meanwhile. */
  playClip() {
    const { clip } = this.form;
    if (!clip) return;
    if (clip.paused) clip.play();
    else clip.pause();
  }

  paint() {
    const time = this.playback.time;
    element("now").textContent = clock(time);
    element("length").textContent = clock(this.playback.duration);
    this.timeline.show(time);
    this.notes.paint();
  }

  /** What has come since: decisions by others, and a live session's newest minutes. */
  async news() {
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
    this.flags.update(this.data.flags);
    for (const { name, runs } of this.data.streams) {
      this.playback.streams.find((one) => one.name === name)?.grow(runs);
      if (this.film?.stream.name === name) this.film.stream.runs = runs;
    }
    this.paint();
    document.body.dispatchEvent(new Event("session-changed"));
  }
}

try {
  new Page(await fetchTimeline());
} catch (error) {
  const note = element("problem");
  note.hidden = false;
  note.textContent = `The session could not be shown: ${error.message}. Load the page again.`;
}
