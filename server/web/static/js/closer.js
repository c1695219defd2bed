// A picture seen closer: whatever names one in `data-closer` opens it in a dialog.

export function closer(dialog) {
  const picture = dialog.querySelector("img");
  const title = dialog.querySelector("h2");
  const open = (opener) => {
    picture.src = opener.dataset.closer;
    picture.alt = title.textContent = opener.dataset.about;
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-closer]");
    if (opener) open(opener);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => picture.removeAttribute("src"));
  return open;
}
