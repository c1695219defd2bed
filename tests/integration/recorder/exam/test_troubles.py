"""A page that does not come: it is said what happened and what to do, and it can be mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from support.exam_remote import ExamApp
from support.exam_site import Site, serving

NOW = dt.datetime.now(dt.UTC)


def headed(heading: str) -> str:
    """Whether that is what is said: a busy machine is told first that the page takes long."""
    return f"(trouble() or {{}}).get('heading') == {heading!r}"


@pytest.fixture
def bad_site(tmp_path: Path) -> Iterator[Site]:
    """A site whose certificate nobody knows the issuer of."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "site.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    with serving(certificate=pem) as site:
        yield site


def test_an_unknown_certificate_is_refused(app: ExamApp, site: Site, bad_site: Site) -> None:
    # As if the policy's own start were served so.
    app(f"browser._addresses = addresses = Addresses.of(Surface(start={bad_site.url!r}))")
    app("before = browser.page._addresses\nbrowser.page._addresses = addresses")
    app("browser._requests._addresses = addresses")
    app(f"browser.page.load(QUrl({bad_site.url!r}))")
    app.until(headed("This connection is not secure"))
    said = app("trouble()")
    assert "issued by somebody unknown" in said["happened"]
    assert "Wi-Fi" in said["todo"]
    assert bad_site.asked == []
    app("browser.page._addresses = browser._requests._addresses = browser._addresses = before")
    app.go(f"{site.url}/")
    assert app("trouble()") is None


def test_a_server_that_is_not_there(app: ExamApp, site: Site) -> None:
    with serving() as short_lived:
        gone = short_lived.url
    app(f"gone = Addresses.of(Surface(start={site.url!r}, allowed=({gone[7:]!r},)))")
    app("before = browser.page._addresses")
    app("browser.page._addresses = browser._requests._addresses = gone")
    app(f"browser.page.load(QUrl({gone!r}))")
    app.until(headed("The exam's server does not answer"))
    said = app("trouble()")
    assert "Try again" in said["todo"]
    assert said["spoken"].startswith(said["heading"])
    # The keyboard is where it helps, and the page is asked for again.
    assert app("QApplication.focusWidget().objectName()") == "again"
    app("tried = []\nnote = lambda: tried.append(browser.page.wanted)")
    app("browser.page.loadStarted.connect(note)")
    app.press("Return")
    app.until("tried and " + headed("The exam's server does not answer"))
    assert app("tried[0].toString()").rstrip("/") == gone
    app("browser.page.loadStarted.disconnect(note)")
    app("browser.page._addresses = browser._requests._addresses = before")


def test_a_page_that_never_comes(app: ExamApp, site: Site) -> None:
    app.go(f"{site.url}/")
    site.hold.clear()
    app(f"browser.page.load(QUrl({site.url + '/never'!r}))")
    app.until("trouble() is not None")
    assert app("trouble()")["heading"] == "This page takes long"
    app("x, y = button(browser, 'Keep waiting')")
    # It goes away for a second only.
    app("waited = []\nbrowser._sheets[-1].trouble.patient.connect(lambda: waited.append(1))")
    app.click(*app("(x, y)"))
    app.until("waited and trouble() is not None")
    site.hold.set()
    app.go(f"{site.url}/")
    site.hold.clear()
    assert app("trouble()") is None


def test_before_there_is_a_page_it_is_said_whose_is_awaited(app: ExamApp, site: Site) -> None:
    site.hold.clear()
    app("browser._push()")
    assert app("host()") == ""
    app(f"browser.page.load(QUrl({site.url + '/never'!r}))")
    app.until("host() == 'Opening 127.0.0.1…'")
    assert app("browser._bar._lock.isHidden()")
    app("browser._pop()")
    site.hold.set()
    assert app("host()") == "127.0.0.1 · not encrypted"


def test_the_servers_own_words_are_shown(app: ExamApp, site: Site) -> None:
    app(f"browser.page.load(QUrl({site.url + '/missing'!r}))")
    app.until("'Not here' in str(js('document.body?.innerText'))")
    assert app("trouble()") is None


def test_a_page_that_crashes(app: ExamApp, site: Site) -> None:
    app.go(f"{site.url}/")
    app("import os, signal\nos.kill(browser.page.renderProcessPid(), signal.SIGKILL)")
    app.until("trouble() is not None")
    assert app("trouble()")["heading"] == "This page stopped working"
    app.press("Return")
    app.until("trouble() is None and js('document.title') == 'Linear Algebra I'")


def test_what_a_page_asks(app: ExamApp, site: Site) -> None:
    app.go(f"{site.url}/")
    app.js("setTimeout(()=>{window.said=prompt('How many?','3')},300);0")
    app.until("browser._dialogue.asking")
    app.press("ctrl+a")
    app.xdotool("type", "--delay", "20", "four")
    app.press("Return")
    app.until("js('said') == 'four'")
    app.js("setTimeout(()=>{window.said=confirm('Sure?')},300);0")
    app.until("browser._dialogue.asking")
    app.press("Escape")
    app.until("js('said') == False")
    app.js("setTimeout(()=>{alert('Read this');said='read'},300);0")
    app.until("browser._dialogue.asking")
    app.press("Return")
    app.until("js('said') == 'read'")
