"""The templates of data protection as files: text, a page of its own, a PDF."""

from __future__ import annotations

from server.reports.making import print_sheet
from server.reports.printing import Sheet
from server.retention.documents import DRAFT, Document, markdown
from server.web.rendering import template_config

# What a document is written as, with what a browser calls it.
MEDIA_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}

# Printed plainly: it is to be changed and signed off.
PRINTED = (
    "@page{size:A4;margin:2cm} body{font:10pt/1.45 sans-serif} h1{font-size:18pt} "
    "h2{font-size:13pt;margin-top:1.4em} table{border-collapse:collapse;width:100%} "
    "td,th{border:.5pt solid #777;padding:3pt 5pt;text-align:left;vertical-align:top} "
    ".draft{border:1pt solid #855400;padding:6pt}"
)


async def file_of(document: Document, form: str) -> bytes:
    """A document as one of ``MEDIA_TYPES``.

    Raises:
        NotMade: the PDF could not be laid out.
    """
    if form == "md":
        return markdown(document).encode()
    html = _html(document)
    if form == "html":
        return html.encode()
    return await print_sheet(Sheet(html, PRINTED, {}, {}))


def _html(document: Document) -> str:
    """A page of its own, for a file or a printer."""
    environment = template_config("").instance
    assert environment is not None
    template = environment.engine.get_template("data_protection_file.html")
    return template.render(document=document, draft=DRAFT)
