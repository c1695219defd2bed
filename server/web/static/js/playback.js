// All streams of a session in step, by one clock.
//
// The clock is session time in seconds. While playing, the sound leads it where there is any
// (ears hear a correction, eyes do not), else a picture; where nothing was recorded, it
// simply runs on. Nobody plays until everybody who has something to show is ready.

// How often streams are compared with the clock (ms): well below what an eye notices.
const EVERY = 80;
// Whoever is not ready after this (ms) is played without, and joins when it can.
const PATIENCE = 4000;
const ORDER = ["microphone", "camera", "screen"];

export class Playback extends EventTarget {
  #time = 0;
  #leader = null;
  #last = 0;
  #waiting = 0;

  constructor(duration) {
    super();
    Object.assign(this, { duration, streams: [], playing: false, rate: 1, waiting: false });
    setInterval(() => this.#beat(), EVERY);
  }

  add(stream) {
    this.streams.push(stream);
    this.streams.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  }

  /** Session time in seconds, exact between two beats too. */
  get time() {
    if (this.playing && this.#leader && !this.waiting) return this.#leader.element.currentTime;
    return this.#time;
  }

  play() {
    if (this.playing) return;
    if (this.#time >= this.duration - 0.1) this.seek(0);
    this.playing = true;
    this.#last = performance.now();
    this.#waiting = 0;
    this.#beat();
    this.#tell("state");
  }

  pause() {
    if (!this.playing) return;
    this.#time = this.time;
    this.playing = false;
    this.#leader = null;
    this.#settle();
    this.#tell("state");
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  setRate(rate) {
    this.rate = rate;
    this.#tell("state");
  }

  /** Go to `time` with every stream. A measure named "seek" ends when all show it. */
  seek(time) {
    this.#time = Math.min(Math.max(0, time), this.duration);
    this.#leader = null;
    this.#last = performance.now();
    this.#waiting = 0;
    this.seekingSince ??= this.#last;
    if (!this.playing) this.streams.forEach((stream) => stream.hold());
    this.streams.forEach((stream) => stream.seek(this.#time));
    this.#tell("time");
    queueMicrotask(() => this.changed());
  }

  /** A stream can show more or less than before: look again now, not at the next beat. */
  changed() {
    this.#arrived();
    this.#tell("view");
  }

  /** Those that have something to show at this time. */
  active(time = this.time) {
    return this.streams.filter((stream) => stream.hls && !stream.problem && stream.runAt(time));
  }

  #arrived() {
    if (this.seekingSince === undefined || this.active(this.#time).some((stream) => !stream.ready)) return;
    performance.measure("seek", { start: this.seekingSince, end: performance.now() });
    this.seekingSince = undefined;
  }

  #beat() {
    if (!this.playing) return;
    const now = performance.now();
    const elapsed = Math.min(1, (now - this.#last) / 1000);
    this.#last = now;
    if (this.#leader && !this.waiting) this.#time = Math.max(this.#time, this.#leader.element.currentTime);
    const active = this.active(this.#time);
    const late = active.filter((stream) => !stream.flowing);
    this.#waiting = late.length ? this.#waiting || now : 0;
    const patient = late.length > 0 && now - this.#waiting < PATIENCE;
    this.#setWaiting(patient);
    if (patient) active.forEach((stream) => stream.hold());
    else this.#advance(active.filter((stream) => !late.includes(stream)), elapsed);
    this.streams.filter((stream) => !active.includes(stream)).forEach((stream) => stream.park(this.#time));
    if (this.#time >= this.duration) this.pause();
    this.#tell("time");
  }

  #advance(able, elapsed) {
    const [leader] = able;
    // A leader that has run out of its run is led by the clock from there on.
    if (!leader || leader.element.ended) this.#time += elapsed * this.rate;
    else if (leader !== this.#leader) leader.seek(this.#time);
    this.#time = Math.min(this.#time, this.duration);
    this.#leader = leader ?? null;
    able.forEach((stream) => stream.follow(this.#time, this.rate, stream === leader));
  }

  #settle() {
    this.streams.forEach((stream) => {
      stream.hold();
      stream.seek(this.#time);
    });
  }

  #setWaiting(waiting) {
    if (waiting !== this.waiting) {
      this.waiting = waiting;
      this.#tell("view");
    }
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
