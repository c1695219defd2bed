// Copies what is shown once: a button names the element by data-copy.
for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copy);
    const lines = [...shown.querySelectorAll("li")].map((line) => line.textContent.trim());
    try {
      await navigator.clipboard.writeText(lines.length ? lines.join("\n") : shown.textContent.trim());
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(shown);
      button.textContent = "Selected: press Ctrl C";
    }
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.textContent = words; }, 4000);
  });
}
