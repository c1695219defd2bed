// Times that pass: how long ago, how long left. The server says moments, the page counts.

import { length } from "./format.js";

let ahead = 0; // by how much (ms) the server's clock is ahead of this one

/** What the server's clock says now (µs). */
export function heardClock(micros) {
  ahead = micros / 1000 - Date.now();
}

export const serverNow = () => Date.now() + ahead;

/** Write every time below `root` anew. */
export function tell(root = document) {
  const now = serverNow();
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const passed = Math.max(0, Math.floor((now - Date.parse(time.dateTime)) / 1000));
    say(time, passed < 5 ? "just now" : `${length(passed < 60 ? passed : passed - (passed % 5))} ago`);
  }
  for (const time of root.querySelectorAll("time[data-left]")) {
    const left = (Date.parse(time.dateTime) - now) / 1000;
    say(time, left >= 0 ? `in ${length(left < 60 ? left : left - (left % 60))}` : `${length(-left)} ago`);
  }
}

function say(time, words) {
  if (time.textContent === words) return;
  time.title ||= new Date(time.dateTime).toLocaleString();
  time.textContent = words;
}
