"""Attacks on the zip and its manifest."""

from __future__ import annotations

import io
import zipfile

from vectors.attack import Attack
from vectors.attacks.chain import ENDS, OTHER_SESSION, says
from vectors.attacks.text import nested
from vectors.packing import (
    MANIFEST,
    Bundle,
    brief,
    encrypted,
    honest,
    pack,
    replaced,
    resized,
    without,
)
from vectors.session import (
    BRIEF_INCIDENT,
    STRANGER,
    Edit,
    Json,
    Rewrite,
    Session,
    key,
    piece,
    sha256,
)

REPORT = "report.json"
BLOB = f"blobs/{sha256(piece('camera', 0))}"


def manifest(edit: Edit) -> bytes:
    return pack(brief().entries(edit_manifest=edit))


def manifest_rewritten(rewrite: Rewrite) -> bytes:
    return pack(brief().entries(rewrite_manifest=rewrite))


def manifest_file(change: Rewrite) -> bytes:
    entries = brief().entries()
    return pack(replaced(entries, MANIFEST, change(dict(entries)[MANIFEST])))


def names_wrong_hash(said: Json) -> None:
    said["files"][REPORT]["sha256"] = "ab" * 32


def names_an_extra_file(said: Json) -> None:
    said["files"]["notes.txt"] = said["files"][REPORT]


def missing(name: str) -> bytes:
    return pack(without(brief().entries(), name))


def extra(name: str, data: bytes = b"x") -> bytes:
    return pack([*brief().entries(), (name, data)])


def renamed(old: str, new: str) -> bytes:
    return pack([(new if name == old else name, data) for name, data in brief().entries()])


def cut_name() -> bytes:
    """An entry whose name some readers take for another, because of a zero in it."""
    return extra(REPORT + "_evil").replace(b".json_evil", b".json\0evil")


def damaged() -> bytes:
    """A file's bytes change under zip's own check sum."""
    return brief().packed().replace(b"report.json{}", b"report.json[]", 1)


def compressed_otherwise() -> bytes:
    return pack(brief().entries(), {REPORT: zipfile.ZIP_BZIP2})


def commented() -> bytes:
    buffer = io.BytesIO(brief().packed())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"exported by hand"
    return buffer.getvalue()


