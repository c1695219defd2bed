// The candidates' page: ticks all of a page, and says how many are ticked.

for (const form of document.querySelectorAll("[data-places]")) {
  const all = form.querySelector("[data-tick-all]");
  const told = form.querySelector("[data-ticked]");
  const picks = [...form.querySelectorAll("input[name=place]")];
  if (!all || !told) continue;

  const tell = () => {
    const ticked = picks.filter((one) => one.checked).length;
    const everyone = form.elements.all?.checked;
    all.checked = ticked === picks.length;
    all.indeterminate = ticked > 0 && ticked < picks.length;
    told.textContent = everyone ? "all that were found" : ticked ? `${ticked} ticked` : "";
  };
  all.addEventListener("change", () => {
    for (const one of picks) one.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}
