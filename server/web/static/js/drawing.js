// What the timeline's canvas shows. Colours are those of the style sheet, read once a scheme.

import { clock } from "./format.js";
import { LANE, RULER } from "./lanes.js";
import { hatch, shape } from "./marks.js";

export const RADIUS = 6; // px of a mark
export const CLUSTER = 18; // px of the lane that are drawn as one cluster where they hold many
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const TICK_ROOM = 70; // px between two times on the ruler
const MOST_WIDTHS = 4000; // texts whose width is remembered
const OVERVIEW = 4; // px: the bar that says which part is seen

const NAMES = [
  "text", "muted", "surface", "sunken", "line", "line-strong", "accent", "hatch", "warn", "bad", "good",
  "critical", "high", "medium", "low", "info", "phase-ink",
  ...["preparing", "waiting", "exam", "break", "paused", "handed_in"].map((name) => `phase-${name}`),
];

export class Drawing {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.widths = new Map();
    this.forget();
  }

  /** The colour scheme has changed. */
  forget() {
    const style = getComputedStyle(this.canvas);
    this.colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.font = `12px ${style.fontFamily}`;
    this.bold = `600 11px ${style.fontFamily}`;
    this.hatches = new Map();
  }

  /** An empty sheet of this size (px); false where there is no room to draw at all. */
  begin(width, height) {
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (!wide || !high) return false;
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(this, { width, height });
    this.context.font = this.font;
    return true;
  }

  ground(places, view, named) {
    const { context, colours, width } = this;
    context.fillStyle = colours.surface;
    context.fillRect(0, 0, width, RULER);
    places.forEach(({ top, height }, index) => {
      context.fillStyle = index % 2 ? colours.surface : colours.sunken;
      context.fillRect(0, top, width, height);
    });
    this.#ruler(view);
    if (!named) return;
    context.fillStyle = colours.muted;
    for (const { id, label, top } of places) if (id !== "film") context.fillText(label, 4, top + 12);
  }

  #ruler(view) {
    const { context, colours, width, height } = this;
    const step = TICKS.find((tick) => (tick / view.span) * width > TICK_ROOM) ?? 28800;
    for (let tick = Math.ceil(view.from / step) * step; tick <= view.to; tick += step) {
      const x = Math.round(view.x(tick, width)) + 0.5;
      context.fillStyle = colours.line;
      context.fillRect(x, RULER - 6, 1, height - RULER + 6);
      context.fillStyle = colours.muted;
      const label = clock(tick);
      context.fillText(label, Math.max(0, Math.min(x - this.#wide(label) / 2, width - 34)), 12);
    }
    if (!view.closer) return;
    const share = width / view.duration;
    context.fillStyle = colours.line;
    context.fillRect(0, RULER - OVERVIEW - 3, width, OVERVIEW);
    context.fillStyle = colours["line-strong"];
    context.fillRect(view.from * share, RULER - OVERVIEW - 3, Math.max(6, view.span * share), OVERVIEW);
  }

  /** How wide a text is (px); measured once. `font` is the one in force. */
  #wide(text, font = this.font) {
    const key = font + text;
    if (this.widths.size > MOST_WIDTHS) this.widths.clear();
    let wide = this.widths.get(key);
    if (wide === undefined) this.widths.set(key, (wide = this.context.measureText(text).width));
    return wide;
  }

  /** A phase of the exam: its colour, and its name where there is room for it. */
  phase({ name, label, start, end }, place, view) {
    const { context, colours, width } = this;
    const y = place.middle - LANE / 2 + 5;
    const [x, right] = [Math.max(0, view.x(start, width)), Math.min(width, view.x(end, width))];
    context.fillStyle = colours[`phase-${name}`];
    context.fillRect(x, y, Math.max(2, right - x - 1), LANE - 10);
    if (this.#wide(label) + 10 > right - x) return;
    context.fillStyle = colours["phase-ink"];
    context.fillText(label, x + 5, y + LANE - 15);
  }

  /** Intervals in which something is missing or could not be seen; they are in order of time. */
  hatched(intervals, place, view, colour, slope) {
    const { context, width } = this;
    const paint = this.colours[colour];
    const y = place.middle - LANE / 2 + 6;
    if (!this.hatches.has(colour)) this.hatches.set(colour, hatch(context, paint, 6, slope));
    context.fillStyle = this.hatches.get(colour);
    context.strokeStyle = paint;
    context.lineWidth = 1;
    let drawn = -1; // px up to which there is ink already: thousands of slivers are one
    for (const { start, end } of intervals) {
      if (start > view.to) break;
      if (end < view.from) continue;
      const x = Math.max(-2, view.x(start, width));
      const right = Math.max(x + 2, Math.min(width + 2, view.x(end, width)));
      if (right <= drawn) continue;
      context.fillRect(x, y, right - x, LANE - 12);
      context.strokeRect(x + 0.5, y + 0.5, Math.max(1, right - x - 1), LANE - 13);
      drawn = right;
    }
  }

  /** A flag that stands alone: how long it lasted, its shape, its name where there is room. */
  flag(flag, end, place, view, { chosen = false, room = 0 } = {}) {
    const { context, colours, width } = this;
    const [x, right, y] = [view.x(flag.start, width), view.x(end, width), place.middle];
    const dismissed = flag.verdict === "dismissed";
    context.globalAlpha = dismissed && !chosen ? 0.6 : 1;
    context.fillStyle = colours[flag.severity];
    context.fillRect(x, y - 2, Math.max(0, right - x), 4);
    this.#mark(flag, x, y, chosen, dismissed);
    context.globalAlpha = 1;
    if (flag.name && !chosen) this.#name(flag.name, x + RADIUS + 4, y, Math.min(room, width - x) - RADIUS - 6);
  }

  /** One incident of a flag of several: just when it was, and its name where there is room. */
  member({ start, name }, end, place, view, room) {
    const { context, colours, width } = this;
    const [x, right, y] = [view.x(start, width), view.x(end, width), place.middle];
    context.fillStyle = colours["line-strong"];
    context.fillRect(x, y + 6, Math.max(1, right - x), 4);
    if (name) this.#name(name, x + RADIUS + 4, y, Math.min(room, width - x) - RADIUS - 6);
  }

  #mark(flag, x, y, chosen, dismissed) {
    const { context, colours } = this;
    const outline = shape(flag.severity, chosen ? RADIUS + 2 : RADIUS);
    context.save();
    context.translate(x, y);
    if (dismissed) context.fillStyle = colours.surface;
    context.fill(outline);
    context.lineWidth = chosen ? 2.5 : dismissed ? 1.5 : 1;
    context.strokeStyle = chosen ? colours.text : colours[dismissed ? flag.severity : "surface"];
    context.stroke(outline);
    if (flag.verdict !== "open" && !dismissed) {
      context.fillStyle = colours.surface;
      context.fillRect(-1.5, -1.5, 3, 3);
    }
    context.restore();
  }

  #name(name, x, y, room) {
    const { context, colours } = this;
    if (room < 34) return;
    let text = name;
    if (this.#wide(text) > room) {
      const letters = Math.max(3, Math.floor((text.length * room) / this.#wide(text)) - 1);
      text = `${text.slice(0, letters)}…`;
    }
    context.fillStyle = colours.surface;
    context.fillRect(x - 2, y - 8, this.#wide(text) + 4, 16);
    context.fillStyle = colours.text;
    context.fillText(text, x, y + 4);
  }

  /** Many flags in one place: how many, in the colour and with the shape of the gravest. */
  cluster(cluster, place, view, chosen) {
    const { context, colours, width } = this;
    const x = view.x(cluster.at, width) + 3;
    const right = Math.max(x, view.x(cluster.end, width)); // a flag of it may last long
    const y = place.middle;
    const text = cluster.flags > 999 ? `${Math.round(cluster.flags / 1000)}k` : String(cluster.flags);
    context.font = this.bold;
    const wide = Math.max(CLUSTER - 2, this.#wide(text, this.bold) + 8);
    const colour = colours[cluster.flag.severity];
    context.fillStyle = colour;
    context.fillRect(x, y - 2, right - x, 4);
    context.beginPath();
    context.roundRect(x - 2, y - 9, wide, 18, 4);
    // Nothing left to decide: hollow, as a single flag that is decided.
    context.fillStyle = cluster.open ? colour : colours.surface;
    context.fill();
    if (chosen || !cluster.open) {
      context.strokeStyle = chosen ? colours.text : colour;
      context.lineWidth = chosen ? 2.5 : 1.5;
      context.stroke();
    }
    context.fillStyle = cluster.open ? colours.surface : colours.text;
    context.fillText(text, x - 2 + (wide - this.#wide(text, this.bold)) / 2, y + 4);
    context.font = this.font;
  }

  /** A decision: a tick where the flag was confirmed, a cross where it was dismissed. */
  decision(flag, place, view) {
    const { context, colours, width } = this;
    const [x, y] = [view.x(flag.start, width), place.middle];
    context.lineWidth = 2;
    context.strokeStyle = colours[flag.verdict === "dismissed" ? "good" : "bad"];
    context.beginPath();
    if (flag.verdict === "dismissed") {
      context.moveTo(x - 4, y - 4), context.lineTo(x + 4, y + 4), context.moveTo(x + 4, y - 4), context.lineTo(x - 4, y + 4);
    } else context.moveTo(x - 5, y), context.lineTo(x - 1, y + 4), context.lineTo(x + 5, y - 5);
    context.stroke();
  }

  /** A picture of the film lane, or the place of one that is still to come. */
  still(picture, x, place, wide) {
    const { context, colours } = this;
    const [y, high] = [place.top + 2, place.height - 4];
    if (picture) context.drawImage(picture, x, y, wide - 2, high);
    else {
      context.fillStyle = colours.line;
      context.fillRect(x, y, wide - 2, high);
    }
  }
}
