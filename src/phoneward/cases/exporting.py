"""Gives a sealed case away: as one zip, in parts that a portal takes, or as small PDF files; all of it or nothing."""

import os
import secrets
import shlex
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.cases.bag import TAG_MANIFEST
from phoneward.cases.case import Case
from phoneward.cases.errors import CaseExistsError, CaseUnwritableError, ExportTooLargeError, NotExportedError
from phoneward.cases.names import bag_name
from phoneward.cases.papers import Contents, make_papers
from phoneward.cases.parts import Part, Slice, divide, part_of, total_size, write_zip
from phoneward.cases.tree import hash_file, walk
from phoneward.cases.verdict import Result, Verdict
from phoneward.cases.verifying import verify
from phoneward.durable import sync_folder
from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.texts import Words

LIST: Final = "PARTS.txt"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        place: the zip, or the folder.
        parts: the files in it, or the zip itself; their list is not among them.
        left_out: what is in none of them, and why.
    """

    place: Path
    parts: tuple[Part, ...]
    left_out: tuple[Words, ...] = field(default=())


def export(
    bag: Path,
    to: Path,
    *,
    most: int | None = None,
    as_pdf: bool = False,
    is_redacted: bool = False,
    listener: Listener = silent,
) -> Exported:
    """Write a sealed case for giving it away.

    Args:
        bag: the case.
        to: a name that ends in `.zip` for one zip, else a folder; nothing is there yet.
        most: bytes that each file may have; None for no limit.
        as_pdf: small PDF files instead of the bag itself; `to` is a folder.
        is_redacted: of the PDF files: without what is personal, and of files only their redacted copies.
        listener: hears the look at the case.

    Raises:
        NotExportedError: it is not sealed, or not as it was sealed.
        CaseExistsError: something is there already.
        ExportTooLargeError: it does not fit into one zip of that size.
        CaseUnwritableError: it cannot be written.
        PdfMissingError, PdfNotMadeError, WorkerStartError: see `papers.make_papers`.
    """
    verdict = verify(bag, listener=listener)
    if verdict.result is Result.BROKEN:
        raise NotExportedError(detail=verdict.problems[0])
    if os.path.lexists(to) and not (to.is_dir() and not to.is_symlink() and not any(to.iterdir())):
        raise CaseExistsError(folder=readable(str(to)))
    is_zip = to.suffix.lower() == ".zip" and not as_pdf
    made = to.with_name(f".{to.name[:100]}.phoneward-export-{secrets.token_hex(6)}")
    try:
        made.mkdir(mode=0o700, parents=True)
        left_out: list[Words] = []
        if as_pdf:
            parts, left_out = _papers(bag, made, verdict, most, is_redacted=is_redacted)
        else:
            parts = _zips(bag, made, to if is_zip else None, most)
        _publish(made, to, parts[0].name if is_zip else None)
    except OSError as error:
        raise CaseUnwritableError(path=readable(str(to)), detail=readable(error.strerror or str(error))) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Exported(to, tuple(parts), tuple(left_out))


def _zips(bag: Path, made: Path, only: Path | None, most: int | None) -> list[Part]:
    files = sorted(walk(bag).files.items(), key=_order)
    if only is not None:
        if most is not None and (size := total_size(files)) > most:
            raise ExportTooLargeError(size=f"{size:,}", most=f"{most:,}")
        return [write_zip(made / only.name, bag, (Slice(path, 0, size) for path, size in files))]
    divided = divide(files, most)
    name = bag_name(bag.absolute().name)
    parts = []
    for number, slices in enumerate(divided, 1):
        of = f"-{number:0{len(str(len(divided)))}}-of-{len(divided)}" if len(divided) > 1 else ""
        parts.append(write_zip(made / f"{name}{of}.zip", bag, slices))
    cut = sorted({(one.path, one.size) for slices in divided for one in slices if one.piece == 1})
    (made / LIST).write_bytes(_list(parts, [path for path, _size in cut]))
    return parts


def _order(file: tuple[str, int]) -> tuple[bool, bytes]:
    """Put what says what it is first: tag files before the payload."""
    return file[0].startswith("data/"), file[0].encode()


def _papers(
    bag: Path, made: Path, verdict: Verdict, most: int | None, *, is_redacted: bool
) -> tuple[list[Part], list[Words]]:
    case = Case.open(bag)
    sha256 = hash_file(bag / TAG_MANIFEST, (bag / TAG_MANIFEST).stat().st_size) or ""
    contents = Contents(bag, case.facts, case.items(), list(case.log()), verdict, sha256, is_redacted)
    papers = make_papers(contents, most)
    parts = []
    for number, (name, pdf) in enumerate(papers.pdfs.items(), 1):
        place = made / f"{number:02}-{bag_name(name)}"
        place.write_bytes(pdf)
        parts.append(part_of(place))
    (made / LIST).write_bytes(_list(parts, []))
    return parts, papers.left_out


def _list(parts: Iterable[Part], cut: Iterable[str]) -> bytes:
    """Return the list of parts, in both languages: their hashes, and how they become the bag again."""
    lines = [
        "各部分及其 SHA-256 / The parts and their SHA-256 (sha256sum -c PARTS.txt)",
        "",
        *(f"{part.sha256}  {part.name}" for part in parts),
        "",
        "zip 文件：全部解压到同一个文件夹，就是完整的证据包；其中的 README.txt 写明怎样核对。",
        "Zip files: unpack all of them into one folder: that is the whole bag. README.txt in it says how to check it.",
    ]
    for path in cut:
        lines += [
            "",
            f"{path} 太大，分成了几段。合并 / It was cut into pieces. Put them together:",
            f"   cat {shlex.quote(path)}.part-* > {shlex.quote(path)} && rm {shlex.quote(path)}.part-*",
            f'   Windows: copy /b "{path.replace("/", chr(92))}.part-*" "{path.replace("/", chr(92))}"',
        ]
    return ("\n".join(lines) + "\n").encode()


def _publish(made: Path, to: Path, only: str | None) -> None:
    """Give what was written its name."""
    if to.is_dir() and only is None:
        to.rmdir()  # Windows renames onto nothing
    os.rename(made / only if only is not None else made, to)
    if stat.S_ISDIR(os.lstat(to).st_mode):
        sync_folder(to)
    sync_folder(to.absolute().parent)
