"""Writes a sheet of all pictures: pages that any browser shows, with what is known of each."""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import jinja2

from phoneward import paper
from phoneward.errors import readable
from phoneward.rescue.pictures.found import Recovered, TimeFrom
from phoneward.texts import N_, _, formats, ngettext

MOST_ON_A_PAGE: Final = 200
_PACKAGE: Final = "phoneward.rescue.pictures"
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""What a browser lets a page do: show the pictures beside it. No script, no request to anywhere."""
_FROM_WORDS: Final = {
    TimeFrom.EXIF: N_("the camera's own time"),
    TimeFrom.MEDIASTORE: N_("from the phone's list of pictures"),
    TimeFrom.NOTED: N_("noted in the cache"),
    TimeFrom.FILE: N_("when the file was last written; the picture can be older"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    file: str
    name: str
    alt: str
    lines: tuple[str, ...]


def write_sheet(folder: Path, pictures: Sequence[Recovered], copies: int) -> None:
    """Write the pages.

    Args:
        folder: where; the pictures lie in it.
        pictures: in their order.
        copies: how many more places hold one of them.

    Raises:
        OSError: they cannot be written.
    """
    (folder / "style.css").write_bytes((files(_PACKAGE) / "templates" / "sheet.css").read_bytes())
    count = -(-len(pictures) // MOST_ON_A_PAGE)
    for number in range(count):
        part = pictures[number * MOST_ON_A_PAGE : (number + 1) * MOST_ON_A_PAGE]
        page = (
            _templates()
            .get_template("sheet.html")
            .render(
                policy=POLICY,
                pictures=[_shown(one) for one in part],
                total=len(pictures),
                copies=copies,
                page=number + 1,
                pages=[(other + 1, _name(other)) for other in range(count)],
            )
        )
        new = os.open(folder / _name(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(new, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)


def _name(number: int) -> str:
    return "index.html" if number == 0 else f"sheet-{number + 1}.html"


def _shown(one: Recovered) -> _Shown:
    lines = [f"{one.width} × {one.height} · {formats.size(one.size)}"]
    if one.is_small:
        lines.append(_("A small version: the original was larger, or may have been."))
    if not one.is_whole:
        lines.append(_("Its end is missing: it shows as far as it goes."))
    if one.time is not None and one.time_from in _FROM_WORDS:
        # A camera's time has no zone: it is shown as the camera wrote it.
        when = f"{one.time:%Y-%m-%d %H:%M}" if one.time.tzinfo is None else formats.moment(one.time)
        lines.append(_("{time}: {source}").format(time=when, source=_(_FROM_WORDS[one.time_from])))
    else:
        lines.append(_("When it was is not known."))
    if one.original:
        lines.append(_("Of: {name}").format(name=readable(one.original)))
    first = one.places[0]
    lines.append(_("Found in: {path}").format(path=readable(" › ".join((first.path.name, *first.inside)))))
    if len(one.places) > 1:
        more = len(one.places) - 1
        lines.append(
            ngettext("The same lies in {count} other place.", "The same lies in {count} other places.", more).format(
                count=more
            )
        )
    name = one.file.rpartition("/")[2]
    return _Shown(one.file, name, _("Picture: {name}").format(name=name), tuple(lines))


@functools.cache
def _templates() -> jinja2.Environment:
    return paper.environment((_PACKAGE, "templates"))
