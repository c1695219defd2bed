// The pieces of a stream that could not be had: a hole each, until they come after all.

// The last moments before a hole may not play: an encoder's padding, a container's rounding (s).
export const EDGE = 0.25;
// After this (ms) what could not be had is asked for once more, where somebody needs it.
export const AGAIN = 2000;

export class FailedPieces {
  #pieces = new Map(); // number -> { start, end, since }

  /** A piece of hls.js could not be had, this time. */
  add({ sn, start, end }) {
    this.#pieces.set(sn, { start, end, since: performance.now() });
  }

  /** A piece came after all; gives whether it was one of these. */
  drop({ sn }) {
    return this.#pieces.delete(sn);
  }

  /** Whether `time` lies in one. */
  at(time) {
    return this.#find(time) !== undefined;
  }

  /** Where they end (s): something may follow there. */
  get ends() {
    return [...this.#pieces.values()].map(({ end }) => end);
  }

  /** Somebody goes to `time`: what failed there a while ago is worth another try. */
  forgive(time) {
    const found = this.#find(time);
    if (found && performance.now() - found[1].since > AGAIN) this.#pieces.delete(found[0]);
  }

  #find(time) {
    return [...this.#pieces].find(([, { start, end }]) => time >= start - EDGE && time < end);
  }
}
