"""The fields of the policy's form that say how flags are judged, and what a score may do."""

from __future__ import annotations

import math
from collections.abc import Mapping

from server.exams.terms import Terms
from server.web.forms import shown
from shared.flags import Kind
from shared.policy import Review

LONGEST_BURST_S = 86_400
TOP_SCORE = 100

# As the form says what happens at the limit.
AT_LIMIT: Mapping[str, str] = {
    "pause": "The exam is paused; a proctor lets it go on",
    "terminate": "The exam is paused, and ended two minutes later unless a proctor intervenes",
}


def judging_fields(terms: Terms) -> dict[str, str]:
    """The fields for these terms; boxes that are not ticked have none."""
    review = terms.review
    return {
        "review.burst_s": shown(review.burst_s),
        "review.limit": str(review.limit),
        "review.at_limit": review.at_limit,
        **({"review.four_eyes": "on"} if review.four_eyes else {}),
        **{f"review.human.{kind}": "on" for kind in review.human_first},
    }


def read_judging(fields: Mapping[str, str], base: Review, wrong: dict[str, str]) -> Review:
    """What the form says, or ``base`` where it does not ask; mistakes go into ``wrong``."""
    if "review.burst_s" not in fields:
        return base
    at_limit = fields.get("review.at_limit", "")
    if at_limit not in AT_LIMIT:
        wrong["review.at_limit"] = "Choose from the list what happens at the limit."
    return Review(
        burst_s=_number(fields, "review.burst_s", LONGEST_BURST_S, wrong),
        four_eyes="review.four_eyes" in fields,
        human_first=tuple(kind for kind in Kind if f"review.human.{kind}" in fields),
        limit=round(_number(fields, "review.limit", TOP_SCORE, wrong)),
        at_limit="terminate" if at_limit == "terminate" else "pause",
    )


def _number(fields: Mapping[str, str], name: str, most: int, wrong: dict[str, str]) -> float:
    try:
        number = float(fields.get(name, "").strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if 0 <= number <= most and (name != "review.limit" or number.is_integer()):
        return number
    wrong[name] = f"This is a {'whole ' if most == TOP_SCORE else ''}number from 0 to {most:,}."
    return 0.0
