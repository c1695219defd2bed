"""``invigil-recorder``: the commands. Each imports its room when it is called."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

from cyclopts import App
from rich.console import Console

from recorder.detect import WORKER_ARGUMENT
from recorder.exam import TRIAL_ARGUMENT
from recorder.faults import EnvironmentFault
from recorder.heap import keep_small
from recorder.lockdown import WATCHDOG_ARGUMENT

# Exit status of everything that the user, not the program, has to put right.
ENVIRONMENT_FAULT = 2

# What a shell reports for a program that a closed pipe ended: 128 + SIGPIPE.
BROKEN_PIPE = 141

app = App(
    name="invigil-recorder",
    help="""Record a supervised exam, and look at recordings.

    Without a command the window opens, where a candidate enters the exam's code.

    For example:

        invigil-recorder

        invigil-recorder invigil://exams.example.edu/7K2M-Q4WD-9XTA

        invigil-recorder analyze lecture.mp4 --output findings.jsonl

    The exit status is 0 where all went well and 2 where something outside the program is
    not as needed; what it is and what to do about it is said on standard error.
    """,
    help_format="markdown",
    version=lambda: version("invigil"),
)

# Its commands stand in their own room, which is imported when one of them is called.
app.command(
    "recorder.evidence.commands:app",
    name="evidence",
    help="List, check, deliver or remove the recordings on this computer.",
)

app.command(
    "recorder.detect.models.model_commands:app",
    name="models",
    help="List, check, add or remove what the detectors run on.",
)


@app.default
def window(link: str | None = None) -> int:
    """Open the window.

    Args:
        link: An invigil:// link from an invitation, which fills in server and code.
    """
    from recorder.app import run_window

    return run_window([app.name[0], *([link] if link else [])])


@app.command
def updates(*, install: bool = False, language: str = "en") -> int:
    """Look for an update in your institution's repository, and say what was found.

    Nothing is asked while a recording on this computer is not delivered.

    Args:
        install: Fetch it, check it, and install it, or say how.
        language: What changes, in this language where there is one: en, de.
    """
    from recorder.updates.commands import look

    return look(install=install, language=language)


@app.command
def record(
    *,
    server: str,
    code: str,
    camera: str = "device:0",
    microphone: str = "device:0",
    screen: str = "display:all",
    duration: float | None = None,
    headless: bool = False,
    consent: bool = False,
    store: Path | None = None,
    wait: float = 600.0,
) -> int:
    """Record one session, from the code to the last receipt.

    Without --headless the window opens with server and code filled in. With it there is no
    window: say --consent where the candidate has agreed, or answer the question. Ends after
    --duration, or orderly on Ctrl-C. Prints one JSON object about the session.

    For example:

        invigil-recorder record --server https://exams.example.edu --code 7K2M-Q4WD-9XTA

        invigil-recorder record --server http://127.0.0.1:8000 --code 7K2M-Q4WD-9XTA --headless
        --consent --camera file:candidate.mp4 --microphone none --duration 60

    Args:
        server: The institution's server.
        code: The one-time code from the invitation.
        camera: device:N, file:PATH (played as real time, in a loop) or none.
        microphone: device:N, file:PATH or none.
        screen: display:all, display:N, file:PATH or none.
        duration: Seconds to record; until told to stop where it is not given.
        headless: No window.
        consent: The candidate has been told what is recorded and agrees.
        store: Where evidence is kept until it is delivered.
        wait: Seconds to wait for delivery after the recording.
    """
    from dataclasses import replace

    from recorder.settings import read_settings

    settings = read_settings()
    settings = settings if store is None else replace(settings, store=store)
    if not headless:
        from recorder.app import run_window
        from recorder.ui.link import write_link

        chosen = replace(settings, camera=camera, microphone=microphone, screen=screen)
        return run_window([app.name[0], write_link(server, code)], chosen)
    from recorder.capturing import Choices
    from recorder.logs import log_to_stderr
    from recorder.record import Request
    from recorder.record import record as run

    log_to_stderr()
    choices = Choices(camera, microphone, screen)
    return run(Request(server, code, choices, duration, consent, wait), settings)


@app.command
def analyze(
    video: Path | None = None,
    *,
    audio: Path | None = None,
    reference: Path | None = None,
    voice: Path | None = None,
    policy: Path | None = None,
    output: Path | None = None,
) -> int:
    """Run every detector over a file, as fast as it goes.

    Writes one JSON object a line: every observation (seconds, degrees, probabilities),
    every incident, and a summary at the end.

    For example:

        invigil-recorder analyze session.mp4 > findings.jsonl

        invigil-recorder analyze photo.jpg

        invigil-recorder analyze --audio room.wav --output speech.jsonl

        invigil-recorder analyze session.mp4 --policy stricter.json

        invigil-recorder analyze session.mp4 --reference candidate.jpg

    A policy file may hold a whole policy, or only what differs from the default rules, as
    {"kinds": {"gaze_away": {"onset_s": 1}}}.

    Args:
        video: A video or an image. Its own sound is analysed unless --audio is given.
        audio: A sound file, analysed beside the video or alone.
        reference: A photograph of the candidate, with whom the faces are compared.
        voice: The candidate reading aloud, 5 s or more, with whom the voices are compared.
            Without one it is the first voice that is heard for 8 s.
        policy: Rules in JSON; the default policy's where none are given.
        output: Where to write; standard output where no file is given.
    """
    from recorder.detect.analysis import analyze as room

    return room.analyze(room.Request(video, audio, policy, output, reference, voice))


@app.command
def compare(
    *images: Path,
    pairs: Path | None = None,
    policy: Path | None = None,
    output: Path | None = None,
) -> int:
    """Say whether the faces in two pictures are of one person.

    Writes one JSON object a pair: the pictures, the distance of the faces (0 is the same,
    strangers are at 0.6 to 1), the threshold and whether it is the same person; or, where a
    picture cannot be read or shows no face large enough, "error" with the reason. Of several
    faces the largest is taken, which "note" then says. The exit status is 2 where any pair
    could not be compared.

    A list of pairs is a CSV file of two columns that name pictures, and paths that are not
    absolute count from its folder. A first row may name the columns; where two of them are
    called a and b, they are read wherever they stand.

    For example:

        invigil-recorder compare enrolled.jpg today.jpg

        invigil-recorder compare --pairs pairs.csv --output distances.jsonl

    Args:
        images: Two pictures.
        pairs: A list of pairs, instead.
        policy: Rules in JSON, for the threshold of identity_mismatch; the default policy's
            where none are given.
        output: Where to write; standard output where no file is given.
    """
    from recorder.detect.identity import compare as room

    return room.compare(room.Request(images, pairs, policy, output))


@app.command
def doctor(
    *,
    json: bool = False,
    practice: bool = False,
    server: str | None = None,
    code: str = "",
    camera: str = "device:0",
    microphone: str = "device:0",
    screen: str = "display:all",
    store: Path | None = None,
) -> int:
    """Check whether this computer is ready for a session, and say what to do if not.

    Camera, microphone and screen are opened for a moment; nothing of them is kept or sent.
    With a code the computer is checked against that exam's rules, and some random bytes are
    sent to its server to see how fast that is; the code stays good. The exit status is 0
    where nothing fails and 1 where something does.

    For example:

        invigil-recorder doctor --server https://exams.example.edu

        invigil-recorder doctor --server https://exams.example.edu --code 7K2M-Q4WD-9XTA

        invigil-recorder doctor --practice

        invigil-recorder doctor --json --camera none

    Args:
        json: One JSON object instead of the table.
        practice: Afterwards, 20 seconds as in an exam: what the detectors see and hear.
        server: The institution's server, to see that it is there and has the same time.
        code: The exam's code from the invitation, to check against its rules.
        camera: device:N, file:PATH or none.
        microphone: device:N, file:PATH or none.
        screen: display:all, display:N, file:PATH or none.
        store: Where evidence would be kept.
    """
    from recorder.doctor import command as room
    from recorder.doctor.asked import Asked
    from recorder.logs import log_to_stderr
    from recorder.settings import read_settings

    log_to_stderr()
    settings = read_settings()
    asked = Asked(
        camera=camera,
        microphone=microphone,
        screen=screen,
        server=server or settings.server,
        code=code,
        store=store or settings.store,
        models=settings.models,
        pinned=settings.pinned,
        allow_plain=settings.allow_plain,
    )
    return room.doctor(asked, json=json, practice=practice)


def main() -> None:
    """The console script's way in."""
    if sys.argv[1:2] == [WORKER_ARGUMENT]:
        from recorder.detect.process import worker

        worker.run(sys.argv[2])
        return
    if sys.argv[1:2] == [WATCHDOG_ARGUMENT]:
        from recorder.lockdown import watchdog

        sys.exit(watchdog.main(sys.argv[2:]))
    if sys.argv[1:2] == [TRIAL_ARGUMENT]:
        from recorder.exam import trial

        # Chromium's own threads take their time to end, and nothing here needs them to.
        os._exit(trial.main())
    # Before numpy is imported: the detectors' matrices are small, and more threads would only
    # wait for each other at full speed.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    keep_small()
    try:
        status = app(sys.argv[1:], exit_on_error=True, result_action="return_value")
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
