// What a reviewer prefers, kept in this browser; a browser that keeps nothing is no obstacle.

const OWN = "invigil.";

export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(OWN + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(OWN + name, JSON.stringify(value));
  } catch {
    // Full or forbidden: it holds until the page is left.
  }
}
