// Rows of flags as the server renders them, fetched when they come into sight.

const MOST_AT_ONCE = 60; // rows of one request
const MOST_KEPT = 600; // rows that are remembered

export class Rows {
  #rows = new Map(); // id -> li, the longest unused first
  #stale = new Set();
  #asked = new Set();

  /** `address` gives rows by `?ids=`; `there(ids)` is called when some have come. */
  constructor(address, there) {
    Object.assign(this, { address, there });
  }

  /** Take over rows that the page came with. */
  adopt(elements) {
    for (const row of elements) this.#rows.set(row.dataset.flag, row);
  }

  /** A row, as far as it is known; asked for where it is not or may have changed. */
  get(id) {
    const row = this.#rows.get(id) ?? null;
    if (row) {
      this.#rows.delete(id);
      this.#rows.set(id, row);
    }
    return row;
  }

  /** Whether a row is there and nothing has changed since. */
  isFresh(id) {
    return this.#rows.has(id) && !this.#stale.has(id);
  }

  /** Something may have changed: whatever is needed is fetched again. */
  expire() {
    this.#stale = new Set(this.#rows.keys());
  }

  /** Fetch those of these that are not here; resolves when all are that can be had. */
  async need(ids) {
    const missing = ids.filter((id) => !this.isFresh(id) && !this.#asked.has(id));
    const batches = [];
    for (let at = 0; at < missing.length; at += MOST_AT_ONCE) batches.push(this.#fetch(missing.slice(at, at + MOST_AT_ONCE)));
    await Promise.all(batches);
  }

  async #fetch(ids) {
    ids.forEach((id) => this.#asked.add(id));
    try {
      const answer = await fetch(`${this.address}?ids=${ids.join(",")}`, { cache: "no-store" });
      if (answer.status === 401) location.reload();
      if (!answer.ok) return;
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const rows = [...document.importNode(holder.content, true).querySelectorAll("li[data-flag]")];
      for (const row of rows) this.put(row);
      this.there(rows.map((row) => row.dataset.flag));
    } catch {
      // Off line: what is needed is asked for again when it next comes into sight.
    } finally {
      ids.forEach((id) => this.#asked.delete(id));
    }
  }

  /** A row came anew. */
  put(row) {
    const id = row.dataset.flag;
    this.#rows.delete(id);
    this.#rows.set(id, row);
    this.#stale.delete(id);
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= MOST_KEPT) break;
      if (!this.#rows.get(oldest).isConnected) this.#rows.delete(oldest);
      else break;
    }
  }
}
