"""What every table has in common: names of constraints, column types, ids, adding rows.

Times are integer microseconds since 1970-01-01 UTC, as in the evidence protocol, so that
nothing is converted between a record, a row and a receipt. Ids are 32 hex digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData, String, Text, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column

ID_CHARS = 32
HASH_CHARS = 64

# Names are given by rule, so that a migration can drop a constraint on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

IdText = Annotated[str, mapped_column(String(ID_CHARS))]
HashText = Annotated[str, mapped_column(String(HASH_CHARS))]
Name = Annotated[str, mapped_column(String(200))]
Word = Annotated[str, mapped_column(String(64))]
LongText = Annotated[str, mapped_column(Text)]
Bytes = Annotated[bytes, mapped_column(LargeBinary)]
Micros = Annotated[int, mapped_column(BigInteger)]
Number = Annotated[int, mapped_column(BigInteger)]
# SQLite counts by itself only in a column that is an INTEGER to the letter.
Counter = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"))]
Json = Annotated[dict[str, Any], mapped_column(JSON)]
JsonList = Annotated[list[Any], mapped_column(JSON)]


class Table(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)


async def add_rows(
    db: AsyncSession, table: type[Table], rows: Sequence[Mapping[str, object]]
) -> None:
    """Add rows, all with the same columns; none is no statement.

    Past the mapper, which takes about as long over each row as the database does.
    """
    if rows:
        await db.execute(insert(table.metadata.tables[table.__tablename__]), rows)
