"""One session on disk, with an honest server to sign for it."""

from support.session_fixtures import clock, ledger, server, store

__all__ = ["clock", "ledger", "server", "store"]
