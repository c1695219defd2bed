"""A scripted screen of 1080p: somebody types, scrolls, looks something up, types again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
FPS = 5
SECONDS = 90

# Text as small as editors and browsers show it by default.
TEXT_PX = 15

_TEXT = (
    "explain in your own words how a hash chain protects the order of records and which "
    "attacks remain possible when the clock of the machine cannot be trusted give two "
    "examples state every assumption that you make about the network between both programs"
)


@dataclass(frozen=True)
class Scene:
    """Letters typed, pixels scrolled, which page is shown, where the pointer is."""

    typed: int
    scrolled: int
    page: int
    pointer: tuple[int, int]


def scene(at_s: float) -> Scene:
    """The script: five letters a second, scrolling in bursts from 40 to 55 s, another page
    from 55 to 70 s, the pointer moving from 75 to 80 s.
    """
    writing = min(at_s, 40.0) + max(0.0, at_s - 70.0)
    into = min(max(at_s - 40.0, 0.0), 15.0)
    bursts, rest = divmod(into, 5.0)
    scrolled = 72 * (10 * int(bursts) + min(10, int(rest * FPS)))
    moved = int(40 * min(max(at_s - 75.0, 0.0), 5.0))
    page = 1 if 55.0 <= at_s < 70.0 else 0
    return Scene(400 + int(writing * 5), scrolled, page, (600 + moved, 600))


def shown() -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Each changed picture, and a still one every second, as the recorder is given them."""
    painter = _Painter()
    last, last_at = None, -1.0
    for n in range(SECONDS * FPS):
        now = scene(n / FPS)
        if now != last or n / FPS - last_at >= 1.0:
            last, last_at = now, n / FPS
            yield n / FPS, painter.paint(now)


class _Painter:
    def __init__(self) -> None:
        rng = np.random.default_rng(3)
        words = _TEXT.split()
        self._lines = [" ".join(rng.choice(words, rng.integers(8, 13))) for _ in range(300)]
        self._letters = "\n".join(self._lines)
        self._font = ImageFont.load_default(TEXT_PX)
        self._bold = ImageFont.load_default(TEXT_PX + 6)
        self._picture = self._noise(rng)

    def _noise(self, rng: np.random.Generator) -> Image.Image:
        """A picture with soft shapes, as a figure or a photograph has."""
        coarse = rng.integers(40, 220, (24, 32, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC)

    def paint(self, now: Scene) -> NDArray[np.uint8]:
        """Draw a scene, (1080, 1920, 3) uint8, RGB."""
        image = Image.new("RGB", (WIDTH, HEIGHT), (236, 238, 241))
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, WIDTH, 34), fill=(45, 52, 64))
        draw.text((12, 6), "Examination: networks and systems", "white", self._font)
        if now.page:
            self._figure(image, draw)
        else:
            self._questions(image, now)
            self._answer(draw, now)
        x, y = now.pointer
        draw.polygon([(x, y), (x, y + 18), (x + 12, y + 12)], "black", "white")
        return np.asarray(image)

    def _figure(self, image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
        image.paste(self._picture, (80, 160))
        draw.text((80, 90), "Figure four and what it shows", (20, 20, 20), self._bold)
        for n, line in enumerate(self._lines[200:240]):
            draw.text((800, 150 + n * 22), line, (40, 40, 40), self._font)

    def _questions(self, image: Image.Image, now: Scene) -> None:
        sheet = Image.new("RGB", (WIDTH // 2 - 60, HEIGHT - 90), "white")
        draw = ImageDraw.Draw(sheet)
        for n, line in enumerate(self._lines):
            y = 10 + n * 24 - now.scrolled
            if -30 < y < HEIGHT:
                draw.text((24, y), line, (30, 30, 30), self._font)
        image.paste(sheet, (30, 60))

    def _answer(self, draw: ImageDraw.ImageDraw, now: Scene) -> None:
        left = WIDTH // 2
        draw.rectangle((left, 60, WIDTH - 30, HEIGHT - 30), fill=(30, 33, 40))
        for n, line in enumerate(self._letters[: now.typed].split("\n")[-45:]):
            draw.text((left + 16, 74 + n * 21), line, (220, 223, 228), self._font)
