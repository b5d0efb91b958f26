"""Writes the pictures that were found into a new folder: under names that sort, each once, with a list and a sheet."""

import csv
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.media import Format
from phoneward.media.finding import LeftOut
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.rescue.newfolder import new_folder, refuse_folder
from phoneward.rescue.pictures.errors import NoPicturesError, PicturesSourceGoneError
from phoneward.rescue.pictures.found import Recovered
from phoneward.rescue.pictures.looking import Looking, Seen, files_of
from phoneward.rescue.pictures.sheet import write_sheet
from phoneward.texts import _, formats

_ENDINGS: Final = {
    Format.JPEG: ".jpg",
    Format.PNG: ".png",
    Format.WEBP: ".webp",
    Format.GIF: ".gif",
    Format.BMP: ".bmp",
    Format.HEIF: ".heic",
    Format.AVIF: ".avif",
}
_MOST_PLACES: Final = 1_000
"""Places of one picture that are remembered."""
_SMALLEST: Final = 8
"""Pixels: smaller ones are dots that pages are laid out with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredPictures:
    """What was written out.

    Attributes:
        folder: where.
        pictures: in the order of their names.
        copies: how many more places hold one of them.
        open_already: ordinary picture files that were passed over.
        dots: pictures of fewer than eight pixels that were passed over.
        files: how many were looked through.
        left_out: what was not looked at, by file.
        unreadable: files that could not be read, with why.
    """

    folder: Path
    pictures: tuple[Recovered, ...]
    copies: int
    open_already: int
    dots: int
    files: int
    left_out: tuple[tuple[Path, LeftOut], ...]
    unreadable: tuple[tuple[Path, str], ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything could be looked at; films are not meant to be."""
        return not self.unreadable and all(reason is LeftOut.FILM for _path, reason in self.left_out)


def recover_pictures(sources: Sequence[Path], to: Path, *, listener: Listener = silent) -> RecoveredPictures:
    """Write the pictures in caches, thumbnail databases and any other files into a new folder.

    The sources are opened for reading only. Bytes are copied as they lie; nothing is decoded.

    Args:
        sources: files, and folders that are looked through with all that is in them.
        to: a folder that is not there yet, or is empty. It appears when it is finished.
        listener: hears how it goes.

    Raises:
        PicturesSourceGoneError: a source is not there.
        NoPicturesError: nothing was found; nothing is written.
        FolderTakenError, FolderWithinError, FolderUnwritableError: the place will not do.
    """
    _refuse_missing(sources)
    refuse_folder(to, sources)
    paths = list(files_of(sources))
    with new_folder(to) as folder:
        pictures, aside = folder / "pictures", folder / "aside"
        pictures.mkdir()
        aside.mkdir()
        looking = Looking(aside)
        gathering = _Gathering(pictures)
        listener(PhaseStarted("find-pictures", total_files=len(paths)))
        try:
            for seen in looking.through(paths):
                gathering.take(seen)
                listener(Advanced("find-pictures", looking.files, looking.bytes, os.fsencode(seen.place.path)))
        finally:
            listener(PhaseDone("find-pictures", looking.files, looking.bytes))
        if not gathering.found:
            raise NoPicturesError(files=formats.files(looking.files))
        result = RecoveredPictures(
            folder=to,
            pictures=gathering.named(),
            copies=sum(len(one.places) - 1 for one in gathering.found.values()),
            open_already=looking.open_already,
            dots=gathering.dots,
            files=looking.files,
            left_out=tuple(looking.left_out),
            unreadable=tuple(looking.unreadable),
        )
        shutil.rmtree(aside)
        _write_list(folder / "pictures.csv", result.pictures)
        write_sheet(folder, result.pictures, result.copies)
    return result


class _Gathering:
    """Pictures written out under provisional names, by checksum."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.found: dict[str, Recovered] = {}
        self.dots = 0

    def take(self, seen: Seen) -> None:
        """Write a picture, or remember one more place of it."""
        header = seen.found.header
        if min(header.width, header.height) < _SMALLEST:
            self.dots += 1
            return
        digest = seen.sha256
        before = self.found.get(digest)
        if before is not None:
            self.found[digest] = _better(before, seen)
            return
        name = digest + _ENDINGS[header.format]
        new = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(new, "wb") as file:
            file.write(seen.found.data)
        time, source = seen.time()
        self.found[digest] = Recovered(
            file=name,
            sha256=digest,
            size=len(seen.found.data),
            width=header.width,
            height=header.height,
            time=time,
            time_from=source,
            is_small=seen.is_small,
            is_whole=seen.is_whole,
            original=_original(seen),
            how=seen.trace.how if seen.trace else "",
            places=(seen.place,),
        )

    def named(self) -> tuple[Recovered, ...]:
        """Give the pictures names by their times, and return them in that order."""
        ordered = sorted(self.found.values(), key=_order)
        width = max(4, len(str(len(ordered))))
        named = []
        for number, one in enumerate(ordered, 1):
            when = "undated" if one.time is None else one.time.strftime("%Y%m%d-%H%M%S")
            small = "-small" if one.is_small else ""
            name = f"{when}-{number:0{width}}{small}{Path(one.file).suffix}"
            os.replace(self._folder / one.file, self._folder / name)
            named.append(replace(one, file=f"pictures/{name}"))
        return tuple(named)


def _order(one: Recovered) -> tuple[bool, str, str, int]:
    first = one.places[0]
    when = "" if one.time is None else one.time.strftime("%Y%m%d%H%M%S")
    return one.time is None, when, str(first.path), first.offset


def _better(before: Recovered, seen: Seen) -> Recovered:
    """Return a picture with one more place; what that place tells is taken over where it tells more."""
    places = before.places if len(before.places) >= _MOST_PLACES else (*before.places, seen.place)
    time, source = seen.time()
    order = [*type(source)]
    is_better = order.index(source) < order.index(before.time_from)
    return replace(
        before,
        places=places,
        time=time if is_better else before.time,
        time_from=source if is_better else before.time_from,
        original=before.original or _original(seen),
        how=before.how or (seen.trace.how if seen.trace else ""),
    )


def _original(seen: Seen) -> str:
    """Return of which picture it is, readable; empty where nothing says."""
    if seen.known is not None and seen.known.name:
        return readable(seen.known.name)[:500]
    return readable(seen.trace.address)[:500] if seen.trace else ""


def _write_list(path: Path, pictures: Sequence[Recovered]) -> None:
    """Write what is known of each picture, a line each, for programs and tables."""
    columns = (
        "file", "sha256", "bytes", "width", "height", "time", "time_from", "small", "whole", "original", "trace",
        "places", "first_place", "offset",
    )  # fmt: skip
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for one in pictures:
            first = one.places[0]
            where = " > ".join((str(first.path), *first.inside))
            row = (
                one.file, one.sha256, one.size, one.width, one.height, one.time.isoformat() if one.time else "",
                one.time_from.value, int(one.is_small), int(one.is_whole), one.original, one.how, len(one.places),
                readable(where), first.offset,
            )  # fmt: skip
            writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> object:
    """Return a value that no table program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"} else value


def _refuse_missing(sources: Sequence[Path]) -> None:
    for source in sources:
        if not source.exists():
            raise PicturesSourceGoneError(path=readable(str(source)), reason=_("it is not there"))
