"""What the columns of a list of candidates are, by their headings or by what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# What a column may be, and what people call that.
FIELDS: Mapping[str, str] = {
    "": "nothing of it",
    "name": "Name",
    "first": "First name",
    "last": "Last name",
    "reference": "Reference (your own number for them)",
    "email": "E-mail address",
    "accommodation": "Accommodation",
}

# Headings in the spellings that registries export, without spaces, marks and capitals.
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name", "fullname", "candidate", "candidatename", "student", "studentname",
        "displayname", "participant", "learner", "vollständigername", "nom", "nomcomplet",
        "nombre", "nombrecompleto", "nomecompleto",
    ),
    "first": (
        "first", "firstname", "givenname", "givennames", "forename", "forenames", "vorname",
        "vornamen", "prénom", "prenom", "nombres", "nomeproprio", "nome",
    ),
    "last": (
        "last", "lastname", "surname", "familyname", "nachname", "familienname",
        "nomdefamille", "apellido", "apellidos", "cognome",
    ),
    "reference": (
        "reference", "ref", "id", "studentid", "studentnumber", "studentno", "candidateid",
        "candidatenumber", "candidateno", "matriculation", "matriculationnumber",
        "matrikelnummer", "matrikelnr", "matrnr", "martikelnummer", "username", "user",
        "userid", "login", "registrationnumber", "enrolmentnumber", "rollnumber", "rollno",
        "sisid", "personnummer", "numéroétudiant", "matricola", "matrícula", "kennung",
    ),
    "email": (
        "email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse",
        "courriel", "correo", "correoelectrónico", "primaryemail", "universityemail",
    ),
    "accommodation": (
        "accommodation", "accommodations", "profile", "adjustment", "adjustments",
        "nachteilsausgleich", "accommodationprofile", "specialarrangements",
    ),
}  # fmt: skip

_MEANT = {spelling: field for field, all_ in _SPELLINGS.items() for spelling in all_}


def heading(cell: str) -> str:
    """What a heading means; empty for one that means nothing here."""
    bare = "".join(mark for mark in cell.casefold() if mark.isalnum())
    return _MEANT.get(bare, "")


def is_header(row: Sequence[str]) -> bool:
    """Whether a first row names columns rather than somebody."""
    named = [heading(cell) for cell in row]
    return bool({"name", "last", "reference", "email"} & set(named)) and not any(
        "@" in cell for cell in row
    )


def guessed(rows: Sequence[Sequence[str]], *, header: bool) -> tuple[str, ...]:
    """What each column seems to be, each thing once."""
    width = max((len(row) for row in rows), default=0)
    if header and rows:
        named = [heading(cell) for cell in rows[0]]
        return _once([*named, *[""] * (width - len(named))])
    body = rows[:20]
    found = ["email" if _mostly_addresses(body, at) else "" for at in range(width)]
    free = iter(("name", "reference", "accommodation"))
    plain = [field or next(free, "") for field in found]
    # Somebody known by an address alone has it for a reference.
    return _once(plain)


def _mostly_addresses(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at] for row in rows if len(row) > at and row[at].strip()]
    return bool(cells) and sum("@" in cell for cell in cells) * 2 > len(cells)


def _once(fields: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    kept: list[str] = []
    for field in fields:
        kept.append("" if field in seen else field)
        seen.add(field)
    return tuple(kept)


def missing(columns: Sequence[str]) -> str:
    """What a list's columns lack, with what to do; empty where they will do."""
    known = set(columns)
    if not known & {"name", "last"}:
        return "Say which column is the name (or the last name)."
    if not known & {"reference", "email"}:
        return "Say which column is the reference, or else the e-mail address."
    twice = sorted({field for field in columns if field and list(columns).count(field) > 1})
    if twice:
        return f"Two columns are the same thing: {', '.join(FIELDS[one] for one in twice)}."
    return ""
