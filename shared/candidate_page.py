"""Where a candidate's own page is: what is kept of them, their copy, an appeal.

The page's token follows from the session's, so that the recorder can name the page in the
receipt that it saves, and whoever has the receipt has no way to the session's own token.
"""

from __future__ import annotations

import hashlib

from shared.encoding import to_base64

PREFIX = "/my/"

_DOMAIN = b"invigil/candidate-page/1\0"


def page_token(token: str) -> str:
    """The page's token: SHA-256 of a domain and the session's ``token``, as base64url."""
    return to_base64(hashlib.sha256(_DOMAIN + token.encode("utf-8")).digest())


def page_path(page: str) -> str:
    """The page's address on the server, from a page's token."""
    return PREFIX + page
