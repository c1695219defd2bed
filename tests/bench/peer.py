"""A peer for pages: what ten thousand rows cost at least on this machine, as it is just now.

The rows come from SQLite's own module, are decoded from JSON, sorted, and put into a text, with
nothing of ours. Machines differ, and one that is shared is now quick, now slow: two runs of
``make bench`` can be compared by what a page takes of this.
"""

from __future__ import annotations

import json
import sqlite3
import time
from html import escape
from statistics import median

from bench.measure import Row, noted

ROWS, TIMES = 10_000, 9


def peer_ms() -> float:
    """Milliseconds, the median of some times."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE flag (id TEXT PRIMARY KEY, said TEXT)")
        said = (
            {"kind": f"kind {n % 31}", "at": n * 7919 % ROWS, "by": [n]} for n in range(ROWS)
        )
        rows = ((f"{n:032x}", json.dumps(one)) for n, one in enumerate(said))
        database.executemany("INSERT INTO flag VALUES (?, ?)", rows)
        return median(_once(database) for _ in range(TIMES))


def _once(database: sqlite3.Connection) -> float:
    began = time.perf_counter()
    rows = [(key, json.loads(said)) for key, said in database.execute("SELECT * FROM flag")]
    rows.sort(key=lambda row: (row[1]["at"], row[0]))
    "".join(f"<li id={key}>{escape(said['kind'])} {said['at']}</li>" for key, said in rows)
    return 1000 * (time.perf_counter() - began)


def peer() -> Row:
    """The figure to compare a part's others with."""
    return noted(f"its peer: {ROWS:,} rows of JSON into a text", f"{peer_ms():.0f} ms")
