"""1.6 s of speech to 256 numbers that are alike for one voice: a d-vector, in numpy.

The network is Resemblyzer's (Jemine, 2019), trained on 1,800 and more English speakers with
the loss of Wan et al., *Generalized end-to-end loss for speaker verification* (ICASSP 2018):
three LSTM layers of 256 over the mel powers of 160 frames; the last state, through a linear
layer and a rectifier, on the unit sphere. Its own code would bring PyTorch (200 MB); an ONNX
runtime would be quicker, and take 40 MB more. This takes 6 MB and about 15 ms.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from recorder.detect.models.manifest import checked_path
from recorder.detect.voice.mel import mel_power, samples_for
from recorder.detect.voice.voice_weights import NotWeights, Weights, read_weights
from recorder.faults import EnvironmentFault

MODEL = "voice-encoder"

# A partial: what the network was trained on, and what one embedding is made from.
PARTIAL_FRAMES = 160
PARTIAL_SAMPLES = samples_for(PARTIAL_FRAMES)

EMBEDDING = 256
_LAYERS = 3
_UNITS = 256

# The mean power that speech is brought to: -30 dBFS, as in training.
_POWER = 1e-3

# Steady noise is taken off the powers twice over: once leaves peaks that sound like another
# voice (over-subtraction; Berouti, Schwartz and Makhoul, ICASSP 1979). At 10 dB it brings a
# voice's likeness to itself from .67 back to .82.
_OVER_SUBTRACTION = 2.0

Embedding = NDArray[np.float32]


class VoiceEncoder:
    """The network, ready to run.

    Args:
        weights: as :func:`read_weights` gives them.

    Raises:
        NotWeights: they are not of this network.
    """

    def __init__(self, weights: Weights) -> None:
        try:
            self._layers = [_Layer(weights, number) for number in range(_LAYERS)]
            self._out = np.ascontiguousarray(weights["linear.weight"].T)
            self._bias = weights["linear.bias"]
        except (KeyError, IndexError, ValueError) as error:
            raise NotWeights(f"not the weights of the voice encoder: {error}") from error
        if self._out.shape != (_UNITS, EMBEDDING):
            raise NotWeights("not the weights of the voice encoder: another size")

    def embed(
        self, sound: NDArray[np.int16], noise: NDArray[np.float32] | None = None
    ) -> Embedding:
        """The embedding, of length 1, of one partial.

        Args:
            sound: ``PARTIAL_SAMPLES`` at 16 kHz.
            noise: the mean mel powers (40) of the room without speech, to be taken off.
        """
        heard = sound.astype(np.float32) / 32768
        heard -= heard.mean()
        mel = mel_power(heard)
        if noise is not None:
            mel = np.maximum(mel - _OVER_SUBTRACTION * noise, 0)
        return self.embed_mel(mel * (_POWER / max(float(np.mean(heard**2)), 1e-12)))

    def embed_mel(self, mel: NDArray[np.float32]) -> Embedding:
        """The embedding of (frames, 40) mel powers of a voice at -30 dBFS."""
        states = np.ascontiguousarray(mel, np.float32)
        for layer in self._layers:
            states = layer.run(states)
        found = np.maximum(states[-1] @ self._out + self._bias, 0)
        return found / max(float(np.linalg.norm(found)), 1e-12)


class _Layer:
    """One LSTM layer (Hochreiter and Schmidhuber, 1997; PyTorch's order of gates i, f, g, o).

    The gates lie in the order i, f, o, g and the first three at half their scale, so that one
    tanh serves all: sigmoid(x) = tanh(x / 2) / 2 + 1/2.
    """

    def __init__(self, weights: Weights, number: int) -> None:
        order = np.r_[0 : 2 * _UNITS, 3 * _UNITS : 4 * _UNITS, 2 * _UNITS : 3 * _UNITS]
        scale = np.ones(4 * _UNITS, np.float32)
        scale[: 3 * _UNITS] = 0.5

        def ordered(name: str) -> NDArray[np.float32]:
            found = weights[f"lstm.{name}_l{number}"][order]
            return (found.T * scale).astype(np.float32)

        self._from_input = np.ascontiguousarray(ordered("weight_ih"))
        self._from_state = np.ascontiguousarray(ordered("weight_hh"))
        self._bias = ordered("bias_ih") + ordered("bias_hh")

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, n) to the states after each frame, (frames, 256)."""
        driven = inputs @ self._from_input + self._bias
        states = np.empty((len(inputs), _UNITS), np.float32)
        state, cell = np.zeros(_UNITS, np.float32), np.zeros(_UNITS, np.float32)
        gates = np.empty(4 * _UNITS, np.float32)
        opened, candidate = gates[: 3 * _UNITS], gates[3 * _UNITS :]
        let_in, kept, shown = opened.reshape(3, _UNITS)
        for frame, drive in enumerate(driven):
            np.dot(state, self._from_state, out=gates)
            gates += drive
            np.tanh(gates, out=gates)
            opened *= 0.5
            opened += 0.5
            cell *= kept
            cell += let_in * candidate
            state = np.tanh(cell, out=states[frame])
            state *= shown
        return states


@cache
def voice_encoder() -> VoiceEncoder:
    """The packaged encoder, read when first asked for (50 ms) after its hash was checked.

    Raises:
        EnvironmentFault: its file is missing, or is not the one this release was tested with.
    """
    path = checked_path(MODEL)
    try:
        return VoiceEncoder(read_weights(path))
    except (NotWeights, OSError) as error:
        raise EnvironmentFault(
            f"The {MODEL} cannot be used ({error}).", "Install Invigil again."
        ) from error
