"""Sound to packets: Opus by libopus, or AAC where the media libraries have no libopus."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.codec import UnknownCodecError
from av.codec.context import Flags
from numpy.typing import NDArray

from recorder.capture.timeline import SOUND_RATE, SOUND_TIME_BASE
from recorder.evidence.cmaf import AacTrack, OpusTrack
from recorder.faults import EnvironmentFault
from shared.policy import MicrophoneStream

SoundCodec = Literal["libopus", "aac"]

PREFERRED: tuple[SoundCodec, ...] = ("libopus", "aac")

# libopus: tuned for speech, one packet in 20 ms. No discontinuous transmission: it would
# put comfort noise where it hears no voice, and a whisper is what a reviewer listens for.
_OPUS = {"application": "voip", "frame_duration": "20", "vbr": "on"}

# Priming samples of libavcodec's AAC encoder: one frame.
_AAC_PRIMING = 1024

# Bytes of a fragment around its packets, and of each packet's row in it (``cmaf``).
_FRAGMENT_BYTES = 120
_PACKET_BYTES = 4

# Opus' least for speech that can be understood (RFC 6716, 2.1.1).
_MIN_BIT_S = 6_000


def packet_bit_s(policy: MicrophoneStream, segment_s: float) -> int:
    """What of the policy's rate is left for packets when the container has its share."""
    packets_s = SOUND_RATE / 960
    container = (_FRAGMENT_BYTES / segment_s + _PACKET_BYTES * packets_s) * 8
    return max(_MIN_BIT_S, int(policy.kbit_s * 1000 - container))


class CodedSound(NamedTuple):
    """A packet; its first decoded sample belongs at ``pts`` (1/48,000 s)."""

    data: bytes
    pts: int


class AudioEncoder:
    """One run of 48 kHz sound, one channel; each packet decodes to ``frame`` samples.

    What a decoder gives lies ``delay`` samples behind what went in (the codec's look-ahead),
    so packets are stamped that much earlier: a player that knows nothing of it, and one
    that drops the first samples as the init segment says, both play each sound on time.
    """

    def __init__(self, bit_s: int, codecs: Sequence[SoundCodec] = PREFERRED) -> None:
        """Open the first of ``codecs`` that there is.

        Raises:
            EnvironmentFault: there is none.
            FFmpegError: the encoder does not open.
        """
        self._context = context = _create(codecs)
        context.sample_rate = SOUND_RATE
        context.layout = "mono"
        context.format = "s16" if context.name == "libopus" else "fltp"
        context.bit_rate = bit_s
        context.time_base = SOUND_TIME_BASE
        context.flags |= Flags.global_header
        context.options = dict(_OPUS) if context.name == "libopus" else {}
        context.open()
        config = context.extradata or b""
        self.track: OpusTrack | AacTrack
        if context.name == "libopus":
            # RFC 7845, 5.1: the pre-skip stands at byte 10 of the identification header.
            self.delay = int.from_bytes(config[10:12], "little")
            self.track = OpusTrack(self.delay)
        else:
            self.delay = _AAC_PRIMING
            self.track = AacTrack(SOUND_RATE, bytes(config))
        self.frame = context.frame_size
        self._inside: deque[int] = deque()
        self._next = 0

    def encode(self, samples: NDArray[np.int16], pts: int) -> list[CodedSound]:
        """Encode ``frame`` samples, (frame,) int16, of which the first is at ``pts``."""
        shaped = samples.reshape(1, -1)
        if self._context.name != "libopus":
            shaped = shaped.astype(np.float32) / 32_768
        kind = "s16" if self._context.name == "libopus" else "fltp"
        frame = av.AudioFrame.from_ndarray(shaped, format=kind, layout="mono")
        frame.sample_rate = SOUND_RATE
        frame.pts = pts
        frame.time_base = Fraction(1, SOUND_RATE)
        self._inside.append(pts - self.delay)
        return [self._coded(packet) for packet in self._context.encode(frame)]

    def drain(self) -> list[CodedSound]:
        """Give the last samples, which lie behind by ``delay``; nothing is taken afterwards."""
        return [self._coded(packet) for packet in self._context.encode(None)]

    def _coded(self, packet: av.Packet) -> CodedSound:
        """Packets come in the order of the frames; draining gives more, one after another."""
        pts = self._inside.popleft() if self._inside else self._next
        self._next = pts + self.frame
        return CodedSound(bytes(packet), pts)


def _create(codecs: Sequence[SoundCodec]) -> AudioCodecContext:
    for name in codecs:
        try:
            return av.CodecContext.create(name, "w")
        except UnknownCodecError:
            continue
    raise EnvironmentFault(
        "This copy of Invigil cannot encode sound: its Opus and AAC encoders are missing.",
        "Install Invigil again from your institution's installer.",
    )
