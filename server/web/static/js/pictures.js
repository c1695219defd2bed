// How the pictures are shown: which is large, how bright, beside a flag's clip, full screen.

import { kept, keep } from "./kept.js";

export const LAYOUTS = ["screen", "camera", "side", "inset"];
const STEPS = 3; // of brightness and of contrast, as the style sheet has classes for them
const DRIFT = 0.3; // s that the clip may be off before it is put right

export class Pictures {
  /** `elements` are the page's, by id; `playback` leads the clip. */
  constructor(element, playback) {
    Object.assign(this, { element, playback, root: element("pictures") });
    this.clip = element("beside-clip");
    this.layout = kept("layout", "screen");
    this.light = { brightness: 0, contrast: 0 };
    this.arrange(LAYOUTS.includes(this.layout) ? this.layout : "screen");
    element("layout")?.addEventListener("change", ({ target }) => this.arrange(target.value));
    for (const name of ["brightness", "contrast"]) {
      element(name)?.addEventListener("input", ({ target }) => this.lighten(name, Number(target.value)));
    }
    element("as-recorded")?.addEventListener("click", () => this.asRecorded());
    element("fullscreen").addEventListener("click", () => this.fullscreen());
    element("with-clip").addEventListener("click", () => this.toggleClip());
    document.addEventListener("fullscreenchange", () => this.#fullscreenChanged());
    for (const event of ["time", "state"]) playback.addEventListener(event, () => this.#followClip());
  }

  arrange(layout) {
    this.layout = layout;
    for (const one of LAYOUTS) this.root.classList.toggle(`layout-${one}`, one === layout);
    const select = this.element("layout");
    if (select) select.value = layout;
    keep("layout", layout);
  }

  nextLayout() {
    if (this.element("layout")) this.arrange(LAYOUTS[(LAYOUTS.indexOf(this.layout) + 1) % LAYOUTS.length]);
  }

  /** The stream whose frames a step goes by: the one that is large. */
  get large() {
    const order = this.layout === "camera" ? ["camera", "screen"] : ["screen", "camera"];
    return order.map((name) => this.playback.streams.find((stream) => stream.name === name)).find((stream) => stream?.runAt(this.playback.time)) ?? null;
  }

  /** Help for a dark picture; said on the page, as it is not what was recorded. */
  lighten(name, step) {
    this.light[name] = Math.max(0, Math.min(STEPS, step));
    for (let n = 1; n <= STEPS; n++) this.root.classList.toggle(`${name}-${n}`, n === this.light[name]);
    const control = this.element(name);
    control.value = String(this.light[name]);
    control.setAttribute("aria-valuetext", this.light[name] ? `${this.light[name]} of ${STEPS}` : "as recorded");
    const words = { brightness: "brighter", contrast: "more contrast" };
    const changed = Object.entries(this.light).filter(([, value]) => value).map(([what]) => words[what]);
    this.element("as-recorded").hidden = !changed.length;
    this.element("lightened").textContent = changed.length ? `Not as recorded: ${changed.join(", ")}` : "";
  }

  nextBrightness() {
    if (this.element("brightness")) this.lighten("brightness", (this.light.brightness + 1) % (STEPS + 1));
  }

  asRecorded() {
    for (const name of Object.keys(this.light)) this.lighten(name, 0);
    this.element("brightness").focus();
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.element("stage").requestFullscreen().catch(() => {});
  }

  #fullscreenChanged() {
    const on = Boolean(document.fullscreenElement);
    this.element("fullscreen").setAttribute("aria-pressed", String(on));
  }

  /** A flag's clip, at full rate, is what can stand beside the steady stream. */
  offer(source) {
    const begins = source ? Number(source.dataset.begins) : NaN;
    const there = source instanceof HTMLVideoElement && source.dataset.begins !== "" && Number.isFinite(begins);
    this.offered = there ? { address: source.getAttribute("src"), begins } : null;
    this.element("with-clip").disabled = !there;
    if (!this.clip.parentElement.hidden) this.#show(there);
  }

  toggleClip() {
    if (this.offered || !this.clip.parentElement.hidden) this.#show(this.clip.parentElement.hidden);
  }

  #show(on) {
    this.clip.parentElement.hidden = !on;
    this.root.classList.toggle("with-clip", on);
    this.element("with-clip").setAttribute("aria-pressed", String(on));
    if (!on) return this.clip.pause();
    if (this.clip.getAttribute("src") !== this.offered.address) this.clip.src = this.offered.address;
    this.#followClip();
  }

  /** Keep the clip in step with everything else, where it has something to show. */
  #followClip() {
    const { clip, playback, offered } = this;
    if (clip.parentElement.hidden || !offered || !clip.readyState) return;
    const at = playback.time - offered.begins;
    const within = at >= 0 && at < clip.duration;
    clip.parentElement.classList.toggle("elsewhere", !within);
    if (!within) return clip.pause();
    const off = Math.abs(clip.currentTime - at);
    if (off > (playback.playing ? DRIFT : 0.02) && !clip.seeking) clip.currentTime = at;
    const playing = playback.playing && !playback.waiting && playback.rate <= 8;
    if (playing) clip.playbackRate = playback.rate;
    if (playing && clip.paused) clip.play().catch(() => {});
    else if (!playing && !clip.paused) clip.pause();
  }
}