def linked() -> bytes:
    """An entry that a system would unpack as a link out of the folder."""
    buffer = io.BytesIO(brief().packed())
    with zipfile.ZipFile(buffer, "a") as archive:
        entry = zipfile.ZipInfo("report.html", (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, b"/etc/passwd")
    return buffer.getvalue()


def decisions_nested() -> bytes:
    bundle = brief()
    bundle.rewrites["decisions.json"] = lambda data: nested(10_000)
    return bundle.packed()


def sized_otherwise() -> bytes:
    """The zip's directory gives the report, of two bytes, a third."""
    return resized(brief().packed(), REPORT, 3)


def another_institution_s() -> bytes:
    return Bundle.of(Session(institution=key(2)).brief()).packed()


def quiet() -> bytes:
    session = Session()
    session.open()
    session.record("close", {"reason": "left", "segments": {}, "incidents": 0})
    session.receipt()
    return Bundle.of(session).packed()


def records_changed_after_export() -> bytes:
    bundle = brief()
    entries = bundle.entries()
    del bundle.records[BRIEF_INCIDENT]
    return pack(replaced(entries, "records.signed", b"".join(bundle.records)))


ATTACKS = (
    Attack("good", "a session with every type of record, as it should be", (),
           lambda: honest().packed()),
    Attack("good-brief", "a session of four records", (), lambda: brief().packed()),
    Attack("good-quiet", "a session without any piece", (), quiet),
    Attack("good-phased", "the exam's phases, from preparing to handing in", (),
           lambda: Bundle.of(Session().phased()).packed()),
    Attack("good-pictured", "an incident in three records, with a snapshot and a clip", (),
           lambda: Bundle.of(Session().pictured()).packed()),
    Attack("good-commented", "the zip carries a comment, which is no evidence", (), commented),
    Attack("good-decisions-nested", "decisions, which no verifier reads, nest 10,000 deep", (),
           decisions_nested),
    Attack("manifest-of-a-stranger", "the manifest is signed by a stranger", (0,),
           lambda: pack(brief().entries(signer=STRANGER))),
    Attack("manifest-of-another-institution",
           "everything is another institution's, whose key is not the one asked for", (0,),
           another_institution_s),
    Attack("manifest-wrong-hash", "the manifest names another hash of a file", (0,),
           lambda: manifest(names_wrong_hash)),
    Attack("manifest-omits-a-file", "the manifest does not name the report", (0,),
           lambda: manifest(lambda said: said["files"].pop(REPORT))),
    Attack("manifest-omits-the-records", "the manifest does not name the records", (0,),
           lambda: manifest(lambda said: said["files"].pop("records.signed"))),
    Attack("manifest-names-an-extra-file", "the manifest names a file that no bundle has", (0,),
           lambda: manifest(names_an_extra_file)),
    Attack("manifest-of-another-session", "the manifest is of another session", (1, *ENDS),
           lambda: manifest(says(session=OTHER_SESSION))),
    Attack("file-missing", "the report is missing", (0,), lambda: missing(REPORT)),
    Attack("file-records-missing", "the records are missing", (0, 7, *ENDS),
           lambda: missing("records.signed")),
    Attack("file-grant-missing", "the grant is missing", (0, 1, *ENDS),
           lambda: missing("grant.signed")),
    Attack("file-changed", "the report was changed after the export", (0,),
           lambda: pack(replaced(brief().entries(), REPORT, b'{"decision":"clean"}'))),
    Attack("file-records-changed", "a record was left out after the export", (0, 4, *ENDS),
           records_changed_after_export),
    Attack("file-extra", "a file is there that no bundle has", (0,),
           lambda: extra("notes.txt")),
    Attack("file-path-trick", "a file would be unpacked outside of the folder", (0,),
           lambda: extra("../../etc/passwd")),
    Attack("file-absolute", "a file would be unpacked at the root", (0,),
           lambda: extra("/etc/passwd")),
    Attack("file-backslashes", "a file would be unpacked elsewhere on Windows", (0,),
           lambda: extra("..\\evil.exe")),
    Attack("file-link", "a file would be unpacked as a link out of the folder", (0,), linked),
    Attack("file-device", "a file has the name of a device on Windows", (0,),
           lambda: extra("NUL")),
    Attack("file-by-another-way", "the report is called ./report.json", (0,),
           lambda: renamed(REPORT, "./" + REPORT)),
    Attack("file-look-alike", "an e of the report's name is Cyrillic", (0,),
           lambda: renamed(REPORT, "r\u0435port.json")),
    Attack("file-folder", "the zip has an entry for a folder", (0,),
           lambda: extra("blobs/", b"")),
    Attack("file-name-with-zero", "a name holds a zero byte, where some readers end it", (0,),
           cut_name),
    Attack("file-name-in-upper-case", "the report is called Report.json", (0,),
           lambda: renamed(REPORT, "Report.json")),
    Attack("file-blob-in-upper-case", "a piece's name is in upper case", (0, 7),
           lambda: renamed(BLOB, "blobs/" + BLOB[6:].upper())),
    Attack("file-twice", "the report stands twice", (0,), lambda: extra(REPORT, b"{}")),
    Attack("file-blob-twice", "a piece stands twice, the later changed", (0, 7),
           lambda: extra(BLOB, b"x" * len(piece("camera", 0)))),
    Attack("file-damaged", "a file is damaged under zip's own check sum", (0,), damaged),
    Attack("file-sized-otherwise", "a file is shorter than zip's own directory says", (0,),
           sized_otherwise),
    Attack("file-encrypted", "a file is marked as encrypted", (0,),
           lambda: encrypted(brief().packed(), REPORT)),
    Attack("file-blob-encrypted", "a piece is marked as encrypted", (7,),
           lambda: encrypted(brief().packed(), BLOB)),
    Attack("file-compressed-otherwise", "a file is compressed by bzip2", (0,),
           compressed_otherwise),
    Attack("zip-truncated", "the last 100 bytes of the zip are missing", (),
           lambda: brief().packed()[:-100], unreadable=True),
    Attack("zip-not", "the file is not a zip", (), lambda: b"this is not a zip\n" * 20,
           unreadable=True),
    Attack("zip-empty", "the file has no byte", (), lambda: b"", unreadable=True),
    Attack("zip-without-files", "a zip of nothing", (), lambda: pack([]), unreadable=True),
    Attack("manifest-missing", "there is no manifest", (), lambda: missing(MANIFEST),
           unreadable=True),
    Attack("manifest-not-ended", "the manifest lacks its line feed", (),
           lambda: manifest_file(lambda line: line[:-1]), unreadable=True),
    Attack("manifest-twice", "the manifest has two lines", (),
           lambda: manifest_file(lambda line: line * 2), unreadable=True),
    Attack("manifest-of-a-newer-version", "a manifest of version 2", (),
           lambda: manifest(says(v=2)), unreadable=True),
    Attack("manifest-without-version", "a manifest names no version", (),
           lambda: manifest(lambda said: said.pop("v")), unreadable=True),
    Attack("manifest-key-malformed", "the manifest's key has 31 bytes", (),
           lambda: manifest(says(institution_key="A" * 42)), unreadable=True),
    Attack("manifest-nested", "a manifest that nests 10,000 deep", (),
           lambda: manifest_rewritten(
               lambda data: data.replace(b'"v":1', b'"v":1,"x":' + nested(10_000))),
           unreadable=True),
    Attack("manifest-repeats-a-member", "a manifest has two sessions", (),
           lambda: manifest_rewritten(
               lambda data: data.replace(b'"v":1', b'"v":1,"session":"x"')),
           unreadable=True),
)  # fmt: skip
