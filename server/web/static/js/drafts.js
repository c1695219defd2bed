// Notes that were typed and not sent: kept with their flag until they are, or are emptied.

export class Drafts {
  constructor(session) {
    this.key = `invigil.notes.${session}`;
    try {
      this.notes = new Map(JSON.parse(sessionStorage.getItem(this.key) ?? "[]"));
    } catch {
      this.notes = new Map();
    }
  }

  /** What was typed about a flag, or undefined. */
  of(id) {
    return this.notes.get(id);
  }

  write(id, text) {
    this.notes.set(id, text);
    this.#keep();
  }

  forget(id) {
    if (this.notes.delete(id)) this.#keep();
  }

  #keep() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify([...this.notes]));
    } catch {
      // A browser that keeps nothing: they are here until the page is left.
    }
  }
}
