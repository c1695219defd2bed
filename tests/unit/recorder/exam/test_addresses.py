"""Which addresses belong to the exam, and every trick to make another look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QUrl

from recorder.exam.addresses import (
    MAX_TOLD_CHARS,
    Addresses,
    UnusableSurface,
    Why,
    place_of,
    told,
)
from shared.policy import Surface

START = "https://lms.example.edu/quiz/7?attempt=2"
EXAM = Addresses.of(
    Surface(
        kind="browser",
        start=START,
        allowed=(
            "files.example.edu/exam/*",
            "*.cdn.example.edu",
            "sso.example.edu:8443",
            "prüfung.example.de",
            "books.example.edu/a b/ü/*.html",
        ),
    )
)


def written(address: str) -> str:
    """An address as the browser writes it down."""
    return bytes(QUrl(address).toEncoded().data()).decode("ascii")


@pytest.mark.parametrize(
    "address",
    [
        START,
        "https://lms.example.edu",
        "https://lms.example.edu:443/anything/else?x#y",
        "HTTPS://LMS.example.edu/",
        "https://files.example.edu/exam/paper.pdf?version=2",
        "https://files.example.edu/exam/",
        "https://files.example.edu/%65xam/paper.pdf",
        "https://a.cdn.example.edu/",
        "https://a.b.cdn.example.edu/x",
        "https://sso.example.edu:8443/login",
        "https://xn--prfung-4ya.example.de/",
        "https://books.example.edu/a%20b/%c3%bc/page.html",
    ],
)
def test_what_belongs_to_the_exam(address: str) -> None:
    assert EXAM.judge(address) is None
    assert EXAM.judge_frame(address) is None
    assert EXAM.takes_header(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://example.com/", Why.HOST),
        ("https://lms.example.edu.evil.com/", Why.HOST),
        ("https://evil.com/lms.example.edu", Why.HOST),
        ("https://evil.com/?https://lms.example.edu", Why.HOST),
        ("https://evil.com#lms.example.edu", Why.HOST),
        ("https://lms.example.edu./", Why.HOST),
        ("https://xlms.example.edu/", Why.HOST),
        ("https://cdn.example.edu/", Why.HOST),
        ("https://evilcdn.example.edu/", Why.HOST),
        ("https://evil.com/.cdn.example.edu/", Why.HOST),
        ("https://xn--prfung-cva.example.de/", Why.HOST),
        ("https://lms.example.edu:8443/", Why.HOST),
        ("https://sso.example.edu/", Why.HOST),
        ("https://[::1]/", Why.HOST),
        ("https://2130706433/", Why.HOST),
        ("https://files.example.edu/", Why.PATH),
        ("https://files.example.edu/exam", Why.PATH),
        ("https://files.example.edu/examples/x", Why.PATH),
        ("https://files.example.edu/exam/%2e%2e/admin", Why.PATH),
        ("https://files.example.edu/exam/..%2fadmin", Why.PATH),
        ("https://files.example.edu/exam/..%5Cadmin", Why.PATH),
        ("https://files.example.edu/?/exam/", Why.PATH),
        ("http://lms.example.edu/", Why.INSECURE),
        ("http://a.cdn.example.edu/", Why.INSECURE),
        ("http://example.com/", Why.HOST),
        ("https://lms.example.edu@evil.com/", Why.CREDENTIALS),
        ("https://user:pass@lms.example.edu/", Why.CREDENTIALS),
        ("https://@lms.example.edu/", Why.CREDENTIALS),
        ("https://lms.example.edu\\@evil.com/", Why.UNREADABLE),
        ("https://evil.com\\.cdn.example.edu/", Why.UNREADABLE),
        ("https://lms.example.edu\t.evil.com/", Why.UNREADABLE),
        ("https://lms.example.edu%00.evil.com/", Why.UNREADABLE),
        ("https://lms.example.edu:99999/", Why.UNREADABLE),
        ("https://[lms.example.edu/", Why.UNREADABLE),
        ("https:lms.example.edu/", Why.UNREADABLE),
        ("https:///lms.example.edu/", Why.UNREADABLE),
        ("https://", Why.UNREADABLE),
        ("//lms.example.edu/", Why.UNREADABLE),
        ("lms.example.edu", Why.UNREADABLE),
        ("", Why.UNREADABLE),
        ("javascript:location='https://evil.com'", Why.SCHEME),
        ("data:text/html,<p>hello", Why.SCHEME),
        ("file:///etc/passwd", Why.SCHEME),
        ("blob:https://lms.example.edu/0b8f", Why.SCHEME),
        ("blob:https://evil.com/0b8f", Why.SCHEME),
        ("about:blank", Why.SCHEME),
        ("filesystem:https://lms.example.edu/temporary/x", Why.SCHEME),
        ("view-source:https://lms.example.edu/", Why.SCHEME),
        ("chrome://settings", Why.SCHEME),
        ("devtools://devtools/bundled/inspector.html", Why.SCHEME),
        ("ftp://lms.example.edu/", Why.SCHEME),
        ("ws://lms.example.edu/", Why.SCHEME),
        ("mailto:friend@example.com", Why.SCHEME),
        ("tel:+49123", Why.SCHEME),
        ("zoommtg://join", Why.SCHEME),
    ],
)
def test_what_does_not(address: str, why: Why) -> None:
    assert EXAM.judge(address) is why
    assert not EXAM.takes_header(address)


def test_a_frame_may_hold_what_the_page_made() -> None:
    for address in ("about:blank", "about:srcdoc", "blob:https://lms.example.edu/0b8f"):
        assert EXAM.judge_frame(address) is None
        assert not EXAM.takes_header(address)
    for address in ("blob:https://evil.com/0b8f", "blob:null/0b8f", "data:text/html,x"):
        assert EXAM.judge_frame(address) is not None
    assert EXAM.judge_frame("about:config") is Why.SCHEME


def test_plain_http_is_for_this_computer_or_for_a_start_that_is_plain() -> None:
    local = Addresses.of(Surface(start="http://127.0.0.1:8000/", allowed=("[::1]:81",)))
    assert local.judge("http://127.0.0.1:8000/x") is None
    assert local.judge("http://[::1]:81/") is None
    assert local.takes_header("http://127.0.0.1:8000/x")
    plain = Addresses.of(Surface(start="http://lms.example.edu/", allowed=("other.edu",)))
    assert plain.judge("http://lms.example.edu/x") is None
    assert not plain.takes_header("http://lms.example.edu/x")
    assert plain.judge("http://other.edu:443/") is Why.HOST
    assert plain.judge("http://other.edu/") is Why.INSECURE


@pytest.mark.parametrize(
    "surface",
    [
        Surface(start=""),
        Surface(start="lms.example.edu"),
        Surface(start="file:///home"),
        Surface(start="https://user@lms.example.edu/"),
        Surface(start="https://lms.example.edu:0x/"),
        Surface(start=START, allowed=("",)),
        Surface(start=START, allowed=("a b.example.edu",)),
        Surface(start=START, allowed=("http://lms.example.edu",)),
        Surface(start=START, allowed=("lms.example.edu:0",)),
        Surface(start=START, allowed=("lms.example.edu:x",)),
        Surface(start=START, allowed=("lms.example.edu/page?id=1",)),
        Surface(start=START, allowed=("user@lms.example.edu",)),
    ],
)
def test_a_policy_that_cannot_be_read_says_so(surface: Surface) -> None:
    with pytest.raises(UnusableSurface, match="not a"):
        Addresses.of(surface)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://evil.com/a?q=secret#frag", "https://evil.com/a"),
        ("https://evil.com?q=secret", "https://evil.com"),
        ("https://me:secret@evil.com/", "https://evil.com/"),
        ("HTTP://EVIL.com:81/A", "http://evil.com:81/A"),
        ("mailto:friend@example.com?body=secret", "mailto:"),
        ("data:text/html,secret", "data:"),
        ("file:///home/ada/secret", "file:"),
        ("javascript:secret()", "javascript:"),
        ("secret", ""),
        ("https:\\\\me:secret@evil.com/x", "https://evil.com/x"),
    ],
)
def test_the_address_is_told_and_not_the_content(address: str, said: str) -> None:
    assert told(address) == said


URLS = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["https", "http", "HTTPS"]),
    st.sampled_from(["", "lms.example.edu@", "a:b@"]),
    st.sampled_from(["lms.example.edu", "evil.com", "a.cdn.example.edu", "files.example.edu"])
    | st.text("lms.exapdu-_%2E@:\\/[]*", max_size=20),
    st.sampled_from(["", ":443", ":80", ":8443", "."]),
    st.text("/exam.%2fE\\;?#", max_size=20),
    st.text("abc?#@/\\", max_size=10),
)


@given(URLS)
def test_what_is_allowed_leads_where_qt_says_too(address: str) -> None:
    url = QUrl(address)
    if EXAM.judge(written(address)) is None:
        assert url.isValid()
        assert not url.userInfo()
        hosts = ("lms.example.edu", "files.example.edu", "sso.example.edu")
        assert url.host() in hosts or url.host().endswith(".cdn.example.edu")
        if url.host() == "files.example.edu":
            assert url.path(QUrl.ComponentFormattingOption.FullyDecoded).startswith("/exam/")


@given(st.text(max_size=60) | URLS)
def test_nothing_makes_it_stumble(address: str) -> None:
    verdict = EXAM.judge(address)
    place = place_of(address)
    assert (verdict is None) <= (not isinstance(place, Why))
    said = told(address)
    assert len(said) <= MAX_TOLD_CHARS + 10
    assert "?" not in said
    assert "#" not in said
    assert "@" not in said.split("/")[2] if said.count("/") >= 2 else True


@given(st.text("ab*", min_size=1, max_size=40), st.text("ab", max_size=200))
def test_stars_take_no_time_and_stay_within_the_host(pattern: str, path: str) -> None:
    rules = Addresses.of(Surface(start=START, allowed=(f"x.edu/{pattern}",)))
    matched = rules.judge(f"https://x.edu/{path}") is None
    from fnmatch import fnmatchcase

    assert matched == fnmatchcase(path, pattern)
    assert rules.judge(f"https://y.edu/x.edu/{path}") is Why.HOST
