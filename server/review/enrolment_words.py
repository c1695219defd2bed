"""What a recorder found before the exam, in words: face, document, liveness, looks, voice.

Details come from the candidate's machine: what is not as it should be is printed as it is,
bounded, and never fails a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.review.wording import printed

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing, what came of it, and whether a reviewer should look: something was left out,
    or does not fit.
    """

    name: str
    words: str
    look: bool = False


def merged(before: Detail, newer: Detail) -> Detail:
    """What is said of an identity in all, where a later record adds to an earlier one: one
    that says nothing of the face is about the document alone.
    """
    about_face = "quality" in newer or "left_out" in newer
    return newer if about_face else {**before, **newer}


def told(said: Mapping[str, Detail]) -> tuple[Told, ...]:
    """All of it; ``said`` by ``identity``, ``liveness``, ``calibration`` and ``voice``."""
    return tuple(_all(said))


def _all(said: Mapping[str, Detail]) -> Iterator[Told]:
    if identity := said.get("identity"):
        yield from _identity(identity)
    if liveness := said.get("liveness"):
        hint = liveness.get("hint")
        yield Told("Liveness", printed(hint if isinstance(hint, str) else liveness))
    if calibration := said.get("calibration"):
        yield _calibration(calibration)
    if voice := said.get("voice"):
        yield _voice(voice)


def _identity(detail: Detail) -> Iterator[Told]:
    face = {name: value for name, value in detail.items() if name != "document"}
    if "left_out" in face:
        yield _left_out("Photograph", face)
    elif (quality := _number(face, "quality")) is not None:
        yield Told("Photograph", f"taken, quality {quality:.2g} of 1")
    elif face:
        yield Told("Identity", printed(face))
    document = detail.get("document")
    if isinstance(document, Mapping) and document:
        yield _document(document)


def _document(detail: Detail) -> Told:
    apart, limit = _number(detail, "distance"), _number(detail, "threshold")
    if apart is not None and limit is not None:
        same = apart <= limit
        like = "like" if same else "not like"
        words = f"its face is {like} the candidate's: distance {apart:.2f}, limit {limit:.2f}"
        return Told("Document", words, look=not same)
    if "left_out" in detail:
        return _left_out("Document", detail)
    return Told("Document", printed(detail.get("reason", detail)), look=True)


def _calibration(detail: Detail) -> Told:
    if "left_out" in detail:
        return _left_out("Looks at the screen", detail)
    quality, done = _number(detail, "quality"), detail.get("calibrated")
    if done is True and quality is not None:
        parts = [f"calibrated, quality {quality:.2g} of 1"]
        parts += [f"{printed(detail['points'])} points"] if "points" in detail else []
        spread = _number(detail, "spread_degrees")
        parts += [f"spread {spread:.1f}°"] if spread is not None else []
        return Told("Looks at the screen", ", ".join(parts))
    if done is False:
        why = printed(detail.get("trouble", "no reason given"))
        return Told("Looks at the screen", f"not calibrated: {why}", look=True)
    return Told("Looks at the screen", printed(detail))


def _voice(detail: Detail) -> Told:
    if "left_out" in detail:
        return _left_out("Voice", detail)
    speech, likeness = _number(detail, "speech_s"), _number(detail, "likeness")
    if speech is None:
        return Told("Voice", printed(detail))
    alike = "" if likeness is None else f", like itself to {likeness:.2f} of 1"
    return Told("Voice", f"taken from {speech:.1f} s of speech{alike}")


def _left_out(name: str, detail: Detail) -> Told:
    besides = detail.get("unwatched") or detail.get("instead")
    more = f" ({printed(besides)})" if besides else ""
    return Told(name, f"left out: {printed(detail['left_out'])}{more}", look=True)


def _number(detail: Detail, name: str) -> float | None:
    value = detail.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
