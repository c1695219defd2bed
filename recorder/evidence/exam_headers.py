"""Signs the headers of the exam's browser; the key itself stays with the ledger."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.exam_header import MAX_URL_CHARS, ExamHeader, bound_url, seal_header

# What a header has room for; a build's name is far shorter.
MAX_BUILD_CHARS = 200


class ExamHeaders:
    """One session's headers, from any thread and without waiting: 0.1 ms each."""

    def __init__(
        self,
        session: str,
        policy: str,
        build: str,
        *,
        in_force: Callable[[], tuple[int, Ed25519PrivateKey] | None],
        newest_receipt: Callable[[], str | None],
        wall: Callable[[], int],
    ) -> None:
        """Sign for ``session``; made by ``EvidenceWriter.exam_headers``.

        Args:
            session: its id.
            policy: the hash of its policy.
            build: what this recorder calls itself.
            in_force: epoch and key, or ``None`` when the session is closed.
            newest_receipt: the hash of the newest receipt held.
            wall: the wall clock, microseconds.
        """
        self._session, self._policy, self._build = session, policy, build[:MAX_BUILD_CHARS]
        self._in_force = in_force
        self._newest_receipt = newest_receipt
        self._wall = wall

    def sign(self, url: str) -> str | None:
        """The header's value for a request.

        ``None`` where there is nothing to sign with (the session is closed) or nothing to
        sign for (no address of the web, or one too long for a header).
        """
        bound, in_force = bound_url(url), self._in_force()
        if bound is None or len(bound) > MAX_URL_CHARS or in_force is None:
            return None
        epoch, key = in_force
        return seal_header(
            key,
            ExamHeader(
                session=self._session,
                epoch=epoch,
                policy=self._policy,
                build=self._build,
                url=bound,
                anchor=self._newest_receipt(),
                time=self._wall(),
            ),
        )
