"""The pictures side by side on one page that needs nothing else, to be read and printed: HTML with a strict policy.

Each picture is made anew, small, by a confined worker: nothing of a phone's file reaches the page but its pixels.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward import paper
from phoneward.media import Skipped
from phoneward.snapshots import SnapshotInfo
from phoneward.texts import _, formats, ngettext
from phoneward.vault import Repository
from phoneward.watch.copies import AppCopy
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning.showing import picture_bytes
from phoneward.watch.scanning.telling import copy_sentences

if TYPE_CHECKING:
    from phoneward.media.comparing import Looker

MARK: Final = "Phoneward copies of pictures"
"""In the page's `generator`: how an earlier page is told from a file that must not be replaced."""
MOST: Final = 200
"""Copies on a page: about 15 MB."""
WIDTH: Final = 320
"""Pixels of a picture."""


def refuse_copies_page(path: Path) -> None:
    """Look whether a page may be written here, before anybody waits for one. Raises as `paper.refuse_other_files`."""
    paper.refuse_other_files(path, MARK)


def save_copies_page(path: Path, data: bytes) -> None:
    """Write a page. Raises as `paper.save_document`."""
    paper.save_document(path, data, MARK)


def html_copies(repo: Repository, info: SnapshotInfo, scanned: Scanned, copies: Sequence[AppCopy]) -> bytes:
    """Return the page in the reader's language, UTF-8.

    Args:
        repo: open, its index loaded.
        info: the snapshot in which the copies were found.
        scanned: the look that found them.
        copies: those that are shown, at most `MOST` of them.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
        StorageError: the vault cannot be reached.
    """
    from phoneward.media.comparing import Looker

    with Looker() as looker:
        drawn = _Drawn(repo, info, looker)
        pairs = [_pair(drawn, scanned, copy) for copy in copies[:MOST]]
    return paper.standalone_page(
        "phoneward.watch.scanning",
        "copies.html",
        "copies.css",
        mark=MARK,
        title=_("Copies of your pictures that apps keep"),
        about=_about(scanned),
        pairs=pairs,
        more=_more(len(copies) - MOST),
        yours=_("Your picture"),
        theirs=_("The copy"),
        gone=_("This picture cannot be shown."),
        missed_title=_("Not looked at:"),
        missed=[str(one) for one in scanned.not_looked_at],
        no_proof=_("That a copy lies on the phone does not say that it was sent."),
        private=_("This page shows your pictures. Give it only to people who may see them."),
    )


def _about(scanned: Scanned) -> str:
    return _("Found in the backup of {taken}, looked through on {looked}.").format(
        taken=formats.moment(scanned.taken), looked=formats.moment(scanned.looked)
    )


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext(
        "{count} more copy is not on this page.", "{count} more copies are not on this page.", count
    ).format(count=f"{count:,}")


def _pair(drawn: "_Drawn", scanned: Scanned, copy: AppCopy) -> dict[str, object]:
    return {
        "said": str(copy_sentences(copy, scanned.taken)),
        "mine": drawn.picture(copy, "original"),
        "kept": drawn.picture(copy, "copy"),
        "original_path": copy.original,
        "copy_path": " › ".join((copy.path, *copy.inside)),
        "original_sha256": copy.original_sha256,
        "copy_sha256": copy.sha256,
    }


class _Drawn:
    """Pictures as addresses that hold them. The person's own last shown is remembered: copies of one lie together."""

    def __init__(self, repo: Repository, info: SnapshotInfo, looker: "Looker") -> None:
        self._repo = repo
        self._info = info
        self._looker = looker
        self._last = ("", "")

    def picture(self, copy: AppCopy, which: str) -> str:
        """Return a picture's address; empty where it cannot be shown."""
        name = copy.sha256 if which == "copy" else copy.original_sha256
        if self._last[0] != name or which == "copy":
            data = picture_bytes(self._repo, self._info, copy, which=which)
            shown = None if data is None else self._looker.shown(data, width=WIDTH)
            made = "" if shown is None or isinstance(shown, Skipped) else base64.b64encode(shown).decode("ascii")
            address = f"data:image/jpeg;base64,{made}" if made else ""
            if which == "copy":
                return address
            self._last = (name, address)
        return self._last[1]
