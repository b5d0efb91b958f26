"""A letter on paper: HTML that needs nothing else, PDF/A with its fonts inside, and plain text to paste into a form."""

import re
import unicodedata
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from phoneward.cases.letters.model import Blanks, Block, Items, Letter, Paragraph, Table
from phoneward.paper import PdfNotMadeError, make_pdf, refuse_other_files, save_document, standalone_page
from phoneward.texts import speaking

MARK: Final = "Phoneward letter"
"""By which an earlier letter is told from a file that must not be replaced."""
_PARTS: Final = "phoneward.cases.letters"
_LONG: Final = re.compile(r"[^\s\u200b\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{24,}")
_RARE: Final = re.compile(
    "[^\\n -~\\u00a0-\\u024f\\u0370-\\u03ff\\u0400-\\u04ff\\u2010-\\u2027\\u2030-\\u205e\\u20ac\\u2588"
    "\\u3000-\\u3029\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uff01-\\uff5e\\uffe5]"
)
"""Not a letter that the fonts of ours are sure to have."""


def letter_html(letter: Letter) -> bytes:
    """Return the letter as a page in its language, UTF-8."""
    with speaking([letter.language]):
        return standalone_page(_PARTS, "letter.html", "letter.css", letter=_view(letter), mark=MARK)


def letter_pdf(letter: Letter) -> bytes:
    """Return the letter as PDF/A-2a in its language, its fonts inside.

    A letter that no installed font has is shown by its number, as `U+1F600`.

    Raises:
        PdfMissingError: typst is not installed.
        PdfNotMadeError: it failed.
    """
    template = (files(_PARTS) / "templates" / "letter.typ").read_text("utf-8")
    with speaking([letter.language]):
        view = {**_view(letter), "mark": MARK, "date": [letter.day.year, letter.day.month, letter.day.day]}
        try:
            return _made(template, view, _breakable)
        except PdfNotMadeError:
            return _made(template, view, lambda text: _breakable(_numbered(text)))


def _made(template: str, view: dict[str, object], change: Callable[[str], str]) -> bytes:
    return make_pdf(template, {name: _changed(one, change) for name, one in view.items()}, standard="a-2a")


def refuse_others(*, pdf: Path | None, html: Path | None) -> None:
    """Look whether a letter may be written there, before anybody waits. Raises as `paper.refuse_other_files`."""
    for path in (pdf, html):
        if path is not None:
            refuse_other_files(path, MARK)


def save_letter(letter: Letter, *, pdf: Path | None, html: Path | None) -> None:
    """Write the letter into files. Raises as `letter_pdf` and `paper.save_document`."""
    if pdf is not None:
        save_document(pdf, letter_pdf(letter), MARK)
    if html is not None:
        save_document(html, letter_html(letter), MARK)


def letter_text(letter: Letter) -> str:
    """Return the letter as plain text, for a form or a message."""
    lines = [letter.title]
    for section in letter.sections:
        lines += ["", *([section.heading] if section.heading else [])]
        for block in section.blocks:
            lines += _text_lines(block)
    return "\n".join([*lines, "", letter.closing]) + "\n"


def _text_lines(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [text]
        case Items(items, is_numbered):
            return [f"{place}. {item}" if is_numbered else f"- {item}" for place, item in enumerate(items, 1)]
        case Table(head, rows):
            return [
                "- "
                + "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=True) if cell)
                for row in rows
            ]
        case Blanks(labels):
            return [f"{label}: ____________________" for label in labels]


def _view(letter: Letter) -> dict[str, object]:
    """Return what stands on the page; plain values."""
    sections = [
        {
            "heading": section.heading,
            "blocks": [
                {"type": block.__struct_config__.tag, **msgspec.structs.asdict(block)} for block in section.blocks
            ],
        }
        for section in letter.sections
    ]
    return {"title": letter.title, "sections": sections, "closing": letter.closing}


def _changed(value: object, change: Callable[[str], str]) -> object:
    """Return the same value with every text in it changed."""
    match value:
        case str():
            return change(value)
        case dict():
            return {name: _changed(one, change) for name, one in value.items()}
        case list() | tuple():
            return [_changed(one, change) for one in value]
    return value


def _breakable(text: str) -> str:
    """Return a text with places where very long words, paths and hashes may be broken."""
    return _LONG.sub(lambda found: "\u200b".join(re.findall(".{1,12}", found.group())), text)


def _numbered(text: str) -> str:
    """Return a text in which letters that a font may not have are shown by their numbers."""
    return _RARE.sub(lambda found: f"U+{ord(found.group()):04X}", unicodedata.normalize("NFC", text))
