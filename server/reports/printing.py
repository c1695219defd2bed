"""The program that lays a report out as PDF: started by ``making``, one at a time.

A process of its own, as laying out is computation for seconds and takes memory, which is
bounded here. It reads one ``Sheet`` from standard input (MessagePack) and writes the PDF to
standard output. Nothing is fetched: what the text names is in the sheet, or is not there.
Pictures come from candidates' machines, so that each is decoded here, within bounds, and what
is printed is made anew from its pixels.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

import msgspec

# Whoever delivers evidence goes first.
NICENESS = 10

# What a report may take: some hundred pages with pictures need 300 MB. Bytes.
MAX_MEMORY = 1_500_000_000

# A snapshot has a megapixel; what claims more than this is not decoded at all.
MAX_PIXELS = 25_000_000

# As wide as a page prints finely, in pixels, and a quality at which nothing shows of it.
LONGEST_SIDE, QUALITY = 900, 80

# What a picture may be: as ``review.attachments`` lets leave.
FORMATS = ("JPEG", "PNG", "WEBP")

# The scheme of names that a sheet's text gives its pictures and drawings.
SCHEME = "report:"


class Sheet(msgspec.Struct, frozen=True):
    """What to lay out: ``html`` with its ``css``; ``pictures`` (sealed evidence, opened) and
    ``drawings`` (SVG, made here) by the names that the text calls them by.
    """

    html: str
    css: str
    pictures: dict[str, bytes]
    drawings: dict[str, str]


def layout(sheet: Sheet) -> bytes:
    """The PDF: tagged, with its language, for readers who listen (PDF/UA-1)."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    pictures = {name: decoded(data) for name, data in sheet.pictures.items()}

    class Held(URLFetcher):
        """Gives what the sheet holds, and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002
            """What is held under this name."""
            name = url.removeprefix(SCHEME)
            if name in sheet.drawings:
                kind, data = "image/svg+xml", sheet.drawings[name].encode()
            elif (data := pictures.get(name)) is not None:
                kind = "image/jpeg"
            else:
                raise ValueError(f"a report fetches nothing, and holds no {url[:80]}")
            return URLFetcherResponse(url, data, {"Content-Type": kind})

    fetcher = Held()
    document = HTML(string=sheet.html, url_fetcher=fetcher, base_url="report:/")
    style = CSS(string=sheet.css, url_fetcher=fetcher, base_url="report:/")
    made = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1", pdf_tags=True)
    assert isinstance(made, bytes)
    return made


def decoded(data: bytes) -> bytes | None:
    """A picture made anew from its pixels, no larger than is printed; ``None`` where it is
    none, or claims to be larger than anything that a camera takes.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            plain = image.convert("RGB")
    except Exception:  # noqa: BLE001  (whatever decoders trip over, it stops no report)
        return None
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _bound() -> None:
    if hasattr(os, "nice"):
        # Where the system forbids it, a report is made all the same.
        with suppress(OSError):
            os.nice(NICENESS)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def main() -> int:
    """The process's way in; what stops it is one line on standard error."""
    _bound()
    try:
        sheet = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Sheet)
        sys.stdout.buffer.write(layout(sheet))
    except MemoryError:
        sys.stderr.write(f"it needs more than {MAX_MEMORY / 1e9:.1f} GB of memory\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{str(error).partition(chr(10))[0]}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
