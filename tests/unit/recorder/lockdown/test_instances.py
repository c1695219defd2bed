from __future__ import annotations

import pytest

from recorder.lockdown.instances import is_recorder


@pytest.mark.parametrize(
    ("command", "is_one"),
    [
        (["/usr/bin/invigil-recorder"], True),
        (["/opt/Invigil/Invigil"], True),
        (["C:\\Program Files\\Invigil\\Invigil.exe"], False),  # a path of another system
        (["python3", "/usr/bin/invigil-recorder", "record", "--code", "X"], True),
        (["python3", "-P", "-m", "recorder.cli"], True),
        (["python3.11", "-m", "recorder.cli", "invigil://exam/X"], True),
        (["python3", "-m", "recorder.cli", "doctor"], False),
        (["/usr/bin/invigil-recorder", "--detector-worker", "3"], False),
        (["python3", "-P", "-m", "recorder.detect.process.worker", "3"], False),
        (["vim", "invigil-recorder"], False),
        (["python3"], False),
        ([], False),
    ],
)
def test_windows_and_recordings_are_told_from_everything_else(
    command: list[str], is_one: bool
) -> None:
    assert is_recorder(command) is is_one
