"""What a look for copies did not look at, and why: kept by reason, told in sentences."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from phoneward.media import Reason
from phoneward.media.finding import LeftOut
from phoneward.texts import Words, counted, verbatim, words

DAMAGED: Final = frozenset({"file-damaged", "folder-damaged"})
"""Reasons that a repair may take away."""
NAMED: Final = 5
"""Damaged files that are named one by one."""


class Missed(msgspec.Struct, array_like=True, frozen=True):
    """Why something was not looked at.

    Attributes:
        reason: a `LeftOut` of files, a `media.Reason` of pictures after `picture-`, or one of this file's own.
        name: of what was missed, where it is named.
        count: how many.
    """

    reason: str
    name: str = ""
    count: int = 1


_IN_PART: Final = {one.value for one in LeftOut} - {LeftOut.FILM.value}


_KINDS: Final = ("file-damaged", "folder-damaged", "heif", "undecodable", "in-part", "film")


def missed_words(missed: Iterable[Missed]) -> Iterator[Words]:
    """Yield what was not looked at, one sentence each."""
    counts: dict[str, int] = {}
    names: dict[str, list[str]] = {}
    for one in missed:
        kind = _kind(one.reason)
        counts[kind] = counts.get(kind, 0) + one.count
        if one.name:
            names.setdefault(kind, []).append(one.name)
    for kind in (kind for kind in _KINDS if kind in counts):
        yield _sentence(kind, counts[kind])
        for name in names.get(kind, ())[:NAMED]:
            yield words("It is damaged in the vault: {path}", path=verbatim(name))
    if "too-many-files" in counts:
        yield words("The rest of the files: there are more than any phone holds.")
    yield words("Folders that people fill themselves, such as Download and Documents.")


def _kind(reason: str) -> str:
    if reason in _IN_PART:
        return "in-part"
    if reason.startswith("picture-"):
        return "heif" if reason == f"picture-{Reason.NEEDS_HEIF.value}" else "undecodable"
    return reason


def _sentence(kind: str, count: int) -> Words:
    match kind:
        case "file-damaged":
            return counted(
                "{count} file that is damaged in the vault.", "{count} files that are damaged in the vault.", count
            )
        case "folder-damaged":
            return counted(
                "{count} folder that is damaged in the vault.", "{count} folders that are damaged in the vault.", count
            )
        case "heif":
            return counted(
                "{count} HEIF picture: the part that reads it is not installed (pip install 'phoneward[heif]').",
                "{count} HEIF pictures: the part that reads them is not installed (pip install 'phoneward[heif]').",
                count,
            )
        case "undecodable":
            return counted(
                "{count} picture that cannot be read: it is damaged, or far too large.",
                "{count} pictures that cannot be read: they are damaged, or far too large.",
                count,
            )
        case "in-part":
            return counted(
                "{count} file of an app, in part: it is damaged, locked, or larger than is looked through.",
                "{count} files of apps, in part: they are damaged, locked, or larger than is looked through.",
                count,
            )
        case _:
            return counted(
                "{count} video or sound file that apps keep: these are not opened.",
                "{count} video and sound files that apps keep: these are not opened.",
                count,
            )
