// The timeline: lanes of flags, of time nobody could observe and of evidence that is missing.
//
// Drawn on a canvas, and only when something changed; the playhead is an element of its own
// that moves over it. What is drawn here is also in the list of flags and in the panels, in
// words, for whoever cannot see it.

import { clock, length, spokenClock } from "./format.js";
import { hatch, shape } from "./marks.js";

const HEAD = 24; // px: the ruler
const LANE = 28; // px: as .lanes in the style sheet
const NAMED_LANE = 40; // px: of a lane that has its name above its marks
const RADIUS = 6; // px of a mark
const REACH = 9; // px: how near to a mark a pointer must be
const SHORTEST = 4; // s: the closest look
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const RANK = { info: 0, low: 1, medium: 2, high: 3, critical: 4 };

export class Timeline extends EventTarget {
  #from = 0;
  #to = 1;
  #frame = 0;

  constructor(band, data) {
    super();
    this.band = band;
    this.canvas = band.querySelector("canvas");
    this.labels = band.previousElementSibling;
    this.head = band.querySelector(".playhead");
    this.tip = band.querySelector(".tip");
    this.selected = null;
    this.lane = LANE;
    this.time = 0;
    this.update(data);
    this.#to = this.data.duration;
    new ResizeObserver(() => this.#later()).observe(band);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#later());
    this.#listen();
  }

  /** New data; the part in view stays, and the end stays in view where it was. */
  update(data) {
    const atEnd = !this.data || this.#to >= this.data.duration;
    this.data = data;
    this.lanes = data.lanes.map((lane) => lane.id);
    this.flags = data.flags.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
    if (atEnd) this.#to = data.duration;
    this.#later();
  }

  select(id) {
    this.selected = id;
    this.#later();
  }

  /** Move the playhead; the view follows when it would leave it. */
  show(time) {
    this.time = time;
    const span = this.#to - this.#from;
    if (span < this.data.duration && (time < this.#from || time > this.#to)) this.#view(time - span * 0.1, span);
    this.#placeHead();
  }

  /** Look `factor` times closer (or wider, below 1), around the playhead or `around`. */
  zoom(factor, around = this.time) {
    const span = this.#to - this.#from;
    const next = Math.min(this.data.duration, Math.max(Math.min(SHORTEST, this.data.duration), span / factor));
    const share = Math.min(1, Math.max(0, (around - this.#from) / span));
    this.#view(around - share * next, next);
  }

  fit() {
    this.#view(0, this.data.duration);
  }

  #view(from, span) {
    this.#from = Math.max(0, Math.min(from, this.data.duration - span));
    this.#to = this.#from + span;
    this.#later();
  }

  #x(time) {
    return ((time - this.#from) / (this.#to - this.#from)) * this.band.clientWidth;
  }

  #at(x) {
    return this.#from + (x / this.band.clientWidth) * (this.#to - this.#from);
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      this.#placeHead();
    });
  }

  #placeHead() {
    const x = this.#x(this.time);
    this.head.style.transform = `translateX(${x}px)`;
    this.head.hidden = x < 0 || x > this.band.clientWidth;
    this.band.setAttribute("aria-valuenow", String(Math.floor(this.time)));
    this.band.setAttribute("aria-valuemax", String(Math.floor(this.data.duration)));
    this.band.setAttribute("aria-valuetext", spokenClock(this.time));
  }

  #draw() {
    const { band, canvas } = this;
    this.named = !this.labels.clientHeight; // no room for the names beside the lanes
    this.lane = this.named ? NAMED_LANE : LANE;
    band.style.height = `${HEAD + this.lane * this.lanes.length}px`;
    const [width, height, ratio] = [band.clientWidth, band.clientHeight, devicePixelRatio];
    if (!width) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(band);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.#drawGround(context, width, colour, style.fontFamily);
    if (this.named) this.#drawLabels(context, colour("muted"));
    for (const phase of this.data.phases) this.#drawPhase(context, phase, colour);
    this.#drawHatched(context, "unobserved", this.data.unobserved, colour("hatch"), 1);
    this.#drawHatched(context, "partly", this.data.partly, colour("line-strong"), 1);
    this.#drawHatched(context, "undelivered", this.data.undelivered, colour("warn"), -1);
    this.#drawHatched(context, "missing", this.data.missing, colour("bad"), -1);
    for (const flag of this.flags) this.#drawFlag(context, flag, colour);
  }

  #drawGround(context, width, colour, font) {
    context.font = `12px ${font}`;
    this.lanes.forEach((_, index) => {
      context.fillStyle = colour(index % 2 ? "surface" : "sunken");
      context.fillRect(0, HEAD + index * this.lane, width, this.lane);
    });
    const span = this.#to - this.#from;
    const step = TICKS.find((tick) => (tick / span) * width > 70) ?? 28800;
    for (let tick = Math.ceil(this.#from / step) * step; tick <= this.#to; tick += step) {
      const x = Math.round(this.#x(tick)) + 0.5;
      context.fillStyle = colour("line");
      context.fillRect(x, HEAD - 6, 1, this.lanes.length * this.lane + 6);
      context.fillStyle = colour("muted");
      const label = clock(tick);
      context.fillText(label, Math.max(0, Math.min(x - context.measureText(label).width / 2, width - 34)), 12);
    }
  }

  #drawLabels(context, colour) {
    context.fillStyle = colour;
    this.data.lanes.forEach(({ label }, index) => context.fillText(label, 4, HEAD + index * this.lane + 13));
  }

  /** A phase of the exam: its colour, and its name where there is room for it. */
  #drawPhase(context, { name, label, start, end }, colour) {
    if (end < this.#from || start > this.#to) return;
    const y = HEAD + (this.lanes.indexOf("phases") + 1) * this.lane - LANE + 5;
    const [x, right] = [Math.max(0, this.#x(start)), Math.min(this.band.clientWidth, this.#x(end))];
    context.fillStyle = colour(`phase-${name}`);
    context.fillRect(x, y, Math.max(2, right - x - 1), LANE - 10);
    if (context.measureText(label).width + 10 > right - x) return;
    context.fillStyle = colour("phase-ink");
    context.fillText(label, x + 5, y + LANE - 15);
  }

  #drawHatched(context, lane, intervals, colour, slope) {
    const y = HEAD + (this.lanes.indexOf(lane) + 1) * this.lane - LANE + 6;
    const pattern = hatch(context, colour, 6, slope);
    for (const { start, end } of intervals) {
      if (end < this.#from || start > this.#to) continue;
      const x = this.#x(start);
      const w = Math.max(2, this.#x(end) - x);
      context.fillStyle = pattern;
      context.fillRect(x, y, w, LANE - 12);
      context.strokeStyle = colour;
      context.strokeRect(x + 0.5, y + 0.5, Math.max(1, w - 1), LANE - 13);
    }
  }

  #drawFlag(context, flag, colour) {
    const end = flag.end ?? this.data.duration;
    if (end < this.#from || flag.start > this.#to) return;
    const y = this.#laneMiddle(flag);
    const x = this.#x(flag.start);
    const dismissed = flag.verdict === "dismissed";
    const chosen = flag.id === this.selected;
    context.globalAlpha = dismissed && !chosen ? 0.55 : 1;
    context.fillStyle = colour(flag.severity);
    context.fillRect(x, y - 2, Math.max(0, this.#x(end) - x), 4);
    const outline = shape(flag.severity, chosen ? RADIUS + 2 : RADIUS);
    context.save();
    context.translate(x, y);
    if (dismissed) context.fillStyle = colour("surface");
    context.fill(outline);
    context.lineWidth = chosen ? 2.5 : dismissed ? 1.5 : 1;
    context.strokeStyle = chosen ? colour("text") : colour(dismissed ? flag.severity : "surface");
    context.stroke(outline);
    if (flag.verdict === "accepted") {
      context.fillStyle = colour("surface");
      context.fillRect(-1.5, -1.5, 3, 3);
    }
    context.restore();
    context.globalAlpha = 1;
  }

  #laneMiddle(flag) {
    return HEAD + (this.lanes.indexOf(flag.group) + 1) * this.lane - LANE / 2;
  }

  /** The flag under a pointer: nearest in its lane, the graver where two are as near. */
  #hit(x, y) {
    let best = null;
    let nearest = REACH;
    for (const flag of this.flags) {
      if (Math.abs(this.#laneMiddle(flag) - y) > LANE / 2) continue;
      const [from, to] = [this.#x(flag.start), this.#x(flag.end ?? this.data.duration)];
      const distance = x < from ? from - x : x > to ? x - to : Math.min(REACH - 1, x - from);
      if (distance <= nearest) [best, nearest] = [flag, distance];
    }
    return best;
  }

  #hatchedAt(x, y) {
    const lane = this.lanes[Math.floor((y - HEAD) / this.lane)];
    const time = this.#at(x);
    return (this.data[lane] ?? []).find?.(({ start, end }) => time >= start && time <= end) ?? null;
  }

  #listen() {
    const place = (event) => {
      const box = this.band.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    let dragging = false;
    this.band.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const [x, y] = place(event);
      const flag = this.#hit(x, y);
      if (flag) return void this.dispatchEvent(new CustomEvent("flag", { detail: flag.id }));
      dragging = true;
      this.band.setPointerCapture(event.pointerId);
      this.#seek(x);
    });
    this.band.addEventListener("pointermove", (event) => {
      const [x, y] = place(event);
      if (dragging) this.#seek(x);
      this.#explain(x, y);
    });
    for (const name of ["pointerup", "pointercancel"]) this.band.addEventListener(name, () => (dragging = false));
    this.band.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.band.addEventListener("wheel", (event) => this.#wheel(event, place(event)[0]), { passive: false });
  }

  #wheel(event, x) {
    const span = this.#to - this.#from;
    if (event.ctrlKey) this.zoom(Math.exp(-event.deltaY / 200), this.#at(x));
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#view(this.#from + (event.deltaX / 800) * span, span);
    else return;
    event.preventDefault();
  }

  #seek(x) {
    const time = Math.min(this.data.duration, Math.max(0, this.#at(x)));
    this.dispatchEvent(new CustomEvent("seek", { detail: time }));
  }

  #explain(x, y) {
    const flag = this.#hit(x, y);
    const hatched = flag ? null : this.#hatchedAt(x, y);
    this.tip.hidden = !flag && !hatched;
    if (this.tip.hidden) return;
    const { start, end } = flag ?? hatched;
    const lasted = end === null ? "still lasting" : length(end - start);
    if (hatched?.words) {
      this.tip.textContent = `${hatched.label}, ${hatched.words}, from ${clock(start)}, ${lasted}`;
    } else this.tip.textContent = flag
      ? `${flag.label}, ${flag.severity}, ${clock(start)}, ${lasted}${flag.verdict === "open" ? "" : `, ${flag.verdict}`}`
      : `${hatched.stream}: ${hatched.reason}, from ${clock(start)}, ${lasted}`;
    const left = Math.min(x + 12, this.band.clientWidth - this.tip.offsetWidth);
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, y - this.tip.offsetHeight - 8)}px)`;
  }
}
