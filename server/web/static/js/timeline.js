// The timeline: lanes of flags, of windows and voices, of time nobody could observe and of
// evidence that is missing.
//
// Drawn on a canvas, and only when something changed; the playhead is an element of its own
// that moves over it. What is drawn here is also in the list of flags and in the panels, in
// words, for whoever cannot see it.

import { Crowd, RANK } from "./crowd.js";
import { CLUSTER, Drawing, RADIUS } from "./drawing.js";
import { length, clock, spokenClock } from "./format.js";
import { LANE, Lanes, RULER } from "./lanes.js";
import { pointing } from "./pointing.js";
import { View } from "./view.js";

const REACH = 9; // px: how near to a mark a pointer must be
const FILM = { id: "film", label: "Pictures" };
// Of lanes of intervals: the colour of their hatching, and its slope.
const HATCHED = { unobserved: ["hatch", 1], partly: ["line-strong", 1], undelivered: ["warn", -1], missing: ["bad", -1] };

export class Timeline extends EventTarget {
  #frame = 0;

  /** `film` gives pictures: `film.at(time)`, `film.wish(times)`; it may be null. */
  constructor(band, data, film = null) {
    super();
    Object.assign(this, { band, film, selected: null, time: 0 });
    this.labels = band.previousElementSibling;
    this.head = band.querySelector(".playhead");
    this.drawing = new Drawing(band.querySelector("canvas"));
    this.view = new View(data.duration);
    this.lanes = new Lanes([]);
    this.update(data);
    new ResizeObserver(() => this.later()).observe(band);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.drawing.forget();
      this.later();
    });
    pointing(this);
  }

  /** New data; the part in view stays, and the end stays in view where it was. */
  update(data) {
    this.data = data;
    this.view.grow(data.duration);
    this.lanes.all = this.film ? [FILM, ...data.lanes] : data.lanes;
    const flags = data.flags.toSorted((a, b) => a.start - b.start);
    const of = (lane) => new Crowd(flags.filter((flag) => flag.lane === lane), data.duration);
    this.crowds = new Map(data.lanes.map(({ id }) => [id, of(id)]));
    const seen = data.seen.toSorted((a, b) => a.start - b.start);
    this.members = new Map(data.lanes.map(({ id }) => [id, new Crowd(seen.filter(({ lane }) => lane === id), data.duration)]));
    this.decided = new Crowd(flags.filter((flag) => flag.verdict !== "open"), data.duration);
    this.byId = new Map(flags.map((flag) => [flag.id, flag]));
    this.later();
  }

  select(id) {
    this.selected = id;
    this.later();
  }

  /** Show or hide a lane; remembered. */
  turn(id, on) {
    this.lanes.turn(id, on);
    this.later();
  }

  /** Move the playhead; the view follows when it would leave it. */
  show(time) {
    this.time = time;
    if (this.view.follow(time)) this.later();
    this.#placeHead();
  }

  zoom(factor, around = this.time) {
    this.view.zoom(factor, around);
    this.later();
  }

  pan(spans) {
    this.view.pan(spans);
    this.later();
  }

  fit() {
    this.view.fit();
    this.later();
  }

  fitTo(start, end) {
    this.view.fitTo(start, end);
    this.later();
  }

  get width() {
    return this.band.clientWidth;
  }

  /** Draw with the next frame, once. */
  later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
      this.#placeHead();
    });
  }

  #placeHead() {
    const x = this.view.x(this.time, this.width);
    this.head.style.transform = `translateX(${x}px)`;
    this.head.hidden = x < 0 || x > this.width;
    const now = String(Math.floor(this.time));
    if (this.band.getAttribute("aria-valuenow") === now) return;
    this.band.setAttribute("aria-valuenow", now);
    this.band.setAttribute("aria-valuemax", String(Math.floor(this.data.duration)));
    this.band.setAttribute("aria-valuetext", spokenClock(this.time));
  }

  draw() {
    const { drawing, view, lanes, data } = this;
    lanes.named = !this.labels.clientHeight;
    const height = lanes.total;
    if (this.band.style.height !== `${height}px`) this.band.style.height = `${height}px`;
    if (!drawing.begin(this.width, height)) return;
    const places = lanes.places;
    drawing.ground(places, view, lanes.within);
    for (const place of places) this.#drawLane(place, drawing, view, data);
  }

  #drawLane(place, drawing, view, data) {
    const hatching = HATCHED[place.id];
    if (hatching) drawing.hatched(data[place.id], place, view, ...hatching);
    else if (place.id === "phases") for (const phase of data.phases) this.#inView(phase) && drawing.phase(phase, place, view);
    else if (place.id === "film") this.#drawFilm(place);
    else if (place.id === "decisions") this.#drawDecisions(place);
    else this.#drawFlags(place);
  }

  #inView({ start, end }) {
    return end >= this.view.from && start <= this.view.to;
  }

  /** The stretch of a lane (s) that is one mark where it holds several. */
  get #stretch() {
    return (this.view.span / this.width) * CLUSTER;
  }

  #seen(crowd) {
    const edge = (RADIUS / this.width) * this.view.span;
    return crowd.seen(this.view.from - edge, this.view.to + edge, this.#stretch);
  }

  #drawFlags(place) {
    const { drawing, view, width } = this;
    const crowd = this.crowds.get(place.id);
    if (!crowd) return;
    this.#drawMembers(place);
    const seen = this.#seen(crowd);
    const mine = this.byId.get(this.selected);
    seen.forEach((one, index) => {
      const next = seen[index + 1];
      const room = (next ? view.x(next.start, width) - RADIUS : width) - view.x(one.start, width);
      if (one.flags > 1) drawing.cluster(one, place, view, false);
      else drawing.flag(one.flag, one.end, place, view, { room });
    });
    if (mine?.lane === place.id) drawing.flag(mine, mine.end ?? this.data.duration, place, view, { chosen: true });
  }

  /** Of flags of several incidents, when just these were: who spoke, which window was in front. */
  #drawMembers(place) {
    const { drawing, view, width } = this;
    const found = this.members.get(place.id).seen(view.from, view.to, view.span / width);
    found.forEach((one, index) => {
      const next = found[index + 1];
      drawing.member(one.flag, one.end, place, view, (next ? view.x(next.start, width) : width) - view.x(one.start, width));
    });
  }

  #drawDecisions(place) {
    for (const one of this.#seen(this.decided)) this.drawing.decision(one.flag, place, this.view);
  }

  /** Pictures side by side, each of the moment in its middle; on a grid of the session's. */
  #drawFilm(place) {
    const { drawing, view, width, film } = this;
    const wide = Math.round((place.height - 4) * film.shape) + 2;
    const each = (wide / width) * view.span;
    const wishes = [];
    for (let n = Math.floor(view.from / each); n * each < view.to; n++) {
      const time = (n + 0.5) * each;
      if (time >= this.data.duration) break;
      const picture = film.at(time, each / 2);
      if (!picture) wishes.push(time);
      drawing.still(picture, view.x(n * each, width), place, wide);
    }
    film.wish(wishes);
  }

  /** The flag or cluster under a pointer: nearest in its lane, the graver where two are as near. */
  hit(x, y) {
    const place = this.placeAt(y);
    const crowd = place && this.crowds.get(place.id);
    if (!crowd || Math.abs(place.middle - y) > LANE / 2) return null;
    let [best, nearest] = [null, REACH];
    for (const one of this.#seen(crowd)) {
      const from = this.view.x(one.flags > 1 ? one.at : one.start, this.width);
      const to = Math.max(this.view.x(one.end, this.width), one.flags > 1 ? from + CLUSTER : from);
      const distance = x < from ? from - x : x > to ? x - to : 0;
      const graver = best && distance === nearest && RANK[one.flag.severity] > RANK[best.flag.severity];
      if (distance < nearest || graver || (!best && distance === nearest)) [best, nearest] = [one, distance];
    }
    return best;
  }

  placeAt(y) {
    return this.lanes.places.find(({ top, height }) => y >= top && y < top + height) ?? null;
  }

  /** What of time is hatched, or which phase it is, under a pointer. */
  intervalAt(x, y) {
    const place = this.placeAt(y);
    const time = this.view.at(x, this.width);
    const intervals = place && (HATCHED[place.id] || place.id === "phases") ? this.data[place.id] : [];
    return intervals.find(({ start, end }) => time >= start && time <= end) ?? null;
  }

  /** In words, what a pointer is over; "" over nothing. */
  words(x, y) {
    if (y < RULER) return "";
    const one = this.hit(x, y);
    if (one) return one.flags > 1 ? crowdWords(one) : flagWords(one.flag);
    const interval = this.intervalAt(x, y);
    if (!interval) return "";
    const when = `from ${clock(interval.start)}, ${length(interval.end - interval.start)}`;
    return interval.words ? `${interval.label}, ${interval.words}, ${when}` : `${interval.stream}: ${interval.reason}, ${when}`;
  }
}

function flagWords({ label, name, severity, start, end, verdict }) {
  const lasted = end === null ? "still lasting" : length(end - start);
  return `${label}${name ? ` (${name})` : ""}, ${severity}, ${clock(start)}, ${lasted}${verdict === "open" ? "" : `, ${verdict}`}`;
}

function crowdWords({ flags, open, flag, start, end }) {
  return `${flags} flags, ${open} open, the gravest ${flag.severity}: ${clock(start)} to ${clock(end)}. Click to look closer.`;
}
