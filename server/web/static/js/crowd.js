// The flags of one lane, found and put together fast: by binary search, and where many would
// lie over one another, as one cluster for each stretch of the lane.

export const RANK = { info: 0, low: 1, medium: 2, high: 3, critical: 4 };

/** The first index at which `values` (ascending) is above `limit`. */
export function above(values, limit) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

export class Crowd {
  /** `flags` in order of time; those that still last end at `duration`. */
  constructor(flags, duration) {
    this.flags = flags;
    this.starts = Float64Array.from(flags, (flag) => flag.start);
    this.ends = Float64Array.from(flags, (flag) => flag.end ?? duration);
    // How far any flag up to here reaches: ascending, so that it can be searched.
    this.reach = Float64Array.from(this.ends);
    for (let i = 1; i < this.reach.length; i++) this.reach[i] = Math.max(this.reach[i], this.reach[i - 1]);
  }

  /** The indices [first, last) between which all flags that touch the interval lie. */
  between(from, to) {
    return [above(this.reach, from - 1e-9), above(this.starts, to)];
  }

  /**
   * What to draw of an interval: flags that stand alone, and clusters of those that begin in the
   * same `stretch` (s). The grid is the session's, not the view's: nothing jumps while panning.
   * A cluster is { flags: count, at: where its stretch begins, start, end, flag: the gravest,
   * open: how many are }.
   */
  seen(from, to, stretch) {
    const found = [];
    const [first, last] = this.between(from, to);
    let current = null;
    let cell = NaN;
    for (let i = first; i < last; i++) {
      if (this.ends[i] < from) continue;
      const own = Math.floor(this.starts[i] / stretch);
      if (own === cell) this.#join(current, i);
      else {
        const flag = this.flags[i];
        current = { flags: 1, at: own * stretch, start: flag.start, end: this.ends[i], flag, open: Number(flag.verdict === "open") };
        found.push(current);
        cell = own;
      }
    }
    return found;
  }

  #join(cluster, i) {
    const flag = this.flags[i];
    cluster.flags += 1;
    if (this.ends[i] > cluster.end) cluster.end = this.ends[i];
    if (flag.verdict === "open") cluster.open += 1;
    if (RANK[flag.severity] > RANK[cluster.flag.severity]) cluster.flag = flag;
  }
}
