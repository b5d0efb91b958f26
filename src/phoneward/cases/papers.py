"""A sealed case as small PDF files, for portals that take no archives: a list of the evidence, pictures, letters.

A paper proves nothing by itself; the list names the SHA-256 of each file, so that the case can be shown to be the one
that was meant. Pictures are made smaller, in a confined worker; what a paper shows is never the evidence itself.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward.cases.bag import TAG_MANIFEST
from phoneward.cases.custody import ACTION_WORDS, Line
from phoneward.cases.facts import CaseFacts
from phoneward.cases.items import Item
from phoneward.cases.verdict import Verdict
from phoneward.errors import readable
from phoneward.incidents import INCIDENT_WORDS
from phoneward.media import PicturesExtraMissingError, Skipped, read_header
from phoneward.paper import make_pdf
from phoneward.texts import N_, Words, _, formats, words

if TYPE_CHECKING:
    from phoneward.media.comparing import Looker

MAX_PICTURE: Final = 64 << 20
"""Bytes of a file that is looked at as a picture."""
MAX_ROWS: Final = 500
"""Rows of a list: a longer one goes on in the next file."""
_HEAD: Final = 1 << 16
_WIDTHS: Final = (1400, 900, 500, 250)
"""Pixels that a picture is wide; the first that is small enough is taken."""
_FOR_FONTS: Final = 60_000
"""Bytes of a PDF that its letters take: of fonts only those are embedded."""
MASK: Final = "███"
MAX_ALBUM: Final = 20_000_000
"""Bytes of a file of pictures, where no limit was named."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What was made.

    Attributes:
        pdfs: by name.
        left_out: files of the case that are in none of them, and why.
    """

    pdfs: dict[str, bytes] = field(default_factory=dict)
    left_out: list[Words] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contents:
    """What of a case goes onto paper.

    Attributes:
        bag: its folder.
        facts, items, lines: of it.
        verdict: of a look at it.
        sha256: of the tag manifest.
        is_redacted: without what is personal: names, paths, notes, serials; of pictures only redacted copies.
    """

    bag: Path
    facts: CaseFacts
    items: Sequence[Item]
    lines: Sequence[Line]
    verdict: Verdict
    sha256: str
    is_redacted: bool = False


def make_papers(contents: Contents, most: int | None) -> Papers:
    """Return the PDF files.

    Args:
        contents: what goes onto them.
        most: bytes that one may have; None for no limit.

    Raises:
        PdfMissingError, PdfNotMadeError: see `paper.make_pdf`.
        WorkerStartError: pictures cannot be looked at safely.
    """
    papers = Papers()
    _put_lists(papers, contents, most)
    _put_pictures(papers, contents, most)
    _put_letters(papers, contents, most)
    if contents.is_redacted:
        hidden = {path for item in contents.items if item.is_redacted for path in item.of}
        pattern = N_("{path} is left out: it has no redacted copy")
        left = (item for item in contents.items if not item.is_redacted and item.path not in hidden)
        papers.left_out.extend(words(pattern, path=readable(item.path)) for item in left)
    return papers


def _put_lists(papers: Papers, contents: Contents, most: int | None) -> None:
    rows: list[tuple[str, dict[str, object]]] = [("item", _row(*one, contents)) for one in enumerate(contents.items, 1)]
    rows += [("line", _line(line, contents)) for line in contents.lines]
    waiting = [rows[start : start + MAX_ROWS] for start in range(0, len(rows), MAX_ROWS)] or [[]]
    number = 0
    while waiting:
        some = waiting.pop(0)
        number += 1
        made = _list(contents, some, number)
        if most is not None and len(made) > most and len(some) > 1:
            number -= 1
            waiting[:0] = [some[: len(some) // 2], some[len(some) // 2 :]]
            continue
        papers.pdfs[_("evidence list {number}").format(number=number) + ".pdf"] = made


def _list(contents: Contents, rows: Iterable[tuple[str, dict[str, object]]], number: int) -> bytes:
    seal = contents.verdict.seals[-1]
    device = contents.facts.device
    serial = "" if contents.is_redacted else device.serial
    about = [
        (_("Case"), "" if contents.is_redacted else contents.facts.title),
        (_("What happened"), _(INCIDENT_WORDS[contents.facts.incident])),
        (_("When"), contents.facts.happened.isoformat() if contents.facts.happened else ""),
        (_("Phone"), " ".join(filter(None, (device.maker, device.model, device.build, serial)))),
        (_("Seal"), str(seal.seal)),
        (_("Sealed by this computer's clock"), formats.moment(seal.clock) if seal.clock else ""),
        (_("Time stamp"), f"{formats.moment(seal.time)}, {seal.authority}" if seal.time else _("none")),
        (_("SHA-256 of {file}").format(file=TAG_MANIFEST), contents.sha256),
    ]
    listed = list(rows)
    data = {
        "title": _("List of evidence") + (f" ({number})" if number > 1 else ""),
        "about": [[label, readable(value)] for label, value in about if value],
        "date": _date(contents),
        "items": [row for kind, row in listed if kind == "item"],
        "lines": [row for kind, row in listed if kind == "line"],
        "words": {
            "items": _("Files"),
            "lines": _("Custody log"),
            "check": _(
                "Each file can be compared with its SHA-256. The whole case is a BagIt bag; its README says how to "
                "check it with three standard commands."
            ),
            "from": _("from"),
        },
    }
    return make_pdf(_template("list.typ"), data)


def _row(number: int, item: Item, contents: Contents) -> dict[str, object]:
    row: dict[str, object] = {
        "number": str(number),
        "path": readable(item.path),
        "size": formats.size(item.size),
        "sha256": item.sha256,
        "time": item.time,
        "source": "",
        "note": "",
    }
    if contents.is_redacted:
        return {**row, "path": _masked(item.path)}
    source = item.source
    origin = "" if source is None else " ".join(filter(None, (source.snapshot[:16], source.path, source.phone)))
    return {**row, "source": readable(origin), "note": readable(item.note)}


def _line(line: Line, contents: Contents) -> dict[str, object]:
    hidden = contents.is_redacted
    return {
        "number": str(line.seq),
        "time": line.time,
        "who": MASK if hidden else readable(line.who),
        "action": _(ACTION_WORDS[line.action]),
        "note": "" if hidden else readable(line.note or ", ".join(filed.path for filed in line.files)),
    }


def _masked(path: str) -> str:
    """Return a path without the names that a person gave: its first two folders and its ending."""
    head, ending = "/".join(path.split("/")[:2]), path.rpartition("/")[2].rpartition(".")[2]
    return f"{head}/{MASK}" + (f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "")


def _put_pictures(papers: Papers, contents: Contents, most: int | None) -> None:
    """Show each picture, smaller; several in a file as long as it stays small enough."""
    found = [
        (number, item)
        for number, item in enumerate(contents.items, 1)
        if (item.is_redacted or not contents.is_redacted) and _is_picture(contents.bag / item.path)
    ]
    if not found:
        return
    try:
        from phoneward.media.comparing import Looker
    except PicturesExtraMissingError as error:
        papers.left_out.append(words(N_("Pictures are not shown: {reason}"), reason=error.sentence()))
        return
    budget = (MAX_ALBUM if most is None else min(most, MAX_ALBUM)) - _FOR_FONTS
    waiting: list[tuple[dict[str, object], bytes]] = []
    with Looker(workers=1) as looker:
        for number, item in found:
            shown = _shown(looker, (contents.bag / item.path).read_bytes(), budget)
            if isinstance(shown, Words):
                pattern = N_("{path} is not shown: {reason}")
                papers.left_out.append(words(pattern, path=readable(item.path), reason=shown))
                continue
            if waiting and len(shown) + sum(len(data) for _row, data in waiting) > budget:
                _put_album(papers, contents, waiting)
                waiting = []
            waiting.append((_row(number, item, contents), shown))
    if waiting:
        _put_album(papers, contents, waiting)


def _put_album(papers: Papers, contents: Contents, shown: list[tuple[dict[str, object], bytes]]) -> None:
    pictures = {f"{place}.jpg": data for place, (_row, data) in enumerate(shown)}
    data = {
        "title": _("Pictures"),
        "date": _date(contents),
        "pictures": [{**row, "file": name} for (row, _data), name in zip(shown, pictures, strict=True)],
        "words": {"smaller": _("Shown smaller. The SHA-256 is that of the original in the case.")},
    }
    number = 1
    while (name := _("pictures {number}").format(number=number) + ".pdf") in papers.pdfs:
        number += 1
    papers.pdfs[name] = make_pdf(_template("pictures.typ"), data, pictures=pictures)


def _shown(looker: "Looker", data: bytes, budget: int) -> bytes | Words:
    for width in _WIDTHS:
        seen = looker.shown(data, width=width)
        if isinstance(seen, Skipped):
            return seen.reason.words
        if len(seen) <= budget:
            return seen
    return words(N_("it is too large for a file of this size"))


def _put_letters(papers: Papers, contents: Contents, most: int | None) -> None:
    """Take the PDF files along that are in the case: letters."""
    for item in contents.items:
        if item.is_original or not item.path.endswith(".pdf") or (contents.is_redacted and not item.is_redacted):
            continue
        if most is not None and item.size > most:
            reason = words(N_("it is too large for a file of this size"))
            papers.left_out.append(words(N_("{path} is left out: {reason}"), path=item.path, reason=reason))
            continue
        name = item.path.rpartition("/")[2]
        while name in papers.pdfs:
            name = f"_{name}"
        papers.pdfs[name] = (contents.bag / item.path).read_bytes()


def _is_picture(path: Path) -> bool:
    if not 0 < path.stat().st_size <= MAX_PICTURE:
        return False
    with path.open("rb") as stream:
        return read_header(stream.read(_HEAD)) is not None


def _date(contents: Contents) -> list[int]:
    """Return the day of the seal: the same papers each time."""
    clock = contents.verdict.seals[-1].clock or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    return [clock.year, clock.month, clock.day]


def _template(name: str) -> str:
    return (files("phoneward.cases") / "templates" / name).read_text("utf-8")
