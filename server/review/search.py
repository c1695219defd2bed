"""Full-text search over what flags say, what people noted, and window titles.

Both databases find the same: words are made here, not by either of them. A text is taken
apart into runs of letters and digits, without case and accents, and each word is kept as its
UTF-8 bytes in hexadecimal, so that no tokenizer, stemmer or locale has a say. A document fits
when each word asked for begins one of its words: ``win tit`` finds *window title*. SQLite keeps
the words in FTS5, PostgreSQL in a ``tsvector``; the tables are made by migration 0012.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from itertools import groupby

from sqlalchemy import Select, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.review.models import SearchDocumentRow

# A longer word is found by its beginning; longer texts and questions than these nobody reads.
WORD_CHARS = 40
DOCUMENT_WORDS = 2_000
QUESTION_WORDS = 12

# Up to so many are asked for by name, more by their whole sessions.
_FEW = 200

# What a document is of: a session, and a flag of it (empty: the session itself).
Of = tuple[str, str]


def words_of(said: str) -> list[str]:
    """The words of a text, each once, in the order of their first use."""
    plain = unicodedata.normalize("NFKD", said.casefold())
    kept = (char for char in plain if not unicodedata.combining(char))
    runs = groupby(kept, key=str.isalnum)
    found = ("".join(run)[:WORD_CHARS] for alnum, run in runs if alnum)
    return list(dict.fromkeys(found))


def index_words(texts: Iterable[str]) -> list[str]:
    """The words of a document as they are kept."""
    found = dict.fromkeys(word for one in texts for word in words_of(one))
    return [_kept(word) for word in list(found)[:DOCUMENT_WORDS]]


async def put(db: AsyncSession, documents: Mapping[Of, Iterable[str]]) -> None:
    """Keep the words of documents; what was kept of the same ones before is forgotten."""
    if not documents:
        return
    numbers = await _numbers(db, documents)
    new = [of for of in documents if of not in numbers]
    if new:
        rows = [{"session_id": session, "flag_id": flag} for session, flag in new]
        await db.execute(insert(SearchDocumentRow), rows)
        numbers |= await _numbers(db, new)
    fresh = set(new)
    if old := [{"n": numbers[of]} for of in documents if of not in fresh]:
        await db.execute(text("DELETE FROM search_index WHERE rowid = :n"), old)
    words = {numbers[of]: index_words(texts) for of, texts in documents.items()}
    if _is_sqlite(db):
        joined = [{"n": n, "words": " ".join(found)} for n, found in words.items()]
        put_in = "INSERT INTO search_index (rowid, words) VALUES (:n, :words)"
        await db.execute(text(put_in), joined)
        return
    put_in = (
        "INSERT INTO search_index (rowid, words) "
        "VALUES (:n, array_to_tsvector(CAST(:words AS text[])))"
    )
    await db.execute(text(put_in), [{"n": n, "words": found} for n, found in words.items()])


async def _numbers(db: AsyncSession, documents: Iterable[Of]) -> dict[Of, int]:
    """The numbers of those documents that have one."""
    wanted = set(documents)
    query = select(
        SearchDocumentRow.session_id, SearchDocumentRow.flag_id, SearchDocumentRow.n
    ).where(SearchDocumentRow.session_id.in_({session for session, _ in wanted}))
    if len(wanted) <= _FEW:
        query = query.where(SearchDocumentRow.flag_id.in_({flag for _, flag in wanted}))
    rows = (await db.execute(query)).tuples()
    return {(session, flag): n for session, flag, n in rows if (session, flag) in wanted}


async def forget(db: AsyncSession, documents: Iterable[Of]) -> None:
    """Keep nothing of these documents any more."""
    for session, flag in documents:
        query = select(SearchDocumentRow.n).where(
            SearchDocumentRow.session_id == session, SearchDocumentRow.flag_id == flag
        )
        number = await db.scalar(query)
        if number is not None:
            await db.execute(text("DELETE FROM search_index WHERE rowid = :n"), {"n": number})
            await db.execute(delete(SearchDocumentRow).where(SearchDocumentRow.n == number))


def matching(db: AsyncSession, question: str) -> Select[tuple[str, str]] | None:
    """A question for the (session, flag) of every document that fits, of any institution;
    ``None`` where nothing is asked for, as of punctuation alone.
    """
    asked = words_of(question)[:QUESTION_WORDS]
    if not asked:
        return None
    if _is_sqlite(db):
        fits = "search_index MATCH :asked"
        said = " AND ".join(f"{_kept(word)}*" for word in asked)
    else:
        fits = "words @@ CAST(:asked AS tsquery)"
        said = " & ".join(f"'{_kept(word)}':*" for word in asked)
    # One of two texts of ours; what was asked is bound.
    found = text(f"SELECT rowid FROM search_index WHERE {fits}")  # noqa: S608
    return select(SearchDocumentRow.session_id, SearchDocumentRow.flag_id).where(
        SearchDocumentRow.n.in_(found.bindparams(asked=said))
    )


def _kept(word: str) -> str:
    """A word as it is kept: letters and digits of any language become ``0`` to ``f``."""
    return word.encode("utf-8", "replace").hex()


def _is_sqlite(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "sqlite"
