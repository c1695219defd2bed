// The row of controls below the pictures: play, rate, steps, sound, a loop.

import { clock } from "./format.js";
import { HEARD_UP_TO } from "./playback.js";
import { kept, keep } from "./kept.js";

const RATES = [0.5, 1, 1.5, 2, 4, 8, 16];
export const LEAD = 3; // s of run-up before a flag that is looped
const TAIL = 1; // s after it

export class Controls {
  /** `seek(time)` goes somewhere because somebody asked. */
  constructor(element, icons, playback, { seek, frame }) {
    Object.assign(this, { element, icons, playback, seek, frame });
    playback.addEventListener("state", () => this.paint());
    element("play").addEventListener("click", () => playback.toggle());
    element("rate").addEventListener("change", ({ target }) => playback.setRate(Number(target.value)));
    element("volume").addEventListener("input", ({ target }) => this.setVolume(Number(target.value)));
    element("mute").addEventListener("click", () => this.toggleMute());
    for (const button of document.querySelectorAll("[data-jump]")) {
      button.addEventListener("click", () => this.jump(Number(button.dataset.jump)));
    }
    for (const button of document.querySelectorAll("[data-frame]")) {
      button.addEventListener("click", () => this.frame(Number(button.dataset.frame)));
    }
    element("loop").addEventListener("click", () => this.toggleLoop());
    this.setVolume(kept("volume", 1));
  }

  jump(seconds) {
    this.seek(this.playback.time + seconds);
  }

  stepRate(by) {
    const at = RATES.indexOf(this.playback.rate);
    this.playback.setRate(RATES[Math.min(RATES.length - 1, Math.max(0, at + by))]);
  }

  /** Which flag a loop would be about (null: none); one that runs moves along. */
  offer(flag) {
    this.flag = flag;
    this.element("loop").disabled = !flag;
    if (this.playback.loop) this.#loop(flag);
  }

  toggleLoop() {
    if (this.playback.loop) this.#loop(null);
    else if (this.flag) {
      this.#loop(this.flag);
      this.seek(this.playback.loop[0]);
      this.playback.play();
    }
  }

  /** Somebody goes elsewhere: a loop does not hold them back. */
  went(time) {
    const { loop } = this.playback;
    if (loop && (time < loop[0] - 0.01 || time > loop[1])) this.#loop(null);
  }

  #loop(flag) {
    const end = flag && Math.max(flag.end ?? this.playback.duration, flag.start + 1);
    this.playback.repeat(flag && [flag.start - LEAD, end + TAIL]);
  }

  setVolume(volume) {
    const sound = this.element("microphone");
    sound.volume = volume;
    this.element("volume").value = String(volume);
    keep("volume", volume);
    this.setMuted(volume === 0);
  }

  toggleMute() {
    this.setMuted(!this.element("microphone").muted);
  }

  setMuted(muted) {
    this.element("microphone").muted = muted;
    this.element("mute").setAttribute("aria-pressed", String(muted));
    this.#icon("mute", muted ? "muted" : "sound");
  }

  #icon(id, name) {
    this.element(id).querySelector("use").setAttribute("href", `${this.icons}#${name}`);
  }

  paint() {
    const { playing, rate, loop, tooFast } = this.playback;
    this.element("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    this.#icon("play", playing ? "pause" : "play");
    this.element("rate").value = String(rate);
    this.element("loop").setAttribute("aria-pressed", String(Boolean(loop)));
    this.#say("rate-note", tooFast && !this.element("volume").disabled ? `No sound above ${HEARD_UP_TO}×` : "");
    this.#say("loop-note", loop ? `Over and over from ${clock(loop[0])} to ${clock(loop[1])}` : "");
  }

  /** A note changes only where it says something else: it is read out. */
  #say(id, words) {
    const note = this.element(id);
    if (note.textContent !== words) note.textContent = words;
  }
}
