"""What comparing two folders found, side by side on one page: each picture made anew, small, by a confined worker."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from phoneward import paper
from phoneward.media import Skipped
from phoneward.media.comparing import Looker
from phoneward.texts import _, ngettext
from phoneward.watch.comparing_folders import FolderMatch, fetched
from phoneward.watch.copy_words import kind_words

MARK: Final = "Phoneward compared pictures"
"""In the page's `generator`: how an earlier page is told from a file that must not be replaced."""
MOST: Final = 200
"""Copies on a page: about 15 MB."""
_WIDTH: Final = 320


class ComparedPage:
    """The page: it takes matches as they come. Use as a context; it ends its worker.

    Args:
        path: where it goes. An earlier page is replaced, another file is not.

    Raises:
        NotAReportError, ReportUnwritableError: as `paper.refuse_other_files`.
    """

    def __init__(self, path: Path) -> None:
        paper.refuse_other_files(path, MARK)
        self._path = path
        self._pairs: list[dict[str, str]] = []
        self._count = 0
        self._looker = Looker(workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._looker.close()

    def watching(self, matches: Iterable[FolderMatch]) -> Iterator[FolderMatch]:
        """Yield the matches as they come, and keep what the page shows of each."""
        for match in matches:
            self._count += 1
            if self._count <= MOST:
                self._pairs.append(self._pair(match))
            yield match

    def save(self) -> None:
        """Write it. Raises as `paper.save_document`."""
        more = self._count - len(self._pairs)
        page = paper.standalone_page(
            "phoneward.watch.scanning",
            "copies.html",
            "copies.css",
            mark=MARK,
            title=_("Copies of your pictures"),
            about=ngettext("{count} copy was found.", "{count} copies were found.", self._count).format(
                count=f"{self._count:,}"
            ),
            pairs=self._pairs,
            more=ngettext(
                "{count} more copy is not on this page.", "{count} more copies are not on this page.", more
            ).format(count=f"{more:,}")
            if more
            else "",
            yours=_("Your picture"),
            theirs=_("The copy"),
            gone=_("This picture cannot be shown."),
            missed_title="",
            missed=[],
            no_proof=_("That there is a copy does not say who made it, or that it was sent."),
            private=_("This page shows your pictures. Give it only to people who may see them."),
        )
        paper.save_document(self._path, page, MARK)

    def _pair(self, match: FolderMatch) -> dict[str, str]:
        mine, kept = fetched(match.original), fetched(match.suspect)
        return {
            "said": str(kind_words(match.verdict)),
            "mine": self._address(mine),
            "kept": self._address(kept),
            "original_path": match.original.readable(),
            "copy_path": match.suspect.readable(),
            "original_sha256": hashlib.sha256(mine).hexdigest(),
            "copy_sha256": hashlib.sha256(kept).hexdigest(),
        }

    def _address(self, data: bytes) -> str:
        shown = self._looker.shown(data, width=_WIDTH)
        return "" if isinstance(shown, Skipped) else f"data:image/jpeg;base64,{base64.b64encode(shown).decode('ascii')}"
