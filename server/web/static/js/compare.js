// The candidate's photographs beside the picture of any moment: the same size, as close as one
// likes. What is compared is a still, so that nothing moves while somebody looks.

const ZOOMS = [1, 1.5, 2, 3, 4];

export class Comparison {
  /** `still(time)` gives { video, words } of what is on the screen; `step(by)` moves there. */
  constructor(dialog, { still, step }) {
    Object.assign(this, { dialog, still, step, zoom: 0 });
    this.canvas = dialog.querySelector("canvas");
    this.words = dialog.querySelector("[data-when]");
    dialog.addEventListener("click", (event) => {
      const { target } = event;
      if (target === dialog || target.closest("[data-close]")) dialog.close();
      const by = target.closest("[data-step]")?.dataset.step;
      if (by) this.#move(Number(by));
      const closer = target.closest("[data-closer-by]")?.dataset.closerBy;
      if (closer) this.#zoom(Number(closer));
    });
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("pointermove", (event) => this.#look(event));
  }

  open() {
    this.dialog.showModal();
    this.paint();
  }

  get isOpen() {
    return this.dialog.open;
  }

  paint() {
    const { video, words } = this.still();
    this.words.textContent = words;
    this.canvas.hidden = !video;
    if (!video) return;
    Object.assign(this.canvas, { width: video.videoWidth, height: video.videoHeight });
    this.canvas.getContext("2d").drawImage(video, 0, 0);
    this.canvas.setAttribute("aria-label", words);
  }

  async #move(by) {
    await this.step(by);
    if (this.isOpen) this.paint();
  }

  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) this.#move(by * (event.shiftKey ? 30 : 5));
    else if (event.key === "+" || event.key === "-") this.#zoom(event.key === "+" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  #zoom(by) {
    this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + by));
    ZOOMS.forEach((_, n) => this.dialog.classList.toggle(`zoom-${n}`, n === this.zoom));
    this.dialog.querySelector("[data-zoom]").textContent = `${ZOOMS[this.zoom]}×`;
  }

  /** What is under the pointer in one picture is in the middle of all. */
  #look(event) {
    const picture = event.target.closest(".compared");
    if (!picture || !this.zoom) return;
    const box = picture.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    this.dialog.style.setProperty("--look-x", `${(x * 100).toFixed(1)}%`);
    this.dialog.style.setProperty("--look-y", `${(y * 100).toFixed(1)}%`);
  }
}
