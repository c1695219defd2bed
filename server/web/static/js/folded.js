// What is wrong in a part of a form that is closed: it opens, where the browser would say nothing.

document.addEventListener("invalid", ({ target }) => {
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}, true);
