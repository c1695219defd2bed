"""What a driver raises where the database cannot work is told from a bug."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError

from server.storage.database import UNREADY
from server.storage.outage import DatabaseUnready, outages_told


class Said(Exception):
    """What a driver says."""

    def __init__(self, state: str | None = None) -> None:
        super().__init__("said by the driver")
        self.sqlstate = state


def passed_on(said: Said, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, said, connection_invalidated=lost)


@pytest.mark.parametrize(
    "error",
    [
        # While connecting.
        Said("53300"),
        Said("57P03"),
        passed_on(Said(), lost=True),
        passed_on(Said("08006")),
        passed_on(Said("25006")),
        passed_on(Said("40001")),
        passed_on(Said("40P01")),
        passed_on(Said("57P01")),
        passed_on(Said("58030")),
    ],
)
def test_that_the_database_cannot_work_is_one_kind(error: Exception) -> None:
    with pytest.raises(UNREADY, match="said by the driver") as caught, outages_told():
        raise error
    assert type(caught.value) is DatabaseUnready
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a bug"),
        Said("28P01"),
        passed_on(Said("22000")),
        passed_on(Said("23505")),
        passed_on(Said("42P01")),
        # Asked in a way that the driver cannot pass on.
        InterfaceError("SELECT 1", {}, Said()),
    ],
)
def test_what_else_goes_wrong_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, outages_told():
        raise error
    assert caught.value is error
