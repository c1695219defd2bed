"""What the institution branded: ``briefcase.toml``, installed beside the package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import recorder
from recorder.faults import EnvironmentFault
from shared.encoding import HASH_HEX, ID_HEX
from shared.updates import CHANNEL, STABLE

BRAND = Path(recorder.__file__).parents[1] / "briefcase.toml"

# The languages that the window's texts exist in (`recorder/ui/translations`).
LANGUAGES = ("en", "de")

# What every system's launcher still shows whole.
MAX_NAME_CHARS = 40

# Debian's rule for the names of packages, and one that Windows and macOS can live with.
_PACKAGE = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
_BUNDLE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]*)`(?: - at `\$\.?(?P<at>[^`]*)`)?")
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<at>[^`]*)`)?$", re.DOTALL)

# WCAG 2.1, 1.4.3: the contrast of text on buttons of this colour.
MIN_CONTRAST = 4.5
_ICONS = (".png", ".svg")


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; another key is a slip that must not go unseen."""


class App(_Part, frozen=True, kw_only=True):
    """What the program is called (``package``: by the system), its bundle's id, its icon.

    ``icon`` is a picture's path from the file, a square PNG of 512 pixels or more or an SVG.
    """

    name: str = "Invigil"
    package: str = "invigil"
    bundle: str = "org.invigil"
    icon: str = ""


class Tint(_Part, frozen=True, kw_only=True):
    """The colour of buttons and links, by day and by night, as ``#rrggbb``; empty: ours."""

    accent: str = ""
    accent_dark: str = ""


class Institution(_Part, frozen=True, kw_only=True):
    """Whose recorder this is: its server's address, the keys it trusts, who helps."""

    name: str = ""
    server: str = ""
    pinned_keys: tuple[str, ...] = ()
    support: str = ""


class Window(_Part, frozen=True, kw_only=True):
    """What the window offers."""

    languages: tuple[str, ...] = LANGUAGES


class Parts(_Part, frozen=True, kw_only=True):
    """What comes along: the exam's browser (Qt WebEngine, 240 MB), and what runs an
    institution's own object model (onnxruntime, 30 MB).
    """

    browser: bool = True
    objects: bool = True


class UpdateSource(_Part, frozen=True, kw_only=True):
    """Where updates come from; nowhere, where ``url`` is empty.

    ``root`` is the path of the repository's root from the file, which the builder puts into the
    program; ``signers`` are fingerprints of builders that are trusted besides this build's own.
    """

    url: str = ""
    root: str = ""
    channel: str = STABLE
    signers: tuple[str, ...] = ()


class Brand(_Part, frozen=True, kw_only=True):
    """The whole file. ``built`` is written by the builder: this is an installed program."""

    app: App = App()
    colours: Tint = Tint()
    institution: Institution = Institution()
    window: Window = Window()
    build: Parts = Parts()
    updates: UpdateSource = UpdateSource()
    built: bool = False


def load_brand(path: Path = BRAND) -> Brand:
    """Read the brand; a program without one is nobody's in particular.

    Raises:
        EnvironmentFault: the file is there and makes no sense.
    """
    try:
        brand = read_brand(path.read_text("utf-8"))
    except FileNotFoundError:
        return Brand()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFault(f"{path} cannot be read: {error}.", _ADVICE) from error
    except BrandError as error:
        raise EnvironmentFault(f"{path} cannot be used: {error}", _ADVICE) from error
    return brand


_ADVICE = "Ask the institution for its own recorder."


class BrandError(ValueError):
    """Keys of the file make no sense: each is named, with what is wrong and what is allowed."""


