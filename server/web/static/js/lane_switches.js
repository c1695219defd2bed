// Which lanes of the timeline are shown: a switch for each, remembered in this browser.

export function laneSwitches(holder, timeline) {
  const paint = () => {
    const boxes = timeline.lanes.all.map(({ id, label }) => {
      const [line, box] = [document.createElement("label"), document.createElement("input")];
      line.className = "check";
      Object.assign(box, { type: "checkbox", value: id, checked: timeline.lanes.isOn(id), autocomplete: "off" });
      line.append(box, label);
      return line;
    });
    holder.replaceChildren(...boxes);
    names();
  };
  const names = () => {
    for (const name of document.querySelectorAll("[data-lane]")) name.hidden = !timeline.lanes.isOn(name.dataset.lane);
  };
  holder.addEventListener("change", ({ target }) => {
    timeline.turn(target.value, target.checked);
    names();
  });
  // The names come anew with news of a session.
  document.body.addEventListener("htmx:afterSettle", () => {
    if (holder.childElementCount === timeline.lanes.all.length) names();
    else paint();
  });
  paint();
}
