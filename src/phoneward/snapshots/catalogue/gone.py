"""Names that no snapshot holds any more: after snapshots were forgotten, a book still has them until it is made anew.

Which they are is found once for each state of a book and of its snapshots, in the background, and kept. Until then a
search looks at each match.
"""

from array import array
from hashlib import blake2b
from typing import Final

import msgspec

from phoneward.snapshots.catalogue.book import STACKS, Book, Names, Presence
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.standing import Standing

Gone = dict[int, frozenset[int]]
"""By stack, the numbers of the names that no snapshot holds."""

_decoder: Final = msgspec.msgpack.Decoder(dict[int, bytes])


def load_gone(kept: Kept, book: Book, standing: Standing) -> Gone | None:
    """Return the names that are gone, None where nobody found out yet."""
    if not standing.dead:
        return {}
    found = kept.get(_key(book, standing), _decoder)
    return None if found is None else {stack: frozenset(array("I", numbers)) for stack, numbers in found.items()}


def find_gone(kept: Kept, book: Book, standing: Standing) -> None:
    """Find the names that are gone and keep which they are. Raises GoneError where a part of the book is missing."""
    found: dict[int, bytes] = {}
    for stack in range(STACKS):
        names = book.names(stack)
        if names is not None:
            numbers = array("I", _gone_in(book, standing, names, book.presence(stack)))
            if numbers:
                found[stack] = numbers.tobytes()
    kept.put(_key(book, standing), found)


def _gone_in(book: Book, standing: Standing, names: Names, presence: Presence) -> list[int]:
    held = {
        pair: standing.any_within(*pair) for pair in set(zip(presence.first, presence.last, strict=True))
    }  # most names share theirs with many others
    return [
        number
        for number, (first, last, gaps) in enumerate(zip(presence.first, presence.last, presence.gaps, strict=True))
        if (not is_held(book, standing, names, presence, number) if gaps else not held[first, last])
    ]


def is_held(book: Book, standing: Standing, names: Names, presence: Presence, number: int) -> bool:
    """Tell whether any snapshot that is there holds a name. Raises GoneError."""
    if not presence.gaps[number]:
        return standing.any_within(presence.first[number], presence.last[number])
    folder, of_folder = names.folder_of(number)
    history = book.history(folder)
    return history is not None and any(standing.any_within(run.start, run.end) for run in history.runs(of_folder))


def _key(book: Book, standing: Standing) -> bytes:
    digest = blake2b(standing.dead_columns, digest_size=16, key=book.manifest.secret)
    for stack in book.manifest.stacks:
        digest.update(len(stack).to_bytes(1, "little") + stack)
    return b"gone\0" + digest.digest()
