"""Files onto an Android phone: sent under a name of ours, read back there, and only then given their names.

A batch of files goes into one new folder beside each file's place, `.phoneward-RANDOM-N.part`, under the names they
are to have; the phone reads them back (`Phone.hash`), and one command gives them their names. While one batch is read
back the next is sent. Cut anywhere, the phone holds whole files and folders of ours, which the next run removes.
"""

import hashlib
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from phoneward.phones.adb import install, push_steps
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.push import LONGEST_PATH, Push, Shipment, send_by_shell
from phoneward.phones.base import Entry, FileKind, HashPlace
from phoneward.phones.errors import FileReadError, PhoneCannotBeWrittenError
from phoneward.phones.paths import is_clean
from phoneward.phones.words import LINK_OR_GONE, PATH_TOO_LONG, READ_BACK_DIFFERENT, TAKEN_MEANWHILE
from phoneward.phones.writing import ApkFile, NewFile, Refusal, Written

_BATCH_CONTENT = 64 << 20
_SECOND_NS = 10**9
_MAX_NAME = 255
_MAX_PATH = 4095
"""Linux limits.h: NAME_MAX, and PATH_MAX without its closing NUL."""

_OLDEST, _LATEST_SECOND = 0, 2**32 - 1

_REFUSALS = {
    push_steps.TAKEN: (Refusal.EXISTS, TAKEN_MEANWHILE),
    push_steps.REFUSED: (Refusal.FAILED, ""),
    push_steps.NO_FOLDER: (Refusal.IN_THE_WAY, LINK_OR_GONE),
}
_WORDS = (
    ("no space left", Refusal.NO_ROOM),
    ("quota exceeded", Refusal.NO_ROOM),
    ("permission denied", Refusal.DENIED),
    ("not permitted", Refusal.DENIED),
    ("read-only", Refusal.DENIED),
    ("invalid argument", Refusal.BAD_NAME),
    ("illegal byte sequence", Refusal.BAD_NAME),
    ("name too long", Refusal.BAD_NAME),
    ("no such file", Refusal.IN_THE_WAY),
    ("not a directory", Refusal.IN_THE_WAY),
)


def refusal_of_words(words: str) -> Refusal:
    """Return what the phone's own words (strerror) mean for something that was to be written."""
    lower = words.lower()
    return next((refusal for part, refusal in _WORDS if part in lower), Refusal.FAILED)


@dataclass(slots=True)
class _InBatch:
    """A file of a batch: its shipment, unless it was refused before anything was sent."""

    file: NewFile
    staging: bytes
    shipment: Shipment | None = None
    refused: Written | None = None

    @property
    def folder(self) -> bytes:
        return self.file.path.rpartition(b"/")[0]

    @property
    def name(self) -> bytes:
        return self.file.path.rpartition(b"/")[2]


