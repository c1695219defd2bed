"""What a Linux desktop is told: the menu's entry, who opens ``invigil://``, the manual page."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

from installers.making import Order

_ENTRY = """[Desktop Entry]
Type=Application
Name={name}
GenericName=Exam recorder
GenericName[de]=Prüfungsaufzeichnung
Comment=Take a supervised exam
Comment[de]=Eine beaufsichtigte Prüfung ablegen
Exec={command} %u
TryExec=/usr/bin/{command}
Icon={command}
Terminal=false
Categories=Education;
Keywords=exam;proctoring;
MimeType=x-scheme-handler/invigil;
StartupWMClass={wm_class}
StartupNotify=true
"""

_MANUAL = r""".TH {upper} 1 "{date}" "{name} {version}" "User Commands"
.SH NAME
{command} \- record a supervised exam
.SH SYNOPSIS
.B {command}
[\fIinvigil://…\fR | \fICOMMAND\fR]
.SH DESCRIPTION
Without a command the window opens, where a candidate enters the exam's code. A link from an
invitation fills in server and code.
.SH COMMANDS
.TP
.B record
record one session, also without a window
.TP
.B doctor
check this computer
.TP
.B analyze, compare
run the detectors over files
.TP
.B evidence
list, check, deliver or remove the recordings on this computer
.PP
.B {command} \-\-help
says more of each.
.SH FILES
Recordings lie in \fI~/.local/share/invigil\fR until the institution's server has signed
for them.
.SH EXIT STATUS
0 where all went well, 2 where something outside the program is not as needed.
"""


def command(order: Order) -> str:
    """The program's command: an institution's own recorder does not take another's name."""
    return "invigil-recorder" if order.package == "invigil" else f"{order.package}-recorder"


def entry(order: Order) -> str:
    """The desktop entry."""
    return _ENTRY.format(
        name=order.branded.brand.app.name, command=command(order), wm_class="invigil"
    )


def manual(order: Order) -> bytes:
    """The manual page, compressed; the same for the same build."""
    name = command(order)
    text = _MANUAL.format(
        upper=name.upper(),
        date=datetime.fromtimestamp(order.version.made, UTC).date().isoformat(),
        name=order.branded.brand.app.name,
        version=order.version.version,
        command=name.replace("-", r"\-"),
    )
    return packed(text)


def packed(text: str) -> bytes:
    """Text compressed without a time or a name in it."""
    return gzip.compress(text.encode(), 9, mtime=0)
