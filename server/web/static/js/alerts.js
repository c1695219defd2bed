// Calls for somebody: a sound, a banner, a word for those who listen to the page. Sound and banner
// are off until they are asked for, and remembered.

const SAID_EVERY = 6000; // ms between two announcements: several calls are one
const BEEP_S = 0.18;

export class Alerts {
  #known = null;
  #waiting = [];
  #audio = null;
  #last = 0;

  constructor({ said, banner, sound, flag }) {
    Object.assign(this, { said, banner });
    this.sound = remembered(sound, "live-sound", () => this.#beep(1));
    this.flag = remembered(flag, "live-banner", () => {});
    banner.querySelector("#banner-close").addEventListener("click", () => (banner.hidden = true));
    setInterval(() => this.#say(), 1000);
  }

  /** The calls as they are now; those that are new are told. */
  take(calls, calling) {
    const keys = new Set(calls.map(key));
    document.title = `${calling ? `(${calling}) ` : ""}Live · Invigil`;
    if (this.#known) {
      const fresh = calls.filter((one) => !this.#known.has(key(one)));
      this.#waiting.push(...fresh);
      if (fresh.length && this.sound.on) this.#beep(fresh.some((one) => one.need <= 2) ? 2 : 1);
      if (fresh.length && this.flag.on) this.#show(fresh[0], calling);
    }
    this.#known = keys;
    if (!calling) this.banner.hidden = true;
  }

  #say() {
    const now = performance.now();
    if (!this.#waiting.length || now - this.#last < SAID_EVERY) return;
    const [first, ...more] = this.#waiting.splice(0);
    this.#last = now;
    this.said.textContent = `${first.name} ${first.why}.${more.length ? ` ${more.length} more need somebody.` : ""}`;
  }

  #show(call, calling) {
    this.banner.querySelector("#banner-words").textContent = `${call.name} ${call.why}.${calling > 1 ? ` ${calling} need somebody.` : ""}`;
    this.banner.querySelector("#banner-open").href = `/live/${call.id}`;
    this.banner.hidden = false;
  }

  #beep(times) {
    this.#audio ??= new AudioContext();
    for (let n = 0; n < times; n += 1) {
      const at = this.#audio.currentTime + n * BEEP_S * 1.6;
      const [tone, loud] = [this.#audio.createOscillator(), this.#audio.createGain()];
      tone.frequency.value = n % 2 ? 880 : 660;
      loud.gain.setValueAtTime(0.0001, at);
      loud.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, at + BEEP_S);
      tone.connect(loud).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + BEEP_S);
    }
  }
}

// One call for as long as it lasts; one that has ended and comes again is another.
const key = ({ id, need }) => `${id} ${need}`;

/** A button that is on or off, and stays as it was left. */
function remembered(button, name, tried) {
  const state = { on: localStorage.getItem(name) === "on" };
  const paint = () => button.setAttribute("aria-pressed", String(state.on));
  button.addEventListener("click", () => {
    state.on = !state.on;
    localStorage.setItem(name, state.on ? "on" : "off");
    paint();
    if (state.on) tried();
  });
  paint();
  return state;
}
