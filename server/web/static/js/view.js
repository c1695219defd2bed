// Which part of a session the timeline shows: from when to when, in seconds. No drawing here.

const SHORTEST = 4; // s: the closest look
const ROOM = 0.15; // of what is fitted, left and right of it

export class View {
  constructor(duration) {
    Object.assign(this, { from: 0, to: duration, duration });
  }

  get span() {
    return this.to - this.from;
  }

  /** Whether less than all of it is shown. */
  get closer() {
    return this.span < this.duration;
  }

  /** The session has grown; the end stays in view where it was. */
  grow(duration) {
    if (this.to >= this.duration) this.to = duration;
    this.duration = duration;
    this.set(this.from, this.span);
  }

  set(from, span) {
    const least = Math.min(SHORTEST, this.duration);
    const wanted = Math.min(this.duration, Math.max(least, span));
    this.from = Math.max(0, Math.min(from, this.duration - wanted));
    this.to = this.from + wanted;
  }

  /** `factor` times closer (wider below 1); what is at `around` stays where it is. */
  zoom(factor, around) {
    const share = Math.min(1, Math.max(0, (around - this.from) / this.span));
    const span = Math.min(this.duration, Math.max(Math.min(SHORTEST, this.duration), this.span / factor));
    this.set(around - share * span, span);
  }

  /** Move by so many spans: 0.5 is half of what is seen. */
  pan(spans) {
    this.set(this.from + spans * this.span, this.span);
  }

  fit() {
    this.set(0, this.duration);
  }

  /** Show an interval, with room around it. */
  fitTo(start, end) {
    const span = (end - start) * (1 + 2 * ROOM);
    this.set((start + end) / 2 - Math.max(span, SHORTEST) / 2, span);
  }

  /** Turn a page when `time` is out of sight; whether it did. */
  follow(time) {
    if (!this.closer || (time >= this.from && time <= this.to)) return false;
    this.set(time - this.span * 0.1, this.span);
    return true;
  }

  x(time, width) {
    return ((time - this.from) / this.span) * width;
  }

  at(x, width) {
    return this.from + (x / width) * this.span;
  }
}
