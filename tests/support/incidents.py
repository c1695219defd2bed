"""Sessions' incidents as hypothesis draws them: for the laws of what flags are made of them."""

from __future__ import annotations

from hypothesis import strategies as st

from server.review.correlation import Incident
from shared.flags import Kind, Severity

SECOND = 1_000_000

# Some that belong together, some that stand alone, and objects of which there are several.
KINDS = [
    Kind.FACE_MISSING,
    Kind.GAZE_AWAY,
    Kind.SPEECH,
    Kind.SECOND_VOICE,
    Kind.OBJECT_SEEN,
    Kind.MULTIPLE_FACES,
    Kind.VIRTUAL_MACHINE,
]


@st.composite
def sessions(draw: st.DrawFn) -> list[Incident]:
    """A session's incidents in the order of their records."""
    found: list[Incident] = []
    for number in range(draw(st.integers(0, 25))):
        start = draw(st.integers(0, 600)) * SECOND
        length = draw(st.none() | st.integers(0, 40) | st.just(3 * 24 * 3_600))
        kind = draw(st.sampled_from(KINDS))
        label = draw(st.sampled_from(["person", "cell phone"]))
        found.append(
            Incident(
                id=f"{draw(st.integers(0, 2**32)):08x}{number:024x}",
                kind=kind,
                severity=draw(st.sampled_from(list(Severity))),
                start=start,
                end=None if length is None else start + length * SECOND,
                confidence=0.9,
                detail={"label": label} if kind is Kind.OBJECT_SEEN else {},
                seq=number // 2,
            )
        )
    return found