class AdbWriter:
    """An Android phone that takes files; see `WritablePhone`.

    Args:
        phone: open.
        by_link: how finished files get their names; None tries what the storage can (tests).
    """

    def __init__(self, phone: AdbPhone, *, by_link: bool | None = None) -> None:
        self._phone = phone
        self._by_link = by_link
        self._token = secrets.token_hex(8).encode()
        self._batches = 0

    def __enter__(self) -> Self:
        """Look whether this phone's tools can do it.

        Raises:
            PhoneCannotBeWrittenError: they cannot: it is too old (Android 6 and before tell no exit codes).
        """
        if not self._phone.shell.has_protocol:
            raise PhoneCannotBeWrittenError(serial=self._phone.serial)
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    # -- what is there -------------------------------------------------------------------------------------------------

    def free_bytes(self, folder: bytes) -> int | None:
        """Return the room on a folder's storage; see `WritablePhone`."""
        return push_steps.free_bytes(self._phone.shell, folder)

    def folds_case(self, root: bytes) -> bool:
        """Tell whether `Android`, a folder on every storage, is there under `aNDROID` too."""
        known, other = self._phone.stat([root + b"/Android", root + b"/aNDROID"])
        return isinstance(known, Entry) and isinstance(other, Entry)

    def digests(self, files: Iterable[tuple[bytes, int]]) -> Iterator[bytes | None]:
        """Yield each file's SHA-256 as the phone reads it; where it has no tool for that, as it comes here."""
        if self._phone.hash_place is HashPlace.PHONE:
            for hashed in self._phone.hash(files):
                yield hashed.digest
        else:
            yield from self._read_back(path for path, _size in files)

    def _read_back(self, paths: Iterable[bytes]) -> Iterator[bytes | None]:
        for stream in self._phone.read(paths):
            digest = hashlib.sha256()
            try:
                for piece in stream:
                    digest.update(piece)
            except FileReadError:
                yield None
            else:
                yield digest.digest()

    # -- folders -------------------------------------------------------------------------------------------------------

    def make_folders(self, paths: Sequence[bytes]) -> Iterator[Written]:
        """Make folders, parents before children; see `WritablePhone`."""
        for some in push_steps.batches(paths):
            groups = _by_folder(some)
            codes = iter(push_steps.make_folders(self._phone.shell, groups))
            told = {group.folder + b"/" + name: next(codes) for group in groups for name in group.names}
            for path in some:
                code = told[path]
                refusal, detail = _REFUSALS.get(code, (None, ""))
                yield Written(path, Refusal.IN_THE_WAY if code == push_steps.TAKEN else refusal, detail)

    def set_folder_times(self, times: Sequence[tuple[bytes, int]]) -> None:
        """Give folders their times."""
        push_steps.set_times(self._phone.shell, times)

    def remove_leftovers(self, folders: Sequence[bytes]) -> int:
        """Remove what runs that were cut off left in these folders."""
        return push_steps.remove_leftovers(self._phone.shell, folders)

    def settle(self) -> None:
        """Run `sync` on the phone."""
        self._phone.shell.run(push_steps.patient(b"sync"), limit=1 << 16)

    # -- files ---------------------------------------------------------------------------------------------------------

    def write(self, files: Iterable[NewFile]) -> Iterator[Written]:
        """Write files; see `WritablePhone`. One connection sends, another reads back what was sent before."""
        push = Push(self._phone)
        waiting: deque[Future[list[Written]]] = deque()
        with ThreadPoolExecutor(1, "push-finish") as finisher:
            try:
                for batch in self._staged_batches(files):
                    self._send(push, [item.shipment for item in batch if item.shipment is not None])
                    waiting.append(finisher.submit(self._finish, batch))
                    while len(waiting) > 1:
                        yield from waiting.popleft().result()
                while waiting:
                    yield from waiting.popleft().result()
            finally:
                push.close()

    def _send(self, push: Push, shipments: Sequence[Shipment]) -> None:
        """Send what the sync service can name; the few paths that are longer go through the shell."""
        push.send([shipment for shipment in shipments if len(shipment.path) <= LONGEST_PATH])
        for shipment in shipments:
            if len(shipment.path) > LONGEST_PATH:
                send_by_shell(self._phone.shell, shipment)

    def _staged_batches(self, files: Iterable[NewFile]) -> Iterator[list[_InBatch]]:
        some: list[NewFile] = []
        size = names = 0
        for file in files:
            some.append(file)
            size += file.size
            names += len(file.path) + len(file.set_aside) + 100
            if len(some) == push_steps.BATCH_FILES or size > _BATCH_CONTENT or names > push_steps.BATCH_BYTES:
                yield self._stage(some)
                some, size, names = [], 0, 0
        if some:
            yield self._stage(some)

    def _stage(self, files: Sequence[NewFile]) -> list[_InBatch]:
        """Make the batch's own folder beside each place, and say which file goes where."""
        staging = b".phoneward-%s-%d.part" % (self._token, self._batches)
        self._batches += 1
        batch = [_InBatch(file, staging) for file in files]
        for item in batch:
            item.refused = _impossible(item)
        places = list(dict.fromkeys(item.folder for item in batch if item.refused is None))
        made = push_steps.make_folders(self._phone.shell, [push_steps.Group(place, (staging,)) for place in places])
        codes = dict(zip(places, made, strict=True))
        for item in batch:
            if item.refused is not None:
                continue
            code = codes[item.folder]
            if code != push_steps.DONE:
                item.refused = Written(item.file.path, *_REFUSALS[code])
                continue
            path = b"%s/%s/%s" % (item.folder, staging, item.name)
            item.shipment = Shipment(path, item.file.mtime_ns // _SECOND_NS, item.file.pieces)
        return batch

    def _finish(self, batch: Sequence[_InBatch]) -> list[Written]:
        """Read a sent batch back, give its files their names, and look at them once more."""
        told = {item.file.path: item.refused for item in batch}
        sent = [item for item in batch if item.shipment is not None]
        for item in sent:
            assert item.shipment is not None  # noqa: S101
            if item.shipment.source_error is not None:
                detail = item.shipment.source_error.sentence()
                told[item.file.path] = Written(item.file.path, Refusal.SOURCE, detail)
            elif item.shipment.failure is not None:
                words = _reason(item.shipment.failure)
                told[item.file.path] = Written(item.file.path, refusal_of_words(words), words)
        arrived = [item for item in sent if told[item.file.path] is None]
        shipments = [item.shipment for item in arrived if item.shipment is not None]
        inexact = [(s.path, i.file.mtime_ns) for s, i in zip(shipments, arrived, strict=True) if _needs_touch(i)]
        push_steps.set_times(self._phone.shell, inexact)
        read_back = self.digests([(shipment.path, shipment.size) for shipment in shipments])
        for item, shipment, digest in zip(arrived, shipments, read_back, strict=True):
            if digest != shipment.sent:
                told[item.file.path] = Written(item.file.path, Refusal.DIFFERENT, READ_BACK_DIFFERENT)
        self._publish(sent, told)
        return self._looked_at(batch, told)

    def _publish(self, sent: Sequence[_InBatch], told: dict[bytes, Written | None]) -> None:
        folders: dict[bytes, list[_InBatch]] = {}
        for item in sent:
            good = folders.setdefault(item.folder, [])
            if told[item.file.path] is None:
                good.append(item)
        if not folders:
            return
        staged = [
            push_steps.Staged(folder, sent[0].staging, tuple((item.name, item.file.set_aside) for item in items))
            for folder, items in folders.items()
        ]
        by_link = self._links_work(staged[0])
        codes = push_steps.publish(self._phone.shell, staged, by_link=by_link)
        for item, code in zip((item for items in folders.values() for item in items), codes, strict=True):
            if code != push_steps.DONE:
                told[item.file.path] = Written(item.file.path, *_REFUSALS.get(code, (Refusal.FAILED, "")))

    def _links_work(self, staged: push_steps.Staged) -> bool:
        """Try once whether finished files can get their names by links."""
        if self._by_link is None:
            self._by_link = push_steps.can_link(self._phone.shell, staged.folder, staged.staging)
        return self._by_link

    def _looked_at(self, batch: Sequence[_InBatch], told: dict[bytes, Written | None]) -> list[Written]:
        """Return what became of each file, in order; what got its name is looked at under that name."""
        named = [item.file for item in batch if told[item.file.path] is None]
        for file, item in zip(named, self._phone.stat([file.path for file in named]), strict=True):
            if not isinstance(item, Entry) or item.kind is not FileKind.FILE or item.size != file.size:
                told[file.path] = Written(file.path, Refusal.DIFFERENT, READ_BACK_DIFFERENT)
            else:
                exact = item.mtime_ns == file.mtime_ns
                told[file.path] = Written(file.path, exact_time=exact, set_aside=bool(file.set_aside))
        return [told[item.file.path] or Written(item.file.path, Refusal.FAILED) for item in batch]

    # -- apps ----------------------------------------------------------------------------------------------------------

    def is_installed(self, package: str) -> bool | None:
        """Tell whether the main user has an app; see `WritablePhone`."""
        return install.is_installed(self._phone.shell, package)

    def install(self, package: str, apks: Sequence[ApkFile]) -> None:
        """Install an app that is not installed; see `WritablePhone`."""
        install.install(self._phone.shell, package, apks)


def _impossible(item: _InBatch) -> Written | None:
    path = item.file.path
    if not is_clean(path) or not item.folder:
        return Written(path, Refusal.BAD_NAME)
    if len(item.name) > _MAX_NAME or len(item.file.set_aside) > _MAX_NAME or b"/" in item.file.set_aside:
        return Written(path, Refusal.BAD_NAME, PATH_TOO_LONG)
    if len(path) + 1 + len(item.staging) > _MAX_PATH:
        return Written(path, Refusal.BAD_NAME, PATH_TOO_LONG)
    return None


def _needs_touch(item: _InBatch) -> bool:
    """DONE says whole seconds in 32 bits without a sign; the rest is `touch`'s."""
    seconds, rest = divmod(item.file.mtime_ns, _SECOND_NS)
    by_shell = item.shipment is not None and len(item.shipment.path) > LONGEST_PATH
    return bool(rest) or by_shell or not _OLDEST <= seconds <= _LATEST_SECOND


def _reason(words: str) -> str:
    """Return adbd's reason without the path before it, which may say anything (`couldn't create file: …`)."""
    return words.rpartition(": ")[2][-200:]


def _by_folder(paths: Sequence[bytes]) -> list[push_steps.Group]:
    """Group paths by the folder they are in, a parent's group before its children's."""
    groups: dict[bytes, list[bytes]] = {}
    for path in paths:
        folder, _, name = path.rpartition(b"/")
        groups.setdefault(folder, []).append(name)
    # A folder's depth is that of its group: shallow ones first, whatever the order asked.
    ordered = sorted(groups.items(), key=lambda item: item[0].count(b"/"))
    return [push_steps.Group(folder, tuple(names)) for folder, names in ordered]
