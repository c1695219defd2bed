"""Laying out: pictures made anew, nothing fetched, and a PDF that says its language."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import warnings
import zlib

import msgspec
import pytest
from PIL import Image
from support.unkind import unkind

from server.reports.printing import LONGEST_SIDE, Sheet, decoded, layout

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import weasyprint  # noqa: F401  (its own imports warn)


def picture(width: int, height: int, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 60, 60)).save(out, form)
    return out.getvalue()


def test_a_picture_is_made_anew_and_no_larger_than_is_printed() -> None:
    made = decoded(picture(2_000, 1_000))
    assert made is not None
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size) == ("JPEG", (LONGEST_SIDE, LONGEST_SIDE // 2))


def test_what_is_hidden_behind_a_picture_does_not_come_along() -> None:
    made = decoded(picture(64, 48, "JPEG") + b"<script>secret</script>")
    assert made is not None
    assert b"secret" not in made


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"GIF89a" + bytes(40), b"%PDF-1.4", picture(64, 48)[:30]],
)
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert decoded(data) is None


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG's chunk, well-formed."""
    crc = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + crc


@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_picture_that_claims_to_be_vast_is_never_decoded(side: int) -> None:
    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(64))), (b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
    # Up to some size Pillow only warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert decoded(bomb) is None


def test_a_sheet_is_tagged_has_a_language_and_fetches_nothing() -> None:
    html = (
        '<!doctype html><html lang="en"><title>T</title><h1>Hello</h1>'
        '<img src="report:x" alt="a box"><img src="file:///etc/passwd" alt="b">'
        '<img src="http://127.0.0.1:1/x.png" alt="c">'
    )
    pictures = {"x": picture(32, 32)}
    made = layout(Sheet(html, "@page { size: A5 }", pictures, {}))
    assert made.startswith(b"%PDF-")
    text = b"".join(
        zlib.decompress(part)
        for part in re.findall(rb"stream\n(x.*?)\nendstream", made, re.DOTALL)
        if part[:1] == b"x"
    )
    whole = made + text
    assert b"/MarkInfo" in whole
    assert b"/Lang (en)" in whole
    assert b"pdfuaid" in whole
    assert whole.count(b"/Subtype /Image") == 1


@pytest.mark.skipif(not hasattr(os, "nice"), reason="there is no such call here")
def test_a_system_that_forbids_to_be_nice_still_gives_a_report() -> None:
    sheet = Sheet('<html lang="en"><title>T</title><p>Hello', "@page { size: A5 }", {}, {})
    done = subprocess.run(
        [sys.executable, "-c", unkind("server.reports.printing")],
        input=msgspec.msgpack.encode(sheet), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"%PDF-")
