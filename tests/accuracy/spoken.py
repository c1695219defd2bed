"""Speech made on the spot: sentences by the voices of espeak-ng and flite.

espeak-ng makes its voices from formants, in any language, speed and pitch; flite's are pieced
together from recordings of four people. Half of the voices are for choosing constants, the
other half is held out: tables say which they used.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 16_000

# Longer than any of these sentences takes to be made.
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Voice:
    """``name`` is espeak's language and variant, or one of flite's people.

    ``speed`` is in words a minute and ``pitch`` 0..99; flite has one of each.
    """

    name: str
    speed: int = 160
    pitch: int = 50
    engine: str = "espeak"

    @property
    def language(self) -> str:
        """The language it reads."""
        return self.name.split("+")[0].split("-")[0] if self.engine == "espeak" else "en"


def _flite(name: str) -> Voice:
    return Voice(name, engine="flite")


CHOOSING = (
    Voice("en-us+m3", 165, 40),
    Voice("en-gb+f2", 150, 60),
    Voice("de+m1", 140, 45),
    Voice("fr+f4", 175, 55),
    Voice("es+m7", 180, 35),
    Voice("it+f1", 155, 70),
    _flite("awb"),
    _flite("slt"),
)
HELD_OUT = (
    Voice("en-gb-scotland+m5", 150, 30),
    Voice("en-us+f3", 185, 65),
    Voice("pl+m2", 150, 50),
    Voice("pt+f5", 165, 60),
    Voice("sv+m4", 135, 35),
    Voice("tr+m6", 170, 55),
    Voice("nl+klatt2", 155, 45),
    Voice("ru+f2", 160, 75),
    _flite("rms"),
    _flite("kal16"),
)

# ruff: noqa: RUF001
SENTENCES = {
    "en": (
        "The second answer is the one about the river.",
        "I think we should multiply both sides by four and then look again.",
        "Could you read me the last question once more, please?",
        "It was raining when the train left the station, and nobody waved.",
        "Seven, no, it must be eight. The table says so.",
        "Thank you. I will write that down now.",
        "She opened the window because the room had become far too warm.",
        "What did they say about the treaty of eighteen forty eight?",
    ),
    "de": (
        "Die zweite Antwort handelt von dem Fluss hinter dem Haus.",
        "Ich glaube, wir müssen beide Seiten mit vier malnehmen.",
        "Können Sie mir die letzte Frage noch einmal vorlesen?",
        "Es regnete, als der Zug den Bahnhof verließ.",
    ),
    "fr": (
        "La deuxième réponse parle de la rivière derrière la maison.",
        "Je crois qu'il faut multiplier les deux côtés par quatre.",
        "Pouvez-vous me relire la dernière question, s'il vous plaît ?",
        "Il pleuvait quand le train a quitté la gare.",
    ),
    "es": (
        "La segunda respuesta habla del río que pasa detrás de la casa.",
        "Creo que hay que multiplicar los dos lados por cuatro.",
        "¿Puede leerme otra vez la última pregunta, por favor?",
        "Llovía cuando el tren salió de la estación.",
    ),
    "it": (
        "La seconda risposta parla del fiume dietro la casa.",
        "Credo che dobbiamo moltiplicare entrambi i lati per quattro.",
        "Può rileggermi l'ultima domanda, per favore?",
        "Pioveva quando il treno ha lasciato la stazione.",
    ),
    "pl": (
        "Druga odpowiedź mówi o rzece za domem.",
        "Myślę, że trzeba pomnożyć obie strony przez cztery.",
        "Czy może mi pan jeszcze raz przeczytać ostatnie pytanie?",
        "Padało, kiedy pociąg odjeżdżał ze stacji.",
    ),
    "pt": (
        "A segunda resposta fala do rio atrás da casa.",
        "Acho que temos de multiplicar os dois lados por quatro.",
        "Pode ler-me outra vez a última pergunta, por favor?",
        "Chovia quando o comboio saiu da estação.",
    ),
    "sv": (
        "Det andra svaret handlar om floden bakom huset.",
        "Jag tror att vi måste multiplicera båda sidor med fyra.",
        "Kan du läsa den sista frågan för mig en gång till?",
        "Det regnade när tåget lämnade stationen.",
    ),
    "tr": (
        "İkinci cevap evin arkasındaki nehirle ilgili.",
        "Bence iki tarafı da dörtle çarpmalıyız.",
        "Son soruyu bana bir kez daha okur musunuz?",
        "Tren istasyondan ayrılırken yağmur yağıyordu.",
    ),
    "nl": (
        "Het tweede antwoord gaat over de rivier achter het huis.",
        "Ik denk dat we beide kanten met vier moeten vermenigvuldigen.",
        "Kunt u mij de laatste vraag nog een keer voorlezen?",
        "Het regende toen de trein het station verliet.",
    ),
    "ru": (
        "Второй ответ говорит о реке за домом.",
        "Я думаю, надо умножить обе стороны на четыре.",
        "Прочитайте мне, пожалуйста, последний вопрос ещё раз.",
        "Шёл дождь, когда поезд уходил со станции.",
    ),
}


def sentences(voice: Voice) -> tuple[str, ...]:
    """What a voice can read."""
    return SENTENCES[voice.language]


@cache
def spoken(voice: Voice, text: str) -> Sound:
    """A sentence at 16 kHz, about -26 dBFS while it is spoken; the same every time."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "spoken.wav")
        command = (
            _espeak(voice, text, path)
            if voice.engine == "espeak"
            else _flite_command(voice, text, path)
        )
        subprocess.run(command, check=True, timeout=PATIENCE_S, capture_output=True)
        sound = read_sound(path)
    return sound * (0.05 / np.sqrt(np.mean(sound[np.abs(sound) > 1e-3] ** 2)))


def _espeak(voice: Voice, text: str, path: Path) -> list[str]:
    how = ["-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch)]
    return ["espeak-ng", *how, "-w", str(path), text]


def _flite_command(voice: Voice, text: str, path: Path) -> list[str]:
    # A comma, colon or quote would end the filter's argument.
    words = "".join(" " if character in ",:'\\;[]" else character for character in text)
    source = f"flite=text='{words}':voice={voice.name}"
    return ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, str(path)]


def read_sound(path: Path) -> Sound:
    """A sound file as one channel at 16 kHz, -1..1."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [
            piece.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for piece in resampler.resample(frame)
        ]
    frames += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    return np.concatenate(frames).astype(np.float32)
