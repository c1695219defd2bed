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
// Faster than this nobody understands a word, and sound is left out.
export const HEARD_UP_TO = 2;
// From this rate on pictures are gone to one by one: no browser plays that fast for sure.
const FLICKED_FROM = 16;
// However long a picture took to come, no more time (s) passes between two of them at once.
const LONGEST_BEAT = 0.25;

export class Playback extends EventTarget {
  #time = 0;
  #leader = null;
  #last = 0;
  #waiting = 0;
  #wish = 0;

  constructor(duration) {
    super();
    Object.assign(this, { duration, streams: [], playing: false, rate: 1, waiting: false, loop: null });
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

  /** Play [start, end] over and over, or no longer (null). */
  repeat(span) {
    this.loop = span && [Math.max(0, span[0]), Math.min(this.duration, span[1])];
    this.#tell("state");
  }

  /**
   * One frame on (1) or back (-1) of this stream, all others along with it.
   *
   * Who asks while a step is under way has the last wish done after it: a held key does not
   * run on for long when it is let go.
   */
  async frame(stream, direction) {
    this.pause();
    this.#wish = direction;
    if (this.stepping) return;
    this.stepping = true;
    while (this.#wish && this.active().includes(stream)) {
      const wish = this.#wish;
      this.#wish = 0;
      const time = await stream.frameFrom(wish);
      this.seek(time ?? this.#time); // where there is no other, back from where it was looked for
    }
    this.stepping = false;
  }

  /** Go to `time` with every stream. A measure named "seek" ends when all show it. */
  seek(time) {
    this.#time = Math.min(Math.max(0, time), this.duration);
    this.#leader = null;
    this.#last = performance.now();
    this.#waiting = 0;
    this.seekingSince ??= this.#last;
    if (!this.playing) this.streams.forEach((stream) => stream.hold());
    this.streams.forEach((stream) => {
      stream.hurry(true);
      stream.seek(this.#time);
    });
    this.#tell("time");
    queueMicrotask(() => this.changed());
  }

  /** Resolves once everything shows where it was sent, or patience is over. */
  async arrival() {
    const until = performance.now() + PATIENCE;
    while (this.seekingSince !== undefined && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
  }

  /** A stream can show more or less than before: look again now, not at the next beat. */
  changed() {
    this.#arrived();
    this.#tell("view");
  }

  /** Whether sound is left out because it would play too fast. */
  get tooFast() {
    return this.rate > HEARD_UP_TO;
  }

  /** Those that have something to show at this time. */
  active(time = this.time) {
    const heard = !(this.playing && this.tooFast);
    return this.streams.filter(
      (stream) => stream.hls && !stream.problem && stream.runAt(time) && (heard || !stream.sound),
    );
  }

  #arrived() {
    if (this.seekingSince === undefined || this.active(this.#time).some((stream) => !stream.shows(this.#time, this.rate))) return;
    performance.measure("seek", { start: this.seekingSince, end: performance.now() });
    this.seekingSince = undefined;
    this.#unhurried();
  }

  /** What was gone to is there, or will not come soon: fetch what comes after, too. */
  #unhurried() {
    this.streams.forEach((stream) => stream.hurry(false));
  }

  #beat() {
    if (!this.playing) return;
    const now = performance.now();
    const elapsed = Math.min(1, (now - this.#last) / 1000);
    this.#last = now;
    if (this.#leader && !this.waiting) this.#time = Math.max(this.#time, this.#leader.element.currentTime);
    if (this.loop && this.#time >= this.loop[1]) return this.seek(this.loop[0]);
    const active = this.active(this.#time);
    if (this.rate >= FLICKED_FROM) this.#flick(active, Math.min(LONGEST_BEAT, elapsed));
    else this.#flow(active, elapsed, now);
    this.streams.filter((stream) => !active.includes(stream)).forEach((stream) => stream.park(this.#time));
    if (this.#time >= this.duration) this.pause();
    this.#tell("time");
  }

  /** Picture by picture: time goes on once all show the moment that it is. */
  #flick(active, elapsed) {
    this.#leader = null;
    active.forEach((stream) => stream.hold());
    const late = active.some((stream) => !stream.ready);
    this.#waiting = late ? this.#waiting || this.#last : 0;
    if (late && this.#last - this.#waiting < PATIENCE) return this.#setWaiting(true);
    this.#setWaiting(false);
    this.#time = Math.min(this.duration, this.#time + elapsed * this.rate);
    active.forEach((stream) => stream.seek(this.#time));
  }

  #flow(active, elapsed, now) {
    const late = active.filter((stream) => !stream.flowing);
    this.#waiting = late.length ? this.#waiting || now : 0;
    const patient = late.length > 0 && now - this.#waiting < PATIENCE;
    this.#setWaiting(patient);
    if (late.length && !patient) this.#unhurried();
    if (patient) active.forEach((stream) => stream.hold());
    else this.#advance(active.filter((stream) => !late.includes(stream)), elapsed);
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
