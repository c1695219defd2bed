"""Headers of the exam: by the epoch's key, with the newest receipt, until the close."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from support.evidence_server import EvidenceServer
from support.recording import BOOT, FakeClock, deliver_all, heartbeat, ids, session_key

from recorder.evidence import contents
from recorder.evidence.exam_headers import ExamHeaders
from recorder.evidence.keys import keep_epoch_key
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter
from shared.encoding import from_base64
from shared.exam_header import MAX_URL_CHARS, ExamHeader, is_signed_for, read_header
from shared.records import Rotate, decode_record
from shared.signed import public_bytes

URL = "https://lms.example.edu/quiz/7"
ROTATE_S = 900
SECONDS = 20.0


@pytest.fixture
def writer(store: EvidenceStore, clock: FakeClock) -> Iterator[EvidenceWriter]:
    keep_epoch_key(store.folder, 0, session_key())
    made = EvidenceWriter(store, session_key(), boot=BOOT, clock=clock, new_id=ids())
    made.start()
    made.open(build={"version": "0"}, models=(), devices={}, consent={})
    assert made.flush(SECONDS)
    yield made
    made.stop(0)


def read(headers: ExamHeaders, key: bytes, url: str = URL) -> ExamHeader:
    value = headers.sign(url)
    assert value is not None
    signed, header = read_header(value)
    assert is_signed_for(signed, header, key, url)
    return header


def test_a_header_says_whose_it_is(writer: EvidenceWriter, clock: FakeClock) -> None:
    header = read(writer.exam_headers("invigil 0.1.0"), public_bytes(session_key()))

    founding = writer.ask(lambda store: store.founding)
    assert header == ExamHeader(
        session=founding.session,
        epoch=0,
        policy=founding.policy.hash,
        build="invigil 0.1.0",
        url=URL,
        anchor=None,
        time=clock.wall,
    )


def test_it_is_anchored_to_the_newest_receipt(
    writer: EvidenceWriter, server: EvidenceServer
) -> None:
    headers = writer.exam_headers("b")
    writer.ask(lambda store: deliver_all(server, store))

    newest = writer.ask(lambda store: store.newest_receipt)
    assert newest is not None
    assert read(headers, public_bytes(session_key())).anchor == newest


def test_after_a_handover_it_is_the_next_epochs(
    writer: EvidenceWriter, clock: FakeClock
) -> None:
    headers = writer.exam_headers("b")
    clock.tick(ROTATE_S)
    writer.submit(heartbeat())
    assert writer.flush(SECONDS)

    lines = writer.ask(lambda store: list(contents.all_records(store)))
    bodies = [decode_record(line.payload).body for line in lines]
    [rotate] = [body for body in bodies if isinstance(body, Rotate)]
    assert read(headers, from_base64(rotate.next.public_key)).epoch == 1


def test_epoch_and_key_belong_together_at_every_moment(
    writer: EvidenceWriter, clock: FakeClock
) -> None:
    headers, seen, done = writer.exam_headers("b"), [], threading.Event()

    def browse() -> None:
        while not done.is_set():
            seen.append(headers.sign(URL))

    thread = threading.Thread(target=browse)
    thread.start()
    for _ in range(5):
        clock.tick(ROTATE_S)
        writer.submit(heartbeat())
        assert writer.flush(SECONDS)
    done.set()
    thread.join(SECONDS)

    lines = writer.ask(lambda store: list(contents.all_records(store)))
    keys = [public_bytes(session_key())] + [
        from_base64(body.next.public_key)
        for body in (decode_record(line.payload).body for line in lines)
        if isinstance(body, Rotate)
    ]
    assert len(keys) == 6
    for value in {value for value in seen if value is not None}:
        signed, header = read_header(value)
        assert is_signed_for(signed, header, keys[header.epoch], URL)


def test_nothing_is_signed_after_the_close(writer: EvidenceWriter) -> None:
    headers = writer.exam_headers("b")
    writer.close("finished")
    assert writer.flush(SECONDS)

    assert headers.sign(URL) is None


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "about:blank", f"https://a.edu/{'x' * MAX_URL_CHARS}"]
)
def test_nothing_is_signed_for_what_is_no_address(writer: EvidenceWriter, url: str) -> None:
    assert writer.exam_headers("x" * 300).sign(url) is None
    assert writer.exam_headers("x" * 300).sign(URL) is not None
