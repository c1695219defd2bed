"""The real app, the real server and a keyboard: an exam in the browser, on a locked machine."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo.programs import BIN, Programs, records_in
from skimage import data
from support.candidate import Candidate, candidate, sign
from support.desk import Desk, changed, desk
from support.exam_site import Site, serving
from support.filmed_face import film_faces
from support.waiting import until

from shared.records import Close, Incident, Phase, Resume
from shared.signed import Domain, fingerprint, holds, parse_line, read_key
from shared.verify import verify_bundle

EXAM = "Demonstration exam"

# What a browser paints links in that nobody has followed (HTML, 15.3.4): the exam's page has
# them, and nothing else on the desk does.
LINK_BLUE = (0, 0, 238)

# The machine is given back, or a recording is at the server; on a busy machine.
SOON_S = 30.0

# Quitting is done and the machine given back within this time (seconds); how many times that a
# busy machine may take. Whoever waits for a window that no longer answers takes ten seconds.
QUIT_S = 2.0
BUSY = 4.5

ENFORCED = (
    *("full_screen", "on_top", "keys", "clipboard", "windows", "displays"),
    *("screen_capture", "sleep", "notifications"),
)
TERMS = {
    "lockdown": dict.fromkeys(ENFORCED, "enforce"),
    "breaks": {"count": 1, "longest_s": 600},
    "streams": {"microphone": {"enabled": False}},
    "kinds": {"speech": {"enabled": False}, "second_voice": {"enabled": False}},
    "identity": {"voice": False},
}


@dataclass(frozen=True)
class Hall:
    """Where exams are sat: a server, the exam's site and another one, a desk, a film."""

    programs: Programs
    desk: Desk
    site: Site
    other: Site
    film: Path

    @property
    def site_beside(self) -> str:
        """The other site as the exam's page names it."""
        return self.other.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    film = film_faces(folder / "one.mp4", [(data.astronaut(), 6.0)])
    programs = Programs(folder)
    with serving() as other, serving(other.url.replace("127.0.0.1", "localhost")) as site:
        demo = programs.demo()
        sign(
            programs,
            demo["exam"],
            surface={"kind": "browser", "start": f"{site.url}/"},
            **TERMS,
        )
        with desk(folder / "desk", "1280x800x24") as one, programs.server():
            yield Hall(programs, one, site, other, film)


def to_the_exam(one: Candidate) -> None:
    """From the link to the exam's page, with the keyboard alone."""
    one.reach("Code")
    one.reach("Consent", "Return")
    one.press("space")
    one.reach("Check", "Return")
    one.reach("Identity", "alt+s")
    one.press("Return")
    one.reach("Calibration", "alt+o")
    one.reach("Waiting room", "alt+l")
    one.reach(EXAM, "alt+r")
    sits(one)


def sits(one: Candidate) -> None:
    """The exam's page is there, and the machine is held."""
    until(lambda: one.shows(LINK_BLUE), "the exam's page", SOON_S)
    until(lambda: is_held(one.desk), "the lockdown", SOON_S)


def is_held(desk: Desk) -> bool:
    now = desk.machine()
    return not now.keys_free and not now.clipboard and not now.saver[0] and bool(now.journals)


def is_above(desk: Desk) -> bool:
    """Whether the window in front stays above others, which is done last."""
    active, states, above = (
        desk.x.intern_atom(name)
        for name in ("_NET_ACTIVE_WINDOW", "_NET_WM_STATE", "_NET_WM_STATE_ABOVE")
    )
    found = desk.x.screen().root.get_full_property(active, 0)
    if found is None or not found.value[0]:
        return False
    window = desk.x.create_resource_object("window", found.value[0])
    told = window.get_full_property(states, 0)
    return told is not None and above in told.value


def hand_in(one: Candidate) -> None:
    one.press_for(lambda: one.title() != EXAM, "the end", "alt+f", "alt+f")
    one.reach("Delivered")


def is_as(desk: Desk, before: object) -> Callable[[], bool]:
    return lambda: desk.machine() == before


def session_in(home: Path) -> str:
    (store,) = (home / "recorder").glob("*/evidence.db")
    return store.parent.name


