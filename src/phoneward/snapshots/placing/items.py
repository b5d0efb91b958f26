"""Single files of a snapshot on their way to places of their own: what they are, what is there, what became of them."""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.phones import translated_detail
from phoneward.snapshots.returning_content import content_digest, pieces_of
from phoneward.snapshots.returning_report import Room
from phoneward.texts import N_, _
from phoneward.vault import Node, Repository

MAX_ITEMS: Final = 200_000
"""Files placed at once; no app's backup has more. Bounds memory against hostile snapshots."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be in a file.

    Attributes:
        size: bytes that `pieces` yields.
        digest: returns its SHA-256; None where it cannot be read.
        pieces: yields it, anew on each call; a PhonewardError where it is damaged.
    """

    size: int
    digest: Callable[[], bytes | None]
    pieces: Callable[[], Iterator[bytes]]


def content_of(repo: Repository, node: Node) -> Content:
    """Return a stored file's content as it is."""
    return Content(node.size, lambda: content_digest(repo, node), pieces_of(repo, node))


@dataclass(frozen=True, slots=True)
class Item:
    """A file and the place it is to have.

    Attributes:
        owner: what it belongs to: a kind of records ("sms"), or a package.
        source: its path in the snapshot.
        root: an existing folder that it goes below: a storage's root on the phone.
        where: its path below the root, clean, without a slash in front.
        mtime_ns: its time.
        has_spare_names: whether another name does too (`sms-…-2.xml`) where its own is taken by something else.
        trouble: why it cannot be there, known before anything is asked; empty where nothing is.
    """

    owner: str
    source: bytes
    root: bytes
    where: bytes
    content: Content
    mtime_ns: int
    has_spare_names: bool = False
    trouble: str = ""

    @property
    def folder(self) -> bytes:
        """The folder that it goes into."""
        return (self.root + b"/" + self.where).rpartition(b"/")[0]

    def folders(self) -> list[bytes]:
        """Return the folders between the root and the file, the outermost first."""
        parts = self.where.split(b"/")[:-1]
        return [self.root + b"/" + b"/".join(parts[: depth + 1]) for depth in range(len(parts))]

    def names(self) -> list[bytes]:
        """Return the names that it may have, the wanted one first."""
        name = self.where.rpartition(b"/")[2]
        if not self.has_spare_names:
            return [name]
        stem, dot, ending = name.rpartition(b".")
        return [name, *(b"%s-%d%s%s" % (stem, number, dot, ending) for number in range(2, SPARE_NAMES + 1))]


SPARE_NAMES: Final = 20


class Fate(enum.Enum):
    """What a plan says of an item."""

    NEW = "new"
    SAME = "same"
    """It is there already, with this content."""
    DIFFERS = "differs"
    """Something else has its name: left as it is, or set aside."""
    IMPOSSIBLE = "impossible"


class Outcome(enum.Enum):
    """What became of an item."""

    NOTHING = "nothing"
    """Nothing was done with it."""
    WRITTEN = "written"
    """It is there, and was read back: it is what the snapshot holds."""
    FAILED = "failed"


_SENTENCES: Final = {
    Fate.DIFFERS: N_("{path}: there is a different file there, which is left as it is."),
    Fate.IMPOSSIBLE: N_("{path} cannot be put there: {detail}."),
}
_FAILED: Final = N_("{path} was not written: {detail}.")
_SET_ASIDE: Final = N_("{path}: the file that was there is now called {detail}.")


@dataclass(slots=True)
class Place:
    """An item, where exactly it goes, and what became of it.

    Attributes:
        path: absolute, of the file itself.
        detail: why not, in our words (translated when shown) or the system's.
        set_aside: the new name of a file that had the name before; empty where there was none.
    """

    item: Item
    path: bytes
    fate: Fate
    detail: str = ""
    outcome: Outcome = Outcome.NOTHING
    set_aside: bytes = b""

    @property
    def is_there(self) -> bool:
        """Whether the file is in its place with the snapshot's content."""
        return self.outcome is Outcome.WRITTEN or self.fate is Fate.SAME

    @property
    def is_in_vain(self) -> bool:
        """Whether it is not there, nor will be."""
        return self.outcome is Outcome.FAILED or (not self.is_there and self.fate in {Fate.DIFFERS, Fate.IMPOSSIBLE})

    def sentence(self) -> str:
        """Return what a person should know of it; empty where all is as asked for."""
        path = readable(self.path)
        if self.set_aside and self.outcome is Outcome.WRITTEN:
            return _(_SET_ASIDE).format(path=path, detail=readable(self.set_aside))
        pattern = _FAILED if self.outcome is Outcome.FAILED else _SENTENCES.get(self.fate, "")
        if not pattern or self.outcome is Outcome.WRITTEN:
            return ""
        return _(pattern).format(path=path, detail=translated_detail(_(self.detail)) if self.detail else _("unknown"))


@dataclass(slots=True)
class PlacingPlan:
    """What would be written where.

    Attributes:
        new_folders: to be made, parents before children.
        old_folders: folders that are there and that something is written into.
        rooms: the storages that something is written to.
        replace: whether what differs is given another name and the snapshot's put in its place.
    """

    places: list[Place] = field(default_factory=list)
    new_folders: list[bytes] = field(default_factory=list)
    old_folders: list[bytes] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    replace: bool = False

    def to_write(self) -> list[Place]:
        """Return what would be written."""
        wanted = {Fate.NEW, Fate.DIFFERS} if self.replace else {Fate.NEW}
        return [place for place in self.places if place.fate in wanted]

    def count(self, fate: Fate) -> int:
        """Return how many items have this fate."""
        return sum(place.fate is fate for place in self.places)

    @property
    def bytes_to_write(self) -> int:
        """Their size."""
        return sum(place.item.content.size for place in self.to_write())

    @property
    def writes_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not self.to_write()

    @property
    def replaces(self) -> int:
        """How many files would get another name."""
        return self.count(Fate.DIFFERS) if self.replace else 0
