// The keyboard: one table of keys, and the sheet that shows it.

// What has the focus and takes no letters: who has set it goes on with the keys. Ticks that have
// a name are a form's, which somebody is filling in.
const SET = "input[type=range], input[type=checkbox]:not([name])";

/** Call what a key means, unless somebody types or a dialog is open. */
export function listen(keys) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) return void typing.blur();
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (typing && !typing.matches(SET)) return;
    const action = keys[event.key] ?? keys[event.key.toLowerCase()];
    // Space presses a button and ticks a box; everywhere else it plays.
    if (!action || (event.key === " " && event.target.closest("button, summary, a, [type=checkbox]"))) return;
    event.preventDefault();
    action(event);
  });
}

export function sheet(dialog, opener) {
  opener.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  return () => dialog.showModal();
}

/** Panels that drop down close with Esc, and when somebody goes elsewhere. */
export function drops() {
  const close = (but) => {
    const open = [...document.querySelectorAll("details.drop[open]")].filter((one) => !one.contains(but));
    for (const one of open) one.open = false;
    return open;
  };
  document.addEventListener("pointerdown", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const [closed] = close(null);
    closed?.querySelector("summary").focus();
  });
}
