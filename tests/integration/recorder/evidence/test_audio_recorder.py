"""Sound through the real encoders: laid on the timeline, with silence where some is lost."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from support.boxes import box, number
from support.encoding import (
    BLOCK,
    ORIGIN_NS,
    TIMELINE,
    Cut,
    at_ns,
    beats,
    block,
    decode,
    heard,
    push_all,
    tone,
)

from recorder.capture.frames import AudioBlock
from recorder.capture.timeline import SOUND_RATE
from recorder.evidence.audio_recorder import AudioRecorder
from recorder.evidence.encode_audio import AudioEncoder
from recorder.evidence.holes import BACKLOG, ENCODER_FAILED, PAUSED, SOUND_LOST
from recorder.faults import EnvironmentFault
from shared.policy import MicrophoneStream

POLICY = MicrophoneStream()
OPUS, AAC = ("libopus",), ("aac",)
BOTH = pytest.mark.parametrize("codecs", [OPUS, AAC], ids=["opus", "aac"])

# Half of the 80 ms in which sound and picture must stay.
IN_STEP_S = 0.040


def microphone(cut: Cut, codecs=OPUS) -> AudioRecorder:
    return AudioRecorder(POLICY, 4.0, TIMELINE, cut, codecs)


def talk(cut: Cut, start: float, end: float, codecs=OPUS) -> AudioRecorder:
    recorder = microphone(cut, codecs)
    push_all(recorder, [block(at) for at in beats(start, end, 50)])
    return recorder


def clicks(length_s: float, every_s: float) -> np.ndarray:
    """Silence with a short loud burst at each multiple of ``every_s``."""
    samples = np.zeros(round(length_s * SOUND_RATE), np.int16)
    for at in beats(every_s, length_s, 1 / every_s):
        start = round(at * SOUND_RATE)
        samples[start : start + 480] = tone(0, 480, 2000)[: len(samples) - start] * 3
    return samples


@BOTH
def test_segments_close_on_the_grid_and_follow_on_each_other(codecs):
    cut = Cut()
    recorder = talk(cut, 0.5, 12.5, codecs)
    recorder.flush(at_ns(12.5))
    spans = cut.spans()
    assert spans[0][0] == pytest.approx(0.5, abs=0.03)
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert all(abs(start - 4 * n) < 0.02 for n, (start, _) in enumerate(spans[1:], 1))
    assert spans[-1][1] == pytest.approx(12.5, abs=0.06)
    assert spans[-1][1] >= 12.5
    assert all(made.independent for made in cut.fragments)
    assert cut.gaps == []
    assert recorder.counts.kept == 12 * SOUND_RATE


def test_the_init_segment_names_the_codec_and_the_pre_skip():
    cut = Cut()
    talk(cut, 0, 1).flush()
    (init,) = cut.inits
    assert (init.codecs, init.origin_ns) == ("opus", ORIGIN_NS)
    assert number(box(init.data, "moov/trak/mdia/minf/stbl/stsd/Opus/dOps")[2:4]) == 312


def test_aac_stands_in_where_there_is_no_opus():
    cut = Cut()
    talk(cut, 0, 1, ("no-such-encoder", "aac")).flush()
    assert cut.inits[0].codecs == "mp4a.40.2"


def test_without_any_encoder_the_user_is_told():
    with pytest.raises(EnvironmentFault, match="sound"):
        AudioEncoder(14_000, ("no-such-encoder",))


@BOTH
@pytest.mark.parametrize("start", [0.0, 0.003, 1.0, 3.995])
def test_a_click_is_heard_when_it_was_made(codecs, start):
    cut = Cut()
    recorder = microphone(cut, codecs)
    samples = clicks(3.0, 0.5)
    for at in range(0, len(samples), BLOCK):
        recorder.push(block(start + at / SOUND_RATE, samples[at : at + BLOCK]))
    recorder.flush()
    assert heard(decode(cut.file()), lambda size: size > 0.2) == pytest.approx(
        start + 0.5, abs=0.003
    )


@BOTH
def test_any_segment_decodes_on_its_own_at_its_own_time(codecs):
    cut = Cut()
    recorder = microphone(cut, codecs)
    samples = clicks(12.0, 1.5)
    for at in range(0, len(samples), BLOCK):
        recorder.push(block(at / SOUND_RATE, samples[at : at + BLOCK]))
    recorder.flush()
    first = heard(decode(cut.file(since=2)), lambda size: size > 0.2)
    assert first == pytest.approx(9.0, abs=0.003)


@BOTH
def test_the_last_sound_is_not_cut_off(codecs):
    cut = Cut()
    recorder = microphone(cut, codecs)
    push_all(recorder, [block(at, np.zeros(BLOCK, np.int16)) for at in beats(0, 1, 50)])
    recorder.push(block(1.0, tone(0, 500, 2000)))
    recorder.flush()
    decoded = decode(cut.file())
    loud = sum(int(np.sum(np.abs(samples) > 0.05)) for _, samples in decoded)
    assert loud > 350


@BOTH
def test_a_short_loss_becomes_silence_and_a_gap(codecs):
    cut = Cut()
    recorder = microphone(cut, codecs)
    push_all(recorder, [block(at) for at in [*beats(1, 2, 50), *beats(2.5, 5, 50)]])
    recorder.flush(at_ns(5))
    assert cut.gaps == [(2.0, 2.5, SOUND_LOST)]
    spans = cut.spans()
    assert [round(start, 1) for start, _ in spans] == [1, 4]
    assert spans[0][1] == spans[1][0]
    decoded = decode(cut.file())
    quiet = [at for at, samples in decoded if np.abs(samples).max() < 0.01]
    assert quiet
    assert min(quiet) > 2.0
    assert max(quiet) < 2.5


def test_a_long_loss_is_a_hole_and_the_time_after_it_is_right():
    cut = Cut()
    recorder = microphone(cut)
    push_all(recorder, [block(at) for at in beats(0, 2, 50)])
    samples = clicks(2.0, 0.5)
    for at in range(0, len(samples), BLOCK):
        recorder.push(block(20 + at / SOUND_RATE, samples[at : at + BLOCK]))
    recorder.flush(at_ns(22))
    assert cut.gaps == [(2.0, 20.0, SOUND_LOST)]
    assert cut.spans()[1][0] == pytest.approx(20 - 312 / SOUND_RATE)
    assert len(cut.inits) == 1
    later = [one for one in decode(cut.file()) if one[0] > 19]
    assert heard(later, lambda size: size > 0.2) == pytest.approx(20.5, abs=0.003)


def test_a_microphone_that_falls_silent_is_a_gap_whose_end_is_known_later():
    cut = Cut()
    recorder = talk(cut, 0, 2)
    recorder.advance(at_ns(3))
    assert cut.fragments == []
    recorder.advance(at_ns(4.5))
    assert len(cut.fragments) == 1
    push_all(recorder, [block(at) for at in beats(30, 31, 50)])
    assert cut.gaps == [(2.0, 30.0, PAUSED)]
    recorder.flush(at_ns(50))
    assert cut.gaps == [(2.0, 30.0, PAUSED), (31.0, 50.0, PAUSED)]


def test_an_interruption_leaves_the_report_to_the_caller():
    cut = Cut()
    recorder = talk(cut, 0, 2)
    recorder.interrupt()
    push_all(recorder, [block(at) for at in beats(9, 10, 50)])
    recorder.flush(at_ns(10))
    assert cut.gaps == []
    assert len(cut.fragments) == 2


def test_sound_that_goes_on_right_after_an_interruption_does_not_overlap():
    cut = Cut()
    recorder = talk(cut, 0, 2)
    recorder.interrupt()
    push_all(recorder, [block(at) for at in beats(2, 4, 50)])
    recorder.flush()
    spans = cut.spans()
    assert spans[1][0] == spans[0][1]
    assert 0 < recorder.counts.overlapping < 0.04 * SOUND_RATE


def test_sound_that_came_twice_is_left_out_and_counted():
    cut = Cut()
    recorder = talk(cut, 1, 2)
    push_all(recorder, [block(at) for at in beats(1.5, 3, 50)])
    recorder.flush()
    assert recorder.counts.overlapping == SOUND_RATE // 2
    assert recorder.counts.kept == 2 * SOUND_RATE
    assert cut.spans()[-1][1] == pytest.approx(3, abs=0.06)


def test_small_steps_are_left_alone_but_do_not_add_up():
    cut = Cut()
    recorder = microphone(cut)
    # A source that runs 1,000 parts in a million slow and does not correct itself.
    push_all(recorder, [block(at * 1.001) for at in beats(0, 60, 50)])
    recorder.flush()
    assert all(end - start == pytest.approx(0.010, abs=0.002) for start, end, _ in cut.gaps)
    assert len(cut.gaps) in (5, 6)
    end = cut.spans()[-1][1]
    assert end == pytest.approx(60 * 1.001, abs=IN_STEP_S)


def test_a_fast_source_is_held_to_the_clock():
    cut = Cut()
    recorder = microphone(cut)
    push_all(recorder, [block(at * 0.999) for at in beats(0, 60, 50)])
    recorder.flush()
    assert cut.spans()[-1][1] == pytest.approx(60 * 0.999, abs=IN_STEP_S)
    assert recorder.counts.overlapping == pytest.approx(0.06 * SOUND_RATE, abs=500)


@pytest.mark.parametrize("length", [1, 441, 960, 1000, 4800])
def test_blocks_of_any_length(length):
    cut = Cut()
    recorder = microphone(cut)
    for at in range(0, SOUND_RATE, length):
        samples = tone(at / SOUND_RATE, min(length, SOUND_RATE - at))
        recorder.push(block(1 + at / SOUND_RATE, samples))
    recorder.push(block(2.0, np.zeros(0, np.int16)))
    recorder.flush()
    assert recorder.counts.kept == SOUND_RATE
    assert cut.gaps == []


def test_another_epoch_or_rate_is_left_out_and_counted():
    cut = Cut()
    recorder = microphone(cut)
    recorder.push(block(0, epoch=3))
    recorder.push(block(0, rate=44_100))
    recorder.flush()
    assert (recorder.counts.misplaced, cut.made) == (2, [])


def test_another_time_base_means_the_same():
    cut = Cut()
    recorder = microphone(cut)
    for at in beats(2, 3, 50):
        ns = at_ns(at)
        recorder.push(
            AudioBlock(
                "microphone",
                0,
                0,
                round(at * 1e6),
                Fraction(1, 10**6),
                ns,
                SOUND_RATE,
                tone(at, BLOCK),
            )
        )
    recorder.flush()
    assert cut.spans()[0][0] == pytest.approx(2 - 312 / SOUND_RATE)
    assert cut.gaps == []


def test_what_was_missed_on_the_way_is_reported_once():
    cut = Cut()
    recorder = talk(cut, 0, 2)
    recorder.thin(2)
    recorder.missed(at_ns(2), at_ns(3), BACKLOG)
    push_all(recorder, [block(at) for at in beats(3, 4, 50)])
    recorder.flush()
    assert cut.gaps == [(2.0, 3.0, BACKLOG)]


def test_the_rate_holds():
    cut = Cut()
    rng = np.random.default_rng(2)
    recorder = microphone(cut)
    for at in beats(0, 30, 50):
        samples = (tone(at, BLOCK) * 0.5 + rng.normal(0, 2000, BLOCK)).astype(np.int16)
        recorder.push(block(at, samples))
    recorder.flush()
    bits = 8 * sum(len(made.data) for made in cut.segments)
    assert 6_000 < bits / 30 < POLICY.kbit_s * 1000


class Failing(AudioEncoder):
    """An encoder that breaks when told to."""

    breaks: tuple[str, ...] = ()

    def __init__(self, *values):
        if "open" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        super().__init__(*values)

    def encode(self, *values):
        if "encode" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        return super().encode(*values)

    def drain(self):
        if "drain" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        return super().drain()


@pytest.fixture
def failing(monkeypatch) -> type[Failing]:
    monkeypatch.setattr("recorder.evidence.audio_recorder.AudioEncoder", Failing)
    monkeypatch.setattr(Failing, "breaks", ())
    return Failing


def test_a_failing_encoder_costs_a_second(failing):
    cut = Cut()
    recorder = talk(cut, 0, 2)
    failing.breaks = ("encode",)
    recorder.push(block(2.0))
    failing.breaks = ()
    push_all(recorder, [block(at) for at in beats(2.02, 5, 50)])
    recorder.flush()
    ((start, end, reason),) = cut.gaps
    assert reason == ENCODER_FAILED
    assert start == pytest.approx(2.0, abs=0.03)
    assert end == pytest.approx(3.0, abs=0.03)
    decode(cut.file())


def test_an_encoder_that_never_opens_is_one_gap(failing):
    failing.breaks = ("open",)
    cut = Cut()
    recorder = talk(cut, 0, 5)
    recorder.flush(at_ns(5))
    assert (cut.segments, cut.gaps) == ([], [(0.0, 5.0, ENCODER_FAILED)])


def test_what_cannot_be_drained_is_a_gap(failing):
    cut = Cut()
    recorder = talk(cut, 0, 2)
    failing.breaks = ("drain",)
    recorder.flush(at_ns(3))
    ((start, end, reason),) = cut.gaps
    assert (end, reason) == (3.0, ENCODER_FAILED)
    assert start == pytest.approx(2.0, abs=0.03)
    assert cut.spans()[0][1] == pytest.approx(2, abs=0.03)
