"""Rooms without speech: noises of a known kind and any length, at 16 kHz, of power 1."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import numpy as np
from accuracy.spoken import RATE, Sound
from numpy.typing import NDArray

PATIENCE_S = 60

Make = Callable[[float, np.random.Generator], NDArray[np.float64]]


def noise(name: str, seconds: float, seed: int) -> Sound:
    """``seconds`` of a noise of ``NOISES``, mean power 1; the same for the same seed."""
    made = NOISES[name](seconds, np.random.default_rng([seed, *name.encode()]))
    made = made - made.mean()
    return (made / np.sqrt(np.mean(made**2))).astype(np.float32)


def _sox(colour: str) -> Make:
    def make(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
        """Sox repeats its noise from run to run, so each seed takes it from elsewhere."""
        skip = float(dice.uniform(0, 20))
        command = ["sox", "-n", "-r", str(RATE), "-c", "1", "-t", "f32", "-"]
        command += ["synth", str(seconds + skip), colour, "trim", str(skip), str(seconds)]
        done = subprocess.run(command, check=True, timeout=PATIENCE_S, capture_output=True)
        return np.frombuffer(done.stdout, np.float32)[: _samples(seconds)].astype(np.float64)

    return make


def _hum(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """Mains: 50 Hz and its harmonics."""
    at = _times(seconds)
    parts = [
        np.sin(2 * np.pi * 50 * k * at + dice.uniform(0, 2 * np.pi)) / k for k in range(1, 20)
    ]
    return np.sum(parts, axis=0) + 0.02 * dice.standard_normal(len(at))


def _fan(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """A computer's fan: air (pink-like), and a whine at the blades' rate that wavers."""
    at = _times(seconds)
    air = _shaped(dice.standard_normal(len(at)), lambda f: 1 / np.sqrt(1 + (f / 300) ** 2))
    blades = dice.uniform(180, 320) * (1 + 0.01 * np.sin(2 * np.pi * 0.3 * at))
    turns = np.cumsum(blades) / RATE
    whine = np.sum([np.sin(2 * np.pi * k * turns) / k for k in (1, 2, 3)], axis=0)
    return air / air.std() + 0.5 * whine


def _keyboard(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """Typing: about six strokes a second, each a press and a softer release, in bursts."""
    sound = 1e-3 * dice.standard_normal(_samples(seconds))
    at = 0.0
    while at < seconds - 0.2:
        for later, strength in ((0.0, 1.0), (dice.uniform(0.06, 0.12), 0.4)):
            _add(sound, at + later, strength * dice.uniform(0.5, 1.0) * _click(dice))
        at += dice.exponential(2.0) if dice.random() < 0.05 else dice.gamma(4, 0.16 / 4)
    return sound


def _click(dice: np.random.Generator) -> NDArray[np.float64]:
    """A key's stroke: some 8 ms of noise around 2 to 5 kHz over the case's thud."""
    at = _times(0.05)
    ring = np.sin(2 * np.pi * dice.uniform(2000, 5000) * at) * np.exp(-at / 0.004)
    thud = np.sin(2 * np.pi * dice.uniform(120, 300) * at) * np.exp(-at / 0.012)
    return ring + dice.standard_normal(len(at)) * np.exp(-at / 0.003) + 0.6 * thud


def _music(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """Chords of plucked and of held notes and a drum, 100 beats a minute, without song."""
    sound = np.zeros(_samples(seconds))
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12)
    for beat, at in enumerate(np.arange(0, seconds - 1.3, 0.6)):
        root = int(dice.integers(0, 6))
        for step in (0, 2, 4):
            _add(sound, at, 0.4 * _note(scale[(root + step) % 10], 1.2, dice))
        _add(sound, at + 0.3 * dice.integers(0, 2), _note(2 * scale[root], 0.5, dice))
        if beat % 2 == 0:
            hit = _times(0.2)
            _add(sound, at, 2 * np.sin(2 * np.pi * 60 * hit) * np.exp(-hit / 0.06))
    return sound + 1e-3 * dice.standard_normal(len(sound))


def _note(hertz: float, seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    at = _times(seconds)
    fade = np.minimum(1, at / 0.01) * np.exp(-at / dice.uniform(0.2, 0.8))
    tones = [np.sin(2 * np.pi * hertz * k * at) / k**1.5 for k in range(1, 8)]
    return fade * np.sum(tones, axis=0)


def _coughs(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """One to three coughs every few seconds: a burst, 0.2 s of breathy noise through a
    throat's resonances, and half of them with a voiced end."""
    sound = 1e-3 * dice.standard_normal(_samples(seconds))
    at = float(dice.uniform(0.5, 2))
    while at < seconds - 2:
        for _ in range(int(dice.integers(1, 4))):
            _add(sound, at, _cough(dice))
            at += dice.uniform(0.35, 0.55)
        at += dice.uniform(2, 6)
    return sound


def _cough(dice: np.random.Generator) -> NDArray[np.float64]:
    at = _times(0.35)
    breath = dice.standard_normal(len(at))
    if dice.random() < 0.5:
        pulses = np.sin(2 * np.pi * dice.uniform(120, 260) * at) > 0.95
        breath += 4 * pulses * (at > 0.15)
    throat = np.array([dice.uniform(500, 800), dice.uniform(1200, 1700), 2600])
    width = np.array([150, 250, 400])
    breath = _shaped(
        breath, lambda f: 0.1 + np.exp(-(((f[:, None] - throat) / width) ** 2)).sum(1)
    )
    return breath * np.minimum(1, at / 0.01) * np.exp(-at / 0.09)


def _babble(seconds: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """Ten people at once, next door: speech, though nobody's in particular."""
    from accuracy.spoken import CHOOSING, sentences, spoken

    sound = np.zeros(_samples(seconds))
    for _ in range(10):
        at = -float(dice.uniform(0, 3))
        while at < seconds:
            voice = CHOOSING[int(dice.integers(len(CHOOSING)))]
            said = spoken(voice, sentences(voice)[int(dice.integers(4))]).astype(np.float64)
            _add(sound, at, said)
            at += len(said) / RATE
    return sound


def _shaped(
    sound: NDArray[np.float64], gain: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """A sound through a filter given by its gain at each frequency in Hz."""
    spectrum = np.fft.rfft(sound)
    spectrum *= gain(np.fft.rfftfreq(len(sound), 1 / RATE))
    return np.fft.irfft(spectrum, len(sound))


def _add(sound: NDArray[np.float64], at_s: float, part: NDArray[np.float64]) -> None:
    start = round(at_s * RATE)
    part = part[max(0, -start) :]
    start = max(0, start)
    room = sound[start : start + len(part)]
    room += part[: len(room)]


def _samples(seconds: float) -> int:
    return round(seconds * RATE)


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(_samples(seconds)) / RATE


NOISES: dict[str, Make] = {
    "white": _sox("whitenoise"),
    "pink": _sox("pinknoise"),
    "brown": _sox("brownnoise"),
    "hum": _hum,
    "fan": _fan,
    "keyboard": _keyboard,
    "music": _music,
    "coughs": _coughs,
    "babble": _babble,
}