def read_brand(text: str) -> Brand:
    """The brand that a file's text describes, checked.

    Raises:
        BrandError: it is no TOML, or one or more keys make no sense (all are named).
    """
    try:
        brand = msgspec.convert(tomllib.loads(text), Brand)
    except tomllib.TOMLDecodeError as error:
        raise BrandError(f"it is not TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise BrandError(_shape(str(error))) from error
    if wrong := list(faults(brand)):
        raise BrandError(" ".join(wrong))
    return brand


def faults(brand: Brand) -> Iterator[str]:
    """What is wrong with the values, a sentence each: the key, the value, what is allowed."""
    app, institution = brand.app, brand.institution
    yield from _named("app.name", app.name, required=True)
    yield from _named("institution.name", institution.name, required=False)
    if not _PACKAGE.fullmatch(app.package):
        yield _wrong("app.package", app.package, "3 to 40 small letters, digits and hyphens")
    if not _BUNDLE.fullmatch(app.bundle):
        yield _wrong("app.bundle", app.bundle, "a reversed domain such as edu.example.exams")
    if app.icon and not app.icon.lower().endswith(_ICONS):
        yield _wrong(
            "app.icon", app.icon, "the path of a .png (square, from 512 pixels) or .svg"
        )
    yield from _tint(brand.colours)
    if institution.server and not _is_server(institution.server):
        yield _wrong(
            "institution.server",
            institution.server,
            "an address such as https://exams.example.edu, without a path (http only for"
            " 127.0.0.1 and localhost)",
        )
    for key in institution.pinned_keys:
        if not HASH_HEX.fullmatch(key):
            yield _wrong("institution.pinned_keys", key, "fingerprints: 64 hex digits, small")
    if institution.support and not _is_support(institution.support):
        yield _wrong(
            "institution.support",
            institution.support,
            "a mail address, a telephone number (tel:+49…) or an https:// address",
        )
    yield from _languages(brand.window.languages)
    yield from _updates(brand.updates)


def _updates(source: UpdateSource) -> Iterator[str]:
    if source.url and not _is_repository(source.url):
        yield _wrong(
            "updates.url",
            source.url,
            "an address as `invigil-server admin updates root` tells it:"
            " https://exams.example.edu/updates/ and the institution's id",
        )
    if bool(source.url) != bool(source.root):
        yield _wrong(
            "updates.root", source.root, "the path of the root's file, where there is an url"
        )
    if not CHANNEL.fullmatch(source.channel):
        yield _wrong("updates.channel", source.channel, "small letters, digits and hyphens")
    for key in source.signers:
        if not HASH_HEX.fullmatch(key):
            yield _wrong("updates.signers", key, "fingerprints: 64 hex digits, small")


def _is_repository(text: str) -> bool:
    server, separator, institution = text.rstrip("/").rpartition("/updates/")
    return bool(separator) and _is_server(server) and ID_HEX.fullmatch(institution) is not None


def _named(key: str, value: str, *, required: bool) -> Iterator[str]:
    if (
        (required and not value.strip())
        or len(value) > MAX_NAME_CHARS
        or _CONTROL.search(value)
    ):
        least = 1 if required else 0
        yield _wrong(key, value, f"{least} to {MAX_NAME_CHARS} characters on one line")


def _languages(chosen: tuple[str, ...]) -> Iterator[str]:
    for one in chosen:
        if one not in LANGUAGES:
            yield _wrong(
                "window.languages", one, f"those that are there: {', '.join(LANGUAGES)}"
            )
    if "en" not in chosen:
        yield _wrong("window.languages", ", ".join(chosen), "a list with en, the texts' own")


def _tint(colours: Tint) -> Iterator[str]:
    # Words on a button are white by day and nearly black by night.
    for key, value, words in (
        ("colours.accent", colours.accent, "#ffffff"),
        ("colours.accent_dark", colours.accent_dark, "#14181c"),
    ):
        if not value:
            continue
        if not _COLOUR.fullmatch(value):
            yield _wrong(key, value, "a colour such as #1f5fa8")
        elif (found := contrast(value, words)) < MIN_CONTRAST:
            yield _wrong(
                key,
                value,
                f"a colour of contrast {MIN_CONTRAST} to {words} (it has {found:.1f})",
            )


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.1, *contrast ratio*)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.1)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    local = parts.hostname in ("127.0.0.1", "localhost")
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    safe = parts.scheme == "https" or (parts.scheme == "http" and local)
    return bool(parts.hostname) and bare and safe


def _is_support(text: str) -> bool:
    if text.startswith("tel:"):
        return re.fullmatch(r"tel:\+?[0-9 ()./-]{3,30}", text) is not None
    if text.startswith("https://"):
        return bool(urlsplit(text).hostname) and not re.search(r"\s", text)
    return _MAIL.fullmatch(text) is not None


def _wrong(key: str, value: str, allowed: str) -> str:
    return f"{key} is {value!r}; allowed: {allowed}."


def _shape(error: str) -> str:
    """What a value of the wrong type, or an unknown key, comes to in words."""
    if (unknown := _UNKNOWN_FIELD.search(error)) is not None:
        table = unknown["at"] or ""
        key = f"{table}.{unknown['field']}" if table else unknown["field"]
        part = _TABLES.get(table, Brand)
        allowed = ", ".join(part.__struct_fields__)
        return f"{key} is not a key of this file; allowed {_where(table)}: {allowed}."
    match = _AT.match(error)
    assert match is not None  # it matches anything
    what = match["what"][:1].lower() + match["what"][1:].replace("`", "")
    return f"{match['at'] or 'the file'}: {what.replace('object', 'a table')}."


def _where(table: str) -> str:
    return f"in [{table}]" if table else "are the tables"


_TABLES: dict[str, type[_Part]] = {
    "app": App,
    "colours": Tint,
    "institution": Institution,
    "window": Window,
    "build": Parts,
    "updates": UpdateSource,
}
