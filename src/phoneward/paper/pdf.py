"""PDF by typst (https://typst.app, Apache-2.0), an extra. Data goes in as JSON, never as markup.

Fonts are the system's: Chinese ones come with Windows and macOS, on Debian in fonts-noto-cjk. Nothing is fetched: our
templates import no packages, and typst may read nothing but what it is given.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from phoneward.errors import readable
from phoneward.paper.errors import PdfMissingError, PdfNotMadeError
from phoneward.texts import current_language

Standard: TypeAlias = Literal["a-2a"]
"""Standards for PDF that our documents keep, as typst names them."""

FONTS = (
    "Noto Sans",
    "Segoe UI",
    "Helvetica Neue",
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Source Han Sans SC",
)
"""Tried in this order, letter by letter."""


def make_pdf(
    template: str,
    data: Mapping[str, object],
    *,
    standard: Standard | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a PDF.

    Args:
        template: typst markup of ours. It reads the data with `#let data = json(bytes(sys.inputs.data))`; `data.fonts`
            and `data.lang` are added.
        data: what JSON can hold; texts are shown as they are, whatever they contain.
        standard: that the document must keep: `a-2a` is PDF/A-2a (ISO 19005-2), for keeping. The template then sets the
            document's date, and a letter that no font has is an error.
        pictures: JPEG of our own making by their names, for the template's `image`. Nothing else can be read.

    Raises:
        PdfMissingError: typst is not installed.
        PdfNotMadeError: it failed.
    """
    try:
        import typst
    except ImportError as error:
        raise PdfMissingError from error
    language = current_language()
    whole = {**data, "fonts": FONTS, "lang": language[:2], "region": language[3:] or None}
    try:
        with tempfile.TemporaryDirectory(prefix="phoneward-pdf-") as empty:  # its root: nothing else is to be read
            for name, picture in (pictures or {}).items():
                (Path(empty) / name).write_bytes(picture)
            source = Path(empty) / "document.typ"
            source.write_text(template, encoding="utf-8")
            made = typst.compile(
                str(source),
                root=empty,
                sys_inputs={"data": json.dumps(whole)},
                format="pdf",
                pdf_standards=None if standard is None else [standard],
            )
    except (RuntimeError, typst.TypstError) as error:
        raise PdfNotMadeError(detail=readable(str(error)[:200])) from error
    if not isinstance(made, bytes):
        raise PdfNotMadeError(detail="no document")
    return made
