"""A remote place fails now and then: what may pass is tried again, and no failure is ever taken for a success."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from phoneward.texts import _
from phoneward.vault.blobs import BytesLike, FileId, FileType
from phoneward.vault.errors import (
    AppendOnlyError,
    FileMissingError,
    NameTakenError,
    StorageError,
    StorageUnreachableError,
    TransientStorageError,
    UnclearSaveError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import Distant, FreeSpace, ListedFile, Storage, requests_at_once

_T = TypeVar("_T")

_REQUESTS_AT_ONCE: Final = 32
"""REST and S3 take a connection for each, SFTP sends all of them in one."""
_WRONG_ANSWERS: Final = 3
"""A wrong answer is asked for so often: it may have been damaged on the way; a lying server does not get better."""


_NAMES: Final = 8
"""A file is given so many names; each time, the place was waited for and has answered since."""


_TOLD_AFTER_S: Final = 3.0
_TOLD_EVERY_S: Final = 60.0
OnWait: TypeAlias = Callable[[StorageError], None]


def _nobody(_failure: StorageError) -> None:
    """Nobody wants to hear."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a place is waited for, seconds.

    Attributes:
        first_wait_s: before the second try; each further wait is twice as long, and half of each is chance.
        longest_wait_s: no single wait is longer, whatever the server asks for.
        total_s: after this time no new try is begun, where the place has answered before.
        first_contact_s: likewise where it never has: then the address is wrong, or the server is off.
    """

    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    total_s: float = 300.0
    first_contact_s: float = 15.0


class RetryingStorage:
    """A storage whose passing failures are waited out. See `Storage` for the calls.

    What it adds to the MUSTs: a call that failed without a clear answer may have been carried out, wholly or in part.
    - `save` looks before it tries again. The whole file there, read back, is a success; a part of it is removed, where
      the name is the SHA-256 of the content and so nobody else's file can be meant; then it is sent again.
    - Where the storage says that the server may still be at the first try (`TransientStorageError.is_unclear`), the
      name is given up instead: `UnclearSaveError`, and `under_new_names` has the file made anew. `rclone serve restic`
      removes a file whose upload breaks off, by its name, also where a second upload has been acknowledged meanwhile.
    - What was stored after a failure is looked at once more before an index or a snapshot is stored that relies on it.
    - `remove` takes a file that is gone for removed.

    Args:
        raw: a storage that raises `TransientStorageError` for what may pass, and `WrongAnswerError`.
        patience: how long to wait.
        sleep: waits so many seconds.
        now: seconds of a clock that only goes on.
        on_wait: hears what fails once it has been waited for a while, and then now and again; from any thread.
    """

    def __init__(
        self,
        raw: Storage,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        on_wait: OnWait = _nobody,
    ) -> None:
        self._raw = raw
        self._patience = patience or Patience()
        self._sleep = sleep
        self._now = now
        self._on_wait = on_wait
        self._told = -_TOLD_EVERY_S
        self._has_answered = False
        self._doubtful: dict[tuple[FileType, FileId], int] = {}
        self._lock = threading.Lock()

    @property
    def raw(self) -> Storage:
        """The storage that does not try again."""
        return self._raw

    @property
    def location(self) -> str:
        """The place."""
        return self._raw.location

    @property
    def requests_at_once(self) -> int:
        """As many as the place says that it bears."""
        return requests_at_once(self._raw) if isinstance(self._raw, Distant) else _REQUESTS_AT_ONCE

    def create(self) -> None:
        """Make the place ready."""
        self._insist(self._raw.create)

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Tell whether the file is there."""
        return self._insist(lambda: self._raw.exists(file_type, name))

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Store a file; a try whose end is unclear is looked into before the next."""
        if file_type in {FileType.INDEX, FileType.SNAPSHOT}:
            self._confirm_doubtful()
        attempts = 0
        unclear: TransientStorageError | None = None

        def store() -> None:
            nonlocal attempts, unclear
            attempts += 1
            if attempts > 1 and self._is_there_whole(file_type, name, pieces, clears=unclear is None):
                return
            if unclear is not None:
                raise UnclearSaveError(**unclear.details) from unclear
            try:
                self._raw.save(file_type, name, pieces)
            except TransientStorageError as error:
                unclear = error if error.is_unclear else None
                raise

        self._insist(store)
        if attempts > 1 and file_type in {FileType.PACK, FileType.INDEX}:
            with self._lock:
                self._doubtful[file_type, name] = sum(len(piece) for piece in pieces)

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Read from the file."""
        return self._insist(lambda: self._raw.load(file_type, name, offset, length))

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file back; a difference is looked at twice, since it may come from the way."""
        return any(self._insist(lambda: self._raw.holds(file_type, name, pieces)) for _attempt in range(2))

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's size."""
        return self._insist(lambda: self._raw.size(file_type, name))

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files once the whole listing is here."""
        yield from self._insist(lambda: tuple(self._raw.list(file_type)))

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file."""
        attempts = 0

        def remove() -> None:
            nonlocal attempts
            attempts += 1
            try:
                self._raw.remove(file_type, name)
            except FileMissingError:
                if attempts == 1:
                    raise

        self._insist(remove)
        with self._lock:
            self._doubtful.pop((file_type, name), None)

    def free_space(self) -> FreeSpace | None:
        """Ask how much room is left."""
        return self._insist(self._raw.free_space)

    def remove_leftovers(self, older_than_s: float) -> int:
        """Remove what interrupted saves left."""
        return self._insist(lambda: self._raw.remove_leftovers(older_than_s))

    def _is_there_whole(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike], *, clears: bool) -> bool:
        """Tell whether an earlier try stored the file after all; what is a part of it is removed, if that `clears`.

        Raises:
            NameTakenError: something else is there, and it may be somebody else's.
        """
        try:
            if self._raw.holds(file_type, name, pieces):
                return True
        except FileMissingError:
            return False
        if not clears:
            return False
        if file_type is FileType.CONFIG or _hash_of(pieces) != name:
            raise NameTakenError(path=self.location, detail="")
        try:
            with suppress(FileMissingError):
                self._raw.remove(file_type, name)
        except AppendOnlyError as error:  # the part stays and harms nobody: nothing names it
            raise NameTakenError(path=self.location, detail="") from error
        return False

    def _confirm_doubtful(self) -> None:
        with self._lock:
            doubtful = dict(self._doubtful)
        for (file_type, name), size in doubtful.items():
            if self.size(file_type, name) != size:
                raise FileMissingError(name=f"{file_type.value}/{name}")

    def _insist(self, call: Callable[[], _T]) -> _T:
        """Call until there is an answer or patience ends.

        Raises:
            StorageUnreachableError: there was none.
            WrongAnswerError: all were wrong.
        """
        start = self._now()
        wait = self._patience.first_wait_s
        wrong = 0
        while True:
            try:
                result = call()
            except TransientStorageError as error:
                failure: TransientStorageError | WrongAnswerError = error
                asked = error.retry_after_s or 0.0
            except WrongAnswerError as error:
                wrong += 1
                if wrong >= _WRONG_ANSWERS:
                    raise
                failure, asked = error, 0.0
            else:
                self._has_answered = True
                return result
            pause = min(max(wait * random.uniform(0.5, 1.0), asked), self._patience.longest_wait_s)  # noqa: S311 - no secret
            limit = self._patience.total_s if self._has_answered else self._patience.first_contact_s
            if self._now() - start + pause > limit:
                if isinstance(failure, WrongAnswerError):
                    raise failure
                raise StorageUnreachableError(
                    path=self.location, detail=str(failure.details.get("detail") or _("the connection fails"))
                ) from failure
            self._tell(failure, self._now() - start + pause)
            self._sleep(pause)
            wait = min(wait * 2, self._patience.longest_wait_s)

    def _tell(self, failure: StorageError, waited_s: float) -> None:
        with self._lock:
            now = self._now()
            tells = waited_s > _TOLD_AFTER_S and now - self._told >= _TOLD_EVERY_S
            if tells:
                self._told = now
        if tells:
            self._on_wait(failure)


def under_new_names(save: Callable[[], _T]) -> _T:
    """Have a file made and stored, and once more under another name where nobody knows what became of it.

    Args:
        save: makes the file, so that it has another name each time (sealing does), and stores it.

    Raises:
        UnclearSaveError: also after several times. Whatever `save` raises.
    """
    for _attempt in range(_NAMES - 1):
        with suppress(UnclearSaveError):
            return save()
    return save()


def _hash_of(pieces: Sequence[BytesLike]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
