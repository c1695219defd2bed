"""Which packages a recorder is made of, by the lock file and nothing else."""

from __future__ import annotations

import sys

import pytest

from installers.faults import BuildFault
from installers.making import wanted
from installers.requirements import LOCK, closure, project_requirements, read_lock

HASH = "ab" * 32


def test_the_recorders_packages_are_those_of_the_lock_file() -> None:
    locked = read_lock(LOCK.read_text("utf-8"))

    plain, browser = (wanted(browser=b, objects=False) for b in (False, True))
    objects = wanted(browser=False, objects=True)

    assert {one.name for one in browser} - {one.name for one in plain} == {"pyside6-addons"}
    assert {one.name for one in objects} - {one.name for one in plain} == {"onnxruntime"}
    assert {"av", "mediapipe", "cryptography", "pyside6-essentials"} <= {o.name for o in plain}
    assert not {"litestar", "pytest", "briefcase", "granian"} & {one.name for one in browser}
    assert all(locked[one.name] == one and one.hashes for one in browser)


def test_an_entry_of_another_python_is_not_for_this_one() -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    text = (
        f"av==1.0 ; python_version == '{here}' \\\n    --hash=sha256:{HASH}\n"
        f"av==2.0 ; python_version != '{here}' \\\n    --hash=sha256:{HASH}\n"
    )

    assert read_lock(text)["av"].version == "1.0"


@pytest.mark.parametrize(
    "text", ["av==1.0\n", f"av>=1.0 --hash=sha256:{HASH}\n", f"-e . --hash=sha256:{HASH}\n"]
)
def test_an_entry_that_pins_nothing_is_refused(text: str) -> None:
    with pytest.raises(BuildFault, match="exact version or a hash"):
        read_lock(text)


def test_another_version_than_the_locked_one_is_refused() -> None:
    locked = read_lock(f"msgspec==0.0.1 --hash=sha256:{HASH}\n")

    with pytest.raises(BuildFault, match=r"installed as .*, and locked as 0\.0\.1"):
        closure(locked, ["msgspec"])


def test_what_the_lock_file_leaves_out_is_left_out() -> None:
    assert closure({}, ["msgspec"]) == ()


def test_a_project_is_asked_with_its_extras() -> None:
    text = "[project]\ndependencies=['a']\n[project.optional-dependencies]\nx=['b']\ny=['c']"

    assert project_requirements(text, ["x"]) == ("a", "b")
