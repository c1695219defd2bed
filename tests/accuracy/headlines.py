"""How the rows begin that the project's README shows beside whatever is missed, by part."""

from __future__ import annotations

HEADLINES: dict[str, tuple[str, ...]] = {
    "pose": (
        "yaw, average face",
        "pitch, average face",
        "roll, average face",
        "roll, turned photographs",
        "yaw, mirrored",
    ),
    "gaze": (
        "incidents, as filmed",
        "start, as filmed",
        "end, as filmed",
        "looks on the screen taken",
        "looks 15°",
    ),
    "faces": (
        "largest difference",
        "found, start and end",
        "right, of what was flagged",
        "error of the",
        "a portrait on the wall",
    ),
    "unobservable": (
        "as they are:",
        "a camera upside down",
        "a picture frozen",
    ),
    "identity": (
        "labelled photographs",
        "equal error rate, enrolled picture",
        "equal error rate, any two pictures",
    ),
    "objects": (
        "drawn hand at an ear",
        "no hand:",
    ),
    "voice": (
        "10 dB, all noises",
        "10 dB, ten others",
        "AMI meeting, two people",
        "all noises",
        "all held-out voices: equal",
        "enrolled:",
    ),
    "scripted": (
        "incidents found",
        "false incidents an hour",
    ),
    "clean": ("incidents in 20 minutes",),
}
