// The timeline by mouse, finger and pen: seek, choose, pan, zoom, and what is under the pointer.

import { clock } from "./format.js";
import { RULER } from "./lanes.js";

const CLICK = 4; // px: what moves less is a click
const WHEEL = 200; // px of a wheel that zoom by a factor of e
const ACROSS = 800; // px of a sideways wheel that pan by one span

/** Wire a timeline's element; what was asked for comes as its events "seek" and "flag". */
export function pointing(timeline) {
  const { band } = timeline;
  const tip = band.querySelector(".tip");
  const down = new Map(); // pointers that are down: id -> x
  let drag = null;

  const place = (event) => {
    const box = band.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const tell = (name, detail) => timeline.dispatchEvent(new CustomEvent(name, { detail }));
  const seek = (x) => tell("seek", Math.min(timeline.data.duration, Math.max(0, timeline.view.at(x, timeline.width))));

  const choose = (x, y) => {
    const hit = timeline.hit(x, y);
    if (!hit) return seek(x);
    if (hit.flags === 1) return tell("flag", hit.flag.id);
    if (hit.end - hit.start < 0.5 || timeline.view.span <= 4.01) return tell("flag", hit.flag.id);
    timeline.fitTo(hit.start, hit.end);
  };

  band.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = place(event);
    band.setPointerCapture(event.pointerId);
    down.set(event.pointerId, x);
    const scrub = y < RULER || (!timeline.view.closer && !timeline.hit(x, y));
    drag = down.size === 1 ? { x, y, last: x, scrub, moved: false } : null;
    if (drag?.scrub) seek(x);
  });
  band.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (down.size === 2 && down.has(event.pointerId)) return pinch(event.pointerId, x);
    if (drag) move(x);
    else explain(x, y);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    band.addEventListener(name, (event) => {
      down.delete(event.pointerId);
      if (drag && !drag.scrub && !drag.moved && name === "pointerup") choose(drag.x, drag.y);
      drag = null;
    });
  }
  band.addEventListener("pointerleave", () => {
    tip.hidden = true;
    timeline.film?.point(null);
  });
  band.addEventListener("wheel", (event) => {
    const [x] = place(event);
    const closer = event.ctrlKey || event.metaKey || (document.activeElement === band && !event.shiftKey);
    const across = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (closer && event.deltaY) timeline.zoom(Math.exp(-event.deltaY / WHEEL), timeline.view.at(x, timeline.width));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) timeline.pan(across / ACROSS);
    else return;
    event.preventDefault();
  }, { passive: false });

  function move(x) {
    if (Math.abs(x - drag.x) > CLICK) drag.moved = true;
    if (drag.scrub) seek(x);
    else if (drag.moved) timeline.pan((drag.last - x) / timeline.width);
    drag.last = x;
  }

  /** Two fingers: what was under them stays under them. */
  function pinch(id, x) {
    const [other] = [...down].filter(([one]) => one !== id).map(([, at]) => at);
    const before = down.get(id);
    const factor = Math.abs(x - other) / Math.max(1, Math.abs(before - other));
    timeline.zoom(Math.min(2, Math.max(0.5, factor)), timeline.view.at(other, timeline.width));
    down.set(id, x);
  }

  function explain(x, y) {
    const time = timeline.view.at(x, timeline.width);
    const words = timeline.words(x, y);
    tip.hidden = false;
    tip.querySelector("span").textContent = words || clock(time);
    timeline.film?.point(time, tip.querySelector("canvas"));
    const left = Math.min(x + 12, timeline.width - tip.offsetWidth);
    const up = y - tip.offsetHeight - 8;
    tip.style.transform = `translate(${Math.max(0, left)}px, ${up < -tip.offsetHeight ? y + 16 : up}px)`;
  }
}
