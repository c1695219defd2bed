// The lanes of the timeline: which there are, which are shown, and how high each is.

import { kept, keep } from "./kept.js";

export const RULER = 24; // px: above all lanes, the times
export const LANE = 28; // px: as .lanes in the style sheet
const NAMED_LANE = 40; // px: of a lane that has its name above its marks
const FILM_LANE = 60; // px: room for pictures

export class Lanes {
  #off = new Set(kept("lanes-off", ["film"]));

  constructor(lanes) {
    this.all = lanes;
  }

  /** Whether names have no room beside the lanes, and are drawn in them. */
  set named(named) {
    this.within = named;
  }

  isOn(id) {
    return !this.#off.has(id);
  }

  turn(id, on) {
    if (on) this.#off.delete(id);
    else this.#off.add(id);
    keep("lanes-off", [...this.#off]);
  }

  get shown() {
    return this.all.filter((lane) => this.isOn(lane.id));
  }

  height(id) {
    return id === "film" ? FILM_LANE : this.within ? NAMED_LANE : LANE;
  }

  get total() {
    return this.shown.reduce((sum, lane) => sum + this.height(lane.id), RULER);
  }

  /** Of each lane that is shown: { id, label, top, height, middle (of its marks) }. */
  get places() {
    let top = RULER;
    return this.shown.map(({ id, label }) => {
      const height = this.height(id);
      const place = { id, label, top, height, middle: id === "film" ? top + height / 2 : top + height - LANE / 2 };
      top += height;
      return place;
    });
  }
}
