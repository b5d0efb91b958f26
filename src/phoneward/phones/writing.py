"""What it takes to put files and apps back onto a phone. Reading stays with `Phone`; this writes.

Nothing here decides what is written: a room above makes a plan, shows it, and hands over what was agreed.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self


class Refusal(enum.Enum):
    """Why something was not written."""

    DENIED = "denied"
    NO_ROOM = "no-room"
    BAD_NAME = "bad-name"
    IN_THE_WAY = "in-the-way"
    """Something else has the name, or a folder on the way is a link or is gone."""
    EXISTS = "exists"
    """Another file got the name meanwhile; it was left as it is."""
    DIFFERENT = "different"
    """What the phone read back was not what was sent."""
    SOURCE = "source"
    """It could not be read where it was to come from."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be written.

    Attributes:
        path: absolute and clean, below the root of a volume; its folder exists.
        size: bytes that `pieces` yields.
        mtime_ns: its time, nanoseconds since 1970 UTC.
        pieces: yields the content; a PhonewardError from it leaves this file out and no other.
        set_aside: a name in the same folder for a file that has the name now; empty: such a file is left as it is.
    """

    path: bytes
    size: int
    mtime_ns: int
    pieces: Callable[[], Iterator[bytes]]
    set_aside: bytes = b""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a file or folder.

    Attributes:
        refusal: None where it is there, and the phone read back the content that was sent.
        detail: readable; the phone's own words, or ours (`words.translated_detail`).
        exact_time: whether it has its time as exactly as was asked for.
        set_aside: whether a file that had the name got another one.
    """

    path: bytes
    refusal: Refusal | None = None
    detail: str = ""
    exact_time: bool = True
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class ApkFile:
    """One file of an app's set.

    Attributes:
        name: `base.apk`, `split_config.de.apk`.
        size: bytes that `pieces` yields.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]


class WritablePhone(Protocol):
    """A phone that takes files. Use it as a context manager, inside the phone's own.

    Every implementation MUST:
    - never overwrite: a name that is taken keeps what it has, unless `NewFile.set_aside` gives that another name;
    - never leave half a file under a real name, wherever the connection breaks: content goes under a name of its own
      (`.phoneward-…`), is read back by the phone, and only then gets its name;
    - never write through a symbolic link, neither as the file nor as a folder on the way;
    - raise PhoneGoneError when the connection is lost.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def free_bytes(self, folder: bytes) -> int | None:
        """Return the room on the storage that a folder lies on; None where the phone does not tell."""

    def folds_case(self, root: bytes) -> bool:
        """Tell whether a storage takes `a` and `A` for the same name; False where it cannot be seen."""

    def digests(self, files: Iterable[tuple[bytes, int]]) -> Iterator[bytes | None]:
        """Yield the SHA-256 of each file as the phone reads it, in order; None where it cannot be had.

        Args:
            files: paths, each with the size that is expected.
        """

    def make_folders(self, paths: Sequence[bytes]) -> Iterator[Written]:
        """Make folders, parents before children, and tell of each in order. One that is there already is fine."""

    def write(self, files: Iterable[NewFile]) -> Iterator[Written]:
        """Write files and tell of each, in order. `files` is taken with a read-ahead of some hundred."""

    def set_folder_times(self, times: Sequence[tuple[bytes, int]]) -> None:
        """Give folders their times, nanoseconds since 1970 UTC, as well as the phone can."""

    def remove_leftovers(self, folders: Sequence[bytes]) -> int:
        """Remove what a run that was cut off left behind in these folders; returns how many such were found."""

    def settle(self) -> None:
        """Have the phone put what was written on its storage for good."""

    def is_installed(self, package: str) -> bool | None:
        """Tell whether the main user has an app; None where the phone does not say."""

    def install(self, package: str, apks: Sequence[ApkFile]) -> None:
        """Install an app that is not installed.

        Raises:
            InstallRefusedError: the phone did not take it; nothing of it is left.
            PhoneGoneError: the connection was lost; the phone forgets the attempt by itself.
        """
