"""The encoders of one recording: a thread a stream, as the policy wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.timeline import Timeline
from recorder.evidence.audio_recorder import AudioRecorder
from recorder.evidence.encode_audio import AudioEncoder, packet_bit_s
from recorder.evidence.encode_video import VideoEncoder, camera_settings, screen_settings
from recorder.evidence.encoder_thread import Bound, Economy, EncoderThread
from recorder.evidence.fragments import Emit
from recorder.evidence.room import CAMERA_SHARE, SCREEN_SHARE, Step
from recorder.evidence.video_recorder import VideoRecorder
from recorder.sleeps import Slept, never
from shared.policy import Streams

MIB = 2**20

# What may wait to be encoded. Camera: 3 s at 640×480 and 10 a second. Screen: 8 pictures
# of 1080p. Sound: 10 s, since it cannot be thinned and weighs nothing; coded 0.2 s at a time.
CAMERA_BOUND = Bound(items=60, bytes=28 * MIB)
SCREEN_BOUND = Bound(items=20, bytes=48 * MIB)
MICROPHONE_BOUND = Bound(items=500, bytes=MIB, wake=10)


# What the steps of a short disk mean. A camera every fifth of a second still shows where a
# face looks; a screen once a second still shows every page that anyone can read.
THIN_CAMERA = Economy(divisor=2, share=CAMERA_SHARE)
THIN_SCREEN = Economy(divisor=5, share=SCREEN_SHARE)


def camera_encoder(
    streams: Streams,
    timeline: Timeline,
    emit: Emit,
    clock: Callable[[], int],
    slept: Slept = never,
) -> EncoderThread[Frame]:
    """Encodes the camera; not started yet."""
    settings = camera_settings(streams.camera, streams.segment_s)
    recorder = VideoRecorder(settings, streams.segment_s, timeline, emit)
    return EncoderThread("camera", recorder, CAMERA_BOUND, emit, clock, slept)


def screen_encoder(
    streams: Streams,
    timeline: Timeline,
    emit: Emit,
    clock: Callable[[], int],
    slept: Slept = never,
) -> EncoderThread[Frame]:
    """Encodes the screen; not started yet."""
    settings = screen_settings(streams.screen, streams.segment_s)
    recorder = VideoRecorder(settings, streams.segment_s, timeline, emit)
    return EncoderThread("screen", recorder, SCREEN_BOUND, emit, clock, slept)


def microphone_encoder(
    streams: Streams,
    timeline: Timeline,
    emit: Emit,
    clock: Callable[[], int],
    slept: Slept = never,
) -> EncoderThread[AudioBlock]:
    """Encodes the microphone; not started yet."""
    recorder = AudioRecorder(streams.microphone, streams.segment_s, timeline, emit)
    return EncoderThread("microphone", recorder, MICROPHONE_BOUND, emit, clock, slept)


_ENCODERS: dict[
    StreamName,
    Callable[[Streams, Timeline, Emit, Callable[[], int], Slept], EncoderThread[Any]],
] = {
    "camera": camera_encoder,
    "microphone": microphone_encoder,
    "screen": screen_encoder,
}


def start_encoders(
    streams: Streams,
    which: Iterable[StreamName],
    timeline: Timeline,
    emit: Emit,
    clock: Callable[[], int],
    slept: Slept = never,
) -> dict[StreamName, EncoderThread[Any]]:
    """Start an encoder for each stream.

    Args:
        streams: the policy's.
        which: the streams that there are.
        timeline: the epoch; items of another are left out and counted.
        emit: takes segments and gaps, from several threads.
        clock: the evidence clock, nanoseconds.
        slept: whether the computer slept between two of its stamps.

    Raises:
        EnvironmentFault: this installation lacks an encoder; nothing was started.
    """
    check_encoders(streams)
    encoders: dict[StreamName, EncoderThread[Any]] = {
        stream: _ENCODERS[stream](streams, timeline, emit, clock, slept) for stream in which
    }
    for encoder in encoders.values():
        encoder.start()
    return encoders


def economise(encoders: Mapping[StreamName, EncoderThread[Any]], step: Step) -> None:
    """Have the encoders make as little as a step asks for, or all again."""
    for stream, encoder in encoders.items():
        match stream:
            case "camera" if step >= Step.CAMERA_THINNED:
                encoder.economise(THIN_CAMERA)
            case "screen" if step >= Step.SCREEN_THINNED:
                encoder.economise(THIN_SCREEN)
            case _:
                encoder.economise(Economy())


def check_encoders(streams: Streams) -> None:
    """Open each kind of encoder once, so that a missing one is known before the exam.

    Raises:
        EnvironmentFault: one is missing.
    """
    VideoEncoder(camera_settings(streams.camera, streams.segment_s), 640, 480)
    AudioEncoder(packet_bit_s(streams.microphone, streams.segment_s))
