"""An exam's own web site on loopback, another one beside it, and every way out on one page."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shared.exam_header import HEADER_NAME

PAGE = """<!doctype html><meta charset=utf-8><title>Linear Algebra I</title>
<style>body{{font:18px sans-serif;margin:2em;max-width:46em}}
a{{display:inline-block;margin:.2em}}
textarea{{width:100%;height:5em}}</style>
<h1>Question 3 of 12</h1>
<p>Let <i>A</i> be a 3 × 3 matrix with determinant 2. What is det(2A)?</p>
<textarea id=answer>my answer</textarea>
<p><a id=within href="/second">next question</a>
<a id=link href="{other}/link?secret=1#x">link</a>
<a id=blank target=_blank href="{other}/blank">blank</a>
<a id=inside target=_blank href="/inside">inside</a>
<a id=mail href="mailto:friend@example.com?body=secret">mail</a>
<a id=program href="zoommtg://join?secret">program</a>
<a id=moved href="/moved">moved</a> <a id=hop href="/hop">hop</a>
<a id=file href="/download">file</a> <a id=paper download href="{other}/paper">paper</a></p>
<form id=form method=post action="{other}/form"></form>
<img alt="" src="/picture">"""

# A page of paper that is red all over, with words at its top and a link below them.
PAPER = """%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Annots[5 0 R]
/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 75>>stream
1 0 0 rg 0 0 600 800 re f
0 g BT /F 40 Tf 60 600 Td (Question 4) Tj ET
endstream endobj
5 0 obj<</Type/Annot/Subtype/Link/Rect[0 0 600 500]/Border[0 0 0]
/A<</S/URI/URI({other}/from-paper?secret=1)>>>>endobj
trailer<</Root 1 0 R/Size 6>>
"""

# Where a page has its papers, one way each.
PAPERS = """<!doctype html><title>Papers</title><a id=paper href="/paper.pdf">paper</a>
<p id=place>"""


@dataclass
class Site:
    """A running server; ``asked`` holds (path, header) of each request."""

    url: str
    other: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def header(self, path: str) -> str | None:
        """The header of the newest request for a path."""
        return next(header for asked, header in reversed(self.asked) if asked == path)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:  # noqa: C901  (a table)
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _moved(self, where: str) -> None:
            self.send_response(302)
            self.send_header("Location", where)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _say(self, text: str, kind: str = "text/html", **headers: str) -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            site.asked.append((path, self.headers.get(HEADER_NAME)))
            match path:
                case "/moved":
                    self._moved(f"{site.other}/elsewhere")
                case "/hop":
                    self._moved("/landed")
                case "/picture":
                    self._moved(f"{site.other}/picture.png")
                case "/api":
                    self._moved(f"{site.other}/api")
                case "/meta":
                    self._say(f'<meta http-equiv=refresh content="0;url={site.other}/meta">')
                case "/download":
                    self._say("x", "text/plain", Content_Disposition="attachment")
                case "/paper.pdf":
                    self._say(PAPER.replace("{other}", site.other), "application/pdf")
                case "/papers":
                    self._say(PAPERS)
                case "/never":
                    site.hold.wait(20)
                case "/missing":
                    self.send_error(404, "Not here")
                case _:
                    self._say(PAGE.format(other=site.other))

    return Handler


@contextmanager
def serving(other: str = "", certificate: Path | None = None) -> Iterator[Site]:
    """Serve on a free port of 127.0.0.1, with TLS where there is a certificate (PEM)."""
    site = Site("", other)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    site.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
