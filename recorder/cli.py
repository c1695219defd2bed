"""``invigil-recorder``: the commands. Each imports its room when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cyclopts import App
from rich.console import Console

from recorder.faults import EnvironmentFault

# Exit status of everything that the user, not the program, has to put right.
ENVIRONMENT_FAULT = 2

# What a shell reports for a program that a closed pipe ended: 128 + SIGPIPE.
BROKEN_PIPE = 141

app = App(
    name="invigil-recorder",
    help="""Record a supervised exam, and look at recordings.

    Without a command the window opens, where a candidate enters the exam's code.

    Examples:

        invigil-recorder

        invigil-recorder analyze lecture.mp4 --output findings.jsonl

    The exit status is 0 where all went well and 2 where something outside the program is
    not as needed; what it is and what to do about it is said on standard error.
    """,
    help_format="plaintext",
)


@app.default
def window() -> int:
    """Open the window."""
    from recorder.app import run_window

    return run_window()


@app.command
def analyze(
    video: Path | None = None,
    *,
    audio: Path | None = None,
    policy: Path | None = None,
    output: Path | None = None,
) -> int:
    """Run every detector over a file, as fast as it goes.

    Writes one JSON object a line: every observation (seconds, degrees, probabilities),
    every incident, and a summary at the end.

    Examples:
        invigil-recorder analyze session.mp4 > findings.jsonl

        invigil-recorder analyze photo.jpg

        invigil-recorder analyze --audio room.wav --output speech.jsonl

        invigil-recorder analyze session.mp4 --policy stricter.json

    A policy file may hold a whole policy, or only what differs from the default rules, as
    {"kinds": {"gaze_away": {"onset_s": 1}}}.

    Args:
        video: A video or an image. Its own sound is analysed unless --audio is given.
        audio: A sound file, analysed beside the video or alone.
        policy: Rules in JSON; the default policy's where none are given.
        output: Where to write; standard output where no file is given.
    """
    from recorder.detect import analyze as room

    return room.analyze(room.Request(video, audio, policy, output))


def main() -> None:
    """The console script's way in."""
    try:
        status = app(exit_on_error=True, result_action="return_value")
    except EnvironmentFault as fault:
        complain(fault)
        sys.exit(ENVIRONMENT_FAULT)
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter's last flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    sys.exit(status)


def complain(fault: EnvironmentFault) -> None:
    """Say what is wrong, and on the next line what to do."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"invigil-recorder: {fault.what}", markup=False)
    console.print(f"{fault.advice}", markup=False)


if __name__ == "__main__":
    main()
