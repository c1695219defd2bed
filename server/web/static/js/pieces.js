// Opened pieces of evidence, kept in this page's memory for as long as it is open.
//
// The server lets no cache keep them, and a reviewer comes back to the same seconds again and
// again: to a flag, to the one before it, round and round in a loop. Nothing is written to disk.

import Hls from "../vendor/hls.light.min.mjs";

const MOST_BYTES = 48 * 2 ** 20; // about twenty minutes of all streams
const LONGEST = 30000; // ms that fetching a piece in advance may take, as hls.js itself allows

const held = new Map(); // address -> ArrayBuffer, the longest unused first
const coming = new Map(); // address -> promise
let bytes = 0;

function remember(url, data) {
  if (held.has(url)) return;
  held.set(url, data);
  bytes += data.byteLength;
  for (const [oldest, its] of held) {
    if (bytes <= MOST_BYTES) break;
    held.delete(oldest);
    bytes -= its.byteLength;
  }
}

function recall(url) {
  const data = held.get(url);
  if (!data) return null;
  held.delete(url);
  held.set(url, data);
  return data;
}

/** Fetch a piece in advance, until `signal` ends it; what fails is left to whoever needs it. */
export function prefetch(url, { priority = "low", signal } = {}) {
  if (held.has(url) || coming.has(url)) return;
  const way = new AbortController();
  const forget = () => coming.get(url) === promise && coming.delete(url);
  // At once, so that whoever needs it in this very moment does not wait for what was left.
  const leave = () => {
    forget();
    way.abort();
  };
  const timer = setTimeout(leave, LONGEST);
  signal?.addEventListener("abort", leave);
  const promise = fetch(url, { cache: "no-store", priority, signal: way.signal })
    .then((answer) => (answer.ok ? answer.arrayBuffer() : null))
    .then((data) => data && remember(url, data))
    .catch(() => {})
    .finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
      forget();
    });
  coming.set(url, promise);
}

/** hls.js's loader of fragments, which asks the memory first; of two that want the same, one fetches. */
export class PieceLoader extends Hls.DefaultConfig.loader {
  #left = false;
  #settle = () => {};

  load(context, config, callbacks) {
    if (!held.has(context.url) && !coming.has(context.url)) return this.#fetch(context, config, callbacks);
    (coming.get(context.url) ?? Promise.resolve()).then(() => {
      if (this.#left) return;
      const data = recall(context.url);
      if (data) this.#give(context, callbacks, data.slice(0));
      else this.load(context, config, callbacks);
    });
  }

  #fetch(context, config, callbacks) {
    const { url } = context;
    coming.set(url, new Promise((done) => {
      this.#settle = () => {
        coming.delete(url);
        this.#settle = () => {};
        done();
      };
    }));
    const settled = (tell) => (...told) => {
      this.#settle();
      tell?.(...told);
    };
    super.load(context, config, {
      ...callbacks,
      onSuccess: (response, ...rest) => {
        // A copy: hls.js moves times within the bytes that it is given.
        remember(url, response.data.slice(0));
        this.#settle();
        callbacks.onSuccess(response, ...rest);
      },
      onError: settled(callbacks.onError),
      onTimeout: settled(callbacks.onTimeout),
      onAbort: settled(callbacks.onAbort),
    });
  }

  #give(context, callbacks, data) {
    const now = performance.now();
    Object.assign(this.stats, { loaded: data.byteLength, total: data.byteLength });
    Object.assign(this.stats.loading, { start: now, first: now, end: now });
    callbacks.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
  }

  abort() {
    this.#leave();
    super.abort();
  }

  destroy() {
    this.#leave();
    super.destroy();
  }

  /** Whoever waits for what this one fetched has to fetch it. */
  #leave() {
    this.#left = true;
    this.#settle();
  }
}
