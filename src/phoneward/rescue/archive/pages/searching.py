"""Writes what the search page looks through: all messages, in pieces that are scripts.

A page that is opened from a folder may load scripts that lie beside it, and no other files. A piece is one call with
JSON; nothing of a message is ever code. The page puts texts in as texts.
"""

import json
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 20
"""Characters of a piece."""


class SearchIndex:
    """Writes the pieces, and at the end the list of them.

    Args:
        folder: the archive's top.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "search"
        self._folder.mkdir()
        self._pages: list[tuple[str, int]] = []
        self._messages: list[tuple[int, str, str, str, str]] = []
        self._size = 0
        self._pieces = 0

    def page(self, address: str, conversation: int) -> None:
        """Say on which page the following messages stand.

        Args:
            address: of the page, from the archive's top.
            conversation: place of its conversation in the list that `finish` is given.
        """
        self._pages.append((address, conversation))

    def add(self, anchor: str, moment: str, sender: str, text: str) -> None:
        """Add a message of the page that was said last."""
        self._messages.append((len(self._pages) - 1, anchor, moment, sender, text))
        self._size += len(text) + len(sender) + 40
        if self._size >= _PIECE:
            self._write()

    def finish(self, titles: list[str]) -> None:
        """Write what is left, and the list."""
        self._write()
        self._save("index", "phonewardIndex", {"pieces": self._pieces, "titles": titles})

    def _write(self) -> None:
        if self._messages:
            self._pieces += 1
            self._save(f"{self._pieces:05d}", "phonewardPiece", {"pages": self._pages, "messages": self._messages})
        self._messages, self._pages, self._size = [], self._pages[-1:], 0

    def _save(self, name: str, function: str, document: object) -> None:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        # Ends of lines to JavaScript before 2019, and nothing to JSON.
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        (self._folder / f"{name}.js").write_text(f"{function}({text});\n", "utf-8", newline="\n")