def test_the_whole_way_by_keyboard(hall: Hall, tmp_path: Path) -> None:
    hall.desk.shuffle(random.Random(5))
    before, demo = hall.desk.machine(), hall.programs.demo()
    with candidate(hall.programs, hall.desk, tmp_path, hall.film, demo["link"]) as one:
        to_the_exam(one)
        one.press("Tab", "4", "2", "Tab", "Tab", "Return")  # an answer, and out by a link
        one.press("alt+m")
        away = lambda: not one.shows(LINK_BLUE)  # noqa: E731
        one.press_for(away, "the page put away in a break", "alt+b")
        one.press_for(lambda: not away(), "the page as it was", "alt+b")
        hand_in(one)
        until(is_as(hall.desk, before), f"{changed(before, hall.desk.machine())}", SOON_S)
        one.reach("Save the receipt", "alt+r")
        one.reach("Delivered", "Return")
        documents = tmp_path / "Documents"
        until(lambda: bool(list(documents.glob("*.json"))), "a receipt", SOON_S)
        one.reach("Save the receipt", "alt+r")
        # The system's own dialog is in nobody's way.
        hall.desk.type("search", "--name", "Delivered", "windowactivate", "--sync")
        one.press_for(lambda: not one.alive, "the end beside a dialog", "ctrl+q")
        assert one.process.wait(SOON_S) == 0, one.said
    assert hall.site.paths().count("/") == 1  # it was not loaded anew
    assert "Traceback" not in one.said
    assert "/link" not in hall.other.paths()
    (receipt,) = documents.iterdir()
    proves_delivery(json.loads(receipt.read_text()), demo["key"])
    session = session_in(tmp_path)
    bundle = hall.programs.export(session)
    assert verify_bundle(bundle, demo["key"]).holds
    bodies = [record.body for record in records_in(bundle)]
    names = [body.name for body in bodies if isinstance(body, Phase)]
    assert names == ["preparing", "waiting", "exam", "break", "exam", "handed_in"]
    tried = {
        event["address"]
        for body in bodies
        if isinstance(body, Incident) and body.kind == "blocked_address"
        for event in body.detail["events"]
    }
    # With the address, and not with what its query and fragment say.
    assert tried == {f"{hall.site_beside}/link"}


def proves_delivery(told: dict[str, str], key: str) -> None:
    """The institution has signed for everything."""
    institution = read_key(told["institution_key"])
    receipt = parse_line(told["receipt"].encode())
    assert fingerprint(institution) == key
    assert holds(receipt, Domain.RECEIPT, institution)
    signed = json.loads(receipt.payload)
    assert signed["missing"] == []
    assert (signed["session"], signed["size"]) == (told["session"], told["records_made"])
    assert told["complete"] is True


def test_killed_in_the_exam_it_gives_the_machine_back_and_goes_on(
    hall: Hall, tmp_path: Path
) -> None:
    hall.desk.shuffle(random.Random(6))
    before, demo = hall.desk.machine(), hall.programs.demo()
    hall.site.asked.clear()
    with candidate(hall.programs, hall.desk, tmp_path, hall.film, demo["link"]) as one:
        to_the_exam(one)
        one.kill()
        until(is_as(hall.desk, before), f"{changed(before, hall.desk.machine())}", SOON_S)
    with candidate(hall.programs, hall.desk, tmp_path, hall.film) as one:
        one.reach("Code")
        one.reach("Check", "alt+r")
        one.reach(EXAM, "alt+s")
        sits(one)
        assert hall.site.paths().count("/") == 2
        hand_in(one)
        one.press("alt+c")
        assert one.process.wait(SOON_S) == 0, one.said
    assert hall.desk.machine() == before
    bundle = hall.programs.export(session_in(tmp_path))
    assert verify_bundle(bundle, demo["key"]).holds
    bodies = [record.body for record in records_in(bundle)]
    assert sum(isinstance(body, Resume) for body in bodies) == 1
    assert [body.name for body in bodies if isinstance(body, Phase)][-1] == "handed_in"


def test_quitting_is_asked_once_and_obeyed(hall: Hall, tmp_path: Path) -> None:
    hall.desk.shuffle(random.Random(7))
    before, demo = hall.desk.machine(), hall.programs.demo()
    with candidate(hall.programs, hall.desk, tmp_path, hall.film, demo["link"]) as one:
        to_the_exam(one)
        one.press("ctrl+q")
        assert one.title() == EXAM
        begun = time.monotonic()
        gone = "the end of its window"
        one.press_for(lambda: not (one.alive and one.title()), gone, "ctrl+q")
        quit_in_time(begun, "no window after the answer")
        assert one.process.wait(SOON_S) == 0, one.said
    assert hall.desk.machine() == before
    command = [str(BIN / "invigil-recorder"), "evidence", "upload"]
    subprocess.run([*command, "--store", str(tmp_path / "recorder")], check=True, timeout=60)
    bundle = hall.programs.export(session_in(tmp_path))
    assert verify_bundle(bundle, demo["key"]).holds
    last = records_in(bundle)[-1].body
    assert isinstance(last, Close)
    assert last.reason == "quit"


def test_a_signal_ends_it_and_gives_the_machine_back(hall: Hall, tmp_path: Path) -> None:
    """As logging out does: the exam's window, which is held too, answers nobody any more."""
    hall.desk.shuffle(random.Random(8))
    before, demo = hall.desk.machine(), hall.programs.demo()
    with candidate(hall.programs, hall.desk, tmp_path, hall.film, demo["link"]) as one:
        to_the_exam(one)
        until(lambda: is_above(hall.desk), "the last step of the lockdown", SOON_S)
        begun = time.monotonic()
        one.process.send_signal(signal.SIGTERM)
        until(is_as(hall.desk, before), f"{changed(before, hall.desk.machine())}", SOON_S)
        quit_in_time(begun, "the machine as before after the signal")
        assert one.process.wait(SOON_S) == 0, one.said
    assert "Traceback" not in one.said


def quit_in_time(begun: float, what: str) -> None:
    """Say how long it took, and fail where not even a busy machine takes so long."""
    took = time.monotonic() - begun
    print(f"{what}: {took:.2f} s")
    assert took < BUSY * QUIT_S, what
