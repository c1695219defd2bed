// What is said over a picture where there is none: why.

export class Notes {
  /** `data()` is the timeline's. */
  constructor(playback, data) {
    Object.assign(this, { playback, data });
  }

  paint() {
    const time = this.playback.time;
    for (const stream of this.playback.streams) {
      const note = document.querySelector(`[data-note="${stream.name}"]`);
      if (!note) continue;
      const there = stream.runAt(time);
      const words = stream.problem || (there ? "" : this.#absence(stream, time));
      note.hidden = !words && !this.#late(stream, time);
      note.classList.toggle("over", !words);
      note.querySelector("span").textContent = words || "Loading …";
    }
  }

  /** Whether the picture is of another moment, or stands while everybody waits for it. */
  #late(stream, time) {
    const { rate, stepping, waiting } = this.playback;
    return (!stepping && !stream.near(time, rate)) || (waiting && !stream.ready);
  }

  #absence(stream, time) {
    if (stream.failed.at(time)) return "This part could not be loaded";
    const here = (one) => one.stream === stream.name && time >= one.start && time < one.end;
    const due = this.data().undelivered.find(here);
    if (due) return `Recorded, but not here: ${due.reason}`;
    const gap = this.data().missing.find(here);
    return gap ? `Not recorded: ${gap.reason}` : "Nothing recorded at this time";
  }
}
