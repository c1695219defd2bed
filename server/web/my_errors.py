"""Why a candidate's link shows nothing, in the candidate's language."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException

from server.candidates.words import DEFAULT, Words, language_of
from server.network import AnyRequest
from server.problems import refuse_http
from server.web.rendering import PRIVATE, page, wants_page

# No search engine keeps it, no cache does, and no address leaves with a link that is followed.
HIDDEN = {
    **PRIVATE,
    "Vary": "Accept-Language",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


class NothingShown(HTTPException):
    """There is nothing to show: no such link, or too many wrong ones, which ``wait`` for so
    many seconds. A program is told in English.
    """

    def __init__(self, wait: int = 0) -> None:
        """Take the seconds until another link may be tried; 0 where none is needed."""
        self.wait = wait
        super().__init__(
            self.told(Words(DEFAULT)),
            status_code=HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.NOT_FOUND,
            headers={"Retry-After": str(wait)} if wait else None,
        )

    @property
    def title(self) -> str:
        """The name of the title among the words."""
        return "nothing.wait" if self.wait else "nothing"

    def told(self, words: Words) -> str:
        """What is wrong, and what to do about it."""
        if not self.wait:
            return words("nothing.what")
        return words("nothing.many", minutes=words.minutes(-(-self.wait // 60)))


def answer_nothing(request: AnyRequest, error: NothingShown) -> Response[Any]:
    """A page in the language that the browser asks for, or a problem."""
    if not wants_page(request):
        return refuse_http(request, error)
    words = Words(language_of(request.headers.get("Accept-Language", "")))
    context = {"w": words, "title": words(error.title), "told": error.told(words)}
    headers = {**HIDDEN, **(error.headers or {})}
    return page("my_nothing.html", context, status=error.status_code, headers=headers)
