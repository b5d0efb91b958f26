"""The sheet as text for a terminal, as a web page that needs nothing else, and as PDF."""

import functools
from importlib import resources

from phoneward.paper import environment, make_pdf
from phoneward.setup.kit.sheet import Sheet
from phoneward.texts import labelled

_LINE = "_" * 60


def as_text(sheet: Sheet) -> str:
    """Return plain text, a paragraph a line."""
    lines = [sheet.title, "=" * min(72, len(sheet.title)), "", *sheet.intro, ""]
    lines += [labelled(name, value) for name, value in sheet.facts]
    lines += [""]
    for blank in sheet.blanks:
        lines += [labelled(blank, _LINE), ""]
    for number, part in enumerate(sheet.parts, start=1):
        lines += [f"{number}. {part.title}", *part.sentences]
        for command in part.commands:
            lines += [command.what, f"    {command.line}"]
        lines += [""]
    return "\n".join([*lines, *sheet.closing]) + "\n"


def as_html(sheet: Sheet) -> str:
    """Return a page that prints on one sheet of A4 or Letter; it loads nothing."""
    template = environment(("phoneward.setup.kit", "templates")).get_template("kit.html")
    return template.render(sheet=sheet)


def as_pdf(sheet: Sheet) -> bytes:
    """Return a PDF.

    Raises:
        PdfMissingError, PdfNotMadeError: see `paper.make_pdf`.
    """
    data = {
        "title": sheet.title,
        "intro": sheet.intro,
        "facts": sheet.facts,
        "blanks": sheet.blanks,
        "parts": [
            {
                "title": part.title,
                "sentences": part.sentences,
                "commands": [{"what": command.what, "line": command.line} for command in part.commands],
            }
            for part in sheet.parts
        ],
        "closing": sheet.closing,
        "vault_id": sheet.vault_id,
    }
    return make_pdf(_typst(), data)


@functools.cache
def _typst() -> str:
    return (resources.files("phoneward.setup.kit") / "templates" / "kit.typ").read_text(encoding="utf-8")
