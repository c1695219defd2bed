from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from recorder.doctor import upload
from recorder.doctor.asked import assumed_policy
from recorder.doctor.finding import State
from recorder.doctor.upload import Measured, judge_upload, measure, needed_kbit_s
from recorder.faults import EnvironmentFault
from recorder.sync.transport import Transport
from shared.wire import CODE_HEADER, MAX_SPEED_BYTES, SPEED_PATH

SERVER = "https://exams.example.edu"


class Line:
    """A way to a server with a speed and a delay; its clock is the test's."""

    def __init__(self, kbit_s: float, delay_s: float) -> None:
        self.now = 0.0
        self.kbit_s, self.delay_s = kbit_s, delay_s
        self.bodies: list[int] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", SPEED_PATH)
        assert request.headers[CODE_HEADER] == "ABCD"
        self.bodies.append(len(request.content))
        self.now += self.delay_s + len(request.content) * 8 / 1000 / self.kbit_s
        return httpx.Response(200, json={"bytes": len(request.content)})

    def measured(self) -> Measured:
        transport = Transport(SERVER, adapter=httpx.MockTransport(self.handle))
        return measure(transport, "ABCD", monotonic=lambda: self.now, noise=bytes)


@pytest.mark.parametrize("kbit_s", [50.0, 800.0, 5_000.0, 100_000.0])
@pytest.mark.parametrize("delay_s", [0.01, 0.6])
def test_the_speed_is_the_line_s_whatever_its_delay(kbit_s: float, delay_s: float) -> None:
    line = Line(kbit_s, delay_s)
    measured = line.measured()
    assert measured.kbit_s == pytest.approx(kbit_s, rel=0.05)
    assert measured.sent == sum(line.bodies) <= 2 * MAX_SPEED_BYTES
    assert line.now < 8 + 5 * delay_s


def test_nobody_is_held_up_by_a_slow_line() -> None:
    needed = needed_kbit_s(assumed_policy())
    assert 138 < needed < 250  # the streams' 138 kbit/s, and what is around them
    states = [
        judge_upload(Measured(needed * factor, 1_000_000), needed).state
        for factor in (0.1, 1.2, 3.0)
    ]
    assert states == [State.ATTENTION, State.ATTENTION, State.OK]
    assert upload.too_slow().state is State.ATTENTION
    assert "Nothing is lost" in str(upload.too_slow().remedy)


def answers() -> Iterator[httpx.Response | Exception]:
    yield httpx.ConnectError("refused")
    yield httpx.Response(429, json={})
    yield httpx.Response(404, json={})


@pytest.mark.parametrize("answer", list(answers()))
def test_what_goes_wrong_is_said(answer: httpx.Response | Exception) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    adapter = httpx.MockTransport(handle)
    with pytest.raises(EnvironmentFault):
        measure(Transport(SERVER, adapter=adapter), "ABCD")
    finding = upload.check_upload(SERVER, "ABCD", assumed_policy(), adapter=adapter)
    assert finding.state is State.ATTENTION
    assert finding.remedy
    bad = upload.check_upload("ftp://x", "ABCD", assumed_policy())
    assert bad.state is State.ATTENTION
