"""The adb phone: what it is asked, in which way, and what that costs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from phoneward.errors import readable
from phoneward.phones.adb import apps, facts, hashing, runas, stats, storage, sync
from phoneward.phones.adb.addresses import message_addresses
from phoneward.phones.adb.appphone import AppData
from phoneward.phones.adb.attached import attached_bytes
from phoneward.phones.adb.bulk import AdbBulk
from phoneward.phones.adb.content import ContentRecords
from phoneward.phones.adb.devices import AdbDevice, choose_device
from phoneward.phones.adb.pull import Pull
from phoneward.phones.adb.resume import RestOfFile
from phoneward.phones.adb.rooted import Rooted
from phoneward.phones.adb.rootshell import root_shell
from phoneward.phones.adb.server import AdbServer, RefusedError
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.walk import SyncWalk, find_walk, undescribed
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import (
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Hashes,
    HashPlace,
    Identity,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
)
from phoneward.phones.errors import PhoneGoneError
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import is_clean
from phoneward.phones.records import Record, RecordKind
from phoneward.phones.words import LINK_UNKNOWN, NOT_A_FOLDER, NOT_DESCRIBED

SYNC_V2, FIND, SYNC_V1 = "sync-v2", "find", "sync-v1"
LISTING_METHODS = (SYNC_V2, FIND, SYNC_V1)

SECOND_NS = 10**9
_STATS_AHEAD = 512


class AdbPhone:
    """An Android phone, by the adb server of this computer.

    Args:
        serial: which phone; None takes the only one.
        allow_unencrypted: take a phone at HOST:PORT of another machine although anyone on the network can listen.
        idle_timeout: seconds of silence after which the phone counts as gone.
        server: another adb server (tests).
        features: what the phone is taken to understand instead of what it says (tests).
        listing_method: one of LISTING_METHODS instead of the best that works (tests, benchmarks).
    """

    def __init__(
        self,
        serial: str | None = None,
        *,
        allow_unencrypted: bool = False,
        idle_timeout: float = 60.0,
        server: AdbServer | None = None,
        features: frozenset[str] | None = None,
        listing_method: str | None = None,
    ) -> None:
        self._wanted = serial
        self._allow_unencrypted = allow_unencrypted
        self._server = server or AdbServer(idle_timeout=idle_timeout)
        self._forced_features = features
        self._forced_method = listing_method
        self._device: AdbDevice | None = None
        self._identity: Identity | None = None
        self._precise = False
        self._hash_place: HashPlace | None = None
        self._taken_along = AppData([], {})

    def __enter__(self) -> Self:
        """Choose the phone and ask what it and its tools can do.

        Raises:
            PhoneError: there is no phone, several, or one that cannot be used; the sentence says why.
        """
        self._device = choose_device(self._server, self._wanted, allow_unencrypted=self._allow_unencrypted)
        self._features = self._forced_features if self._forced_features is not None else self._ask_features()
        self.shell = Shell(self, protocol="shell_v2" in self._features)
        self._precise = stats.works(self.shell)
        self.listing_method = self._forced_method or self._best_listing()
        self._properties = facts.properties(self.shell)
        self._identity = facts.identity(self._properties, self.serial)
        return self

    def __exit__(self, *exc: object) -> None:
        self._device = None

    # -- what the phone is and can do ----------------------------------------------------------------------------------

    @property
    def serial(self) -> str:
        """Adb's name of the phone."""
        assert self._device is not None, "use it in a with statement"  # noqa: S101
        return self._device.serial

    @property
    def identity(self) -> Identity:
        """Which phone this is: the hash of its hardware serial number."""
        assert self._identity is not None, "use it in a with statement"  # noqa: S101
        return self._identity

    @property
    def properties(self) -> dict[str, str]:
        """The phone's system properties, readable, as they were when it was opened."""
        return self._properties

    @property
    def features(self) -> frozenset[str]:
        """What adbd says it understands."""
        return self._features

    @property
    def mtime_precision_ns(self) -> int:
        """Nanoseconds where the phone's `stat` works, else whole seconds."""
        return 1 if self._precise else SECOND_NS

    @property
    def size_modulus(self) -> int | None:
        """2**32 where only the first sync service can list: its sizes have 32 bits (AOSP adb SYNC.TXT)."""
        return 2**32 if self.listing_method == SYNC_V1 else None

    @property
    def lstat_word(self) -> bytes:
        """The sync service's lstat that this phone understands."""
        return sync.LSTAT_V2 if "stat_v2" in self._features else sync.LSTAT_V1

    def _ask_features(self) -> frozenset[str]:
        try:
            answer = self._server.ask(b"host-serial:" + self.serial.encode() + b":features")
        except RefusedError:
            return frozenset()
        return frozenset(readable(word) for word in answer.split(b",") if word)

    def _best_listing(self) -> str:
        if "ls_v2" in self._features:
            return SYNC_V2
        return FIND if self._precise and self._has_find() else SYNC_V1

    def _has_find(self) -> bool:
        done = self.shell.run(b"find / -maxdepth 0 -print0", limit=1 << 16)
        return done.stdout == b"/\0"

    # -- connections ---------------------------------------------------------------------------------------------------

    def open_service(self, service: bytes) -> Channel:
        """Return a channel to one of the phone's services; PhoneGoneError when the phone is not there."""
        try:
            return self._server.service(self.serial, service)
        except RefusedError as error:
            raise PhoneGoneError(detail=error.reason) from error

    def open_sync(self) -> Channel:
        """Return a new connection to the sync service."""
        return self.open_service(b"sync:")

    # -- facts ---------------------------------------------------------------------------------------------------------

    def now_ns(self) -> int:
        """The phone's clock."""
        return facts.now_ns(self.shell)

    def volumes(self) -> list[Volume]:
        """Return all users' storage and all cards; see `Phone.volumes`."""
        return storage.volumes(self.shell)

    def apps(self) -> AppInventory:
        """Return the apps of every user; see `Phone.apps`."""
        return apps.inventory(self.shell, self._properties)

    def rooted(self) -> Rooted:
        """Return this phone as a rooted one; somebody may have to allow it on its screen.

        Raises:
            NoRootError: it gives no root rights.
        """
        return Rooted(self, root_shell(self, self.shell))

    def take_along(self, data: AppData) -> None:
        """Have `app_data` return this, too."""
        self._taken_along = data

    def app_data(self, inventory: AppInventory) -> AppData:
        """Return what can be had of apps' private data; see `phones.joined.JoinedPhone.find_app_data`."""
        along = self._taken_along
        found = runas.app_data(self, inventory, without=along.apps)
        return AppData([*along.sources, *found.sources], {**found.apps, **along.apps})

    def records(self, kind: RecordKind) -> ContentRecords:
        """Return what is in one of the phone's databases; see `phones.records.RecordsPhone`."""
        return ContentRecords(self.shell, kind)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        """Yield what lies behind one record; see `phones.records.RecordsPhone`."""
        return attached_bytes(self.shell, kind, number, limit)

    def message_addresses(self, number: int) -> Sequence[Record]:
        """Return from whom and to whom a message is; see `phones.records.RecordsPhone`."""
        return message_addresses(self.shell, number)

    # -- files ---------------------------------------------------------------------------------------------------------

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`.

        Args:
            root: a folder (not a link to one).
            precise: False leaves times in whole seconds where that is several times faster; `stat` tells the rest.
        """
        (top,) = self.stat([root])
        if isinstance(top, Unreadable):
            yield top
        elif top.kind is not FileKind.DIRECTORY:
            yield Unreadable(root, Obstacle.SPECIAL, NOT_A_FOLDER)
        elif self.listing_method == FIND:
            for item in find_walk(self.shell, root):
                if isinstance(item, Unreadable) and item.detail == NOT_DESCRIBED:
                    yield from self.stat([item.path])
                else:
                    yield item
        else:
            word = sync.LIST_V2 if self.listing_method == SYNC_V2 else sync.LIST_V1
            yield from self._refined(SyncWalk(self, word, by_find=self._precise).items(root), precise=precise)

    def _refined(self, items: Iterator[ListingItem], *, precise: bool) -> Iterator[ListingItem]:
        """Put exact times and link targets into what the sync service told."""
        if not self._precise:
            for item in items:
                yield self._with_target(item)
            return

        def path_of(item: ListingItem) -> bytes | None:
            if isinstance(item, Unreadable) or (item.ctime_ns or 0) % SECOND_NS:
                return None  # nothing to ask, or told by `find` and exact already
            return item.path if precise or item.kind is FileKind.SYMLINK else None

        for group in stats.describe_all(self.shell, items, path_of):
            for item, exact in group:
                yield exact if exact is not None else _with_some_target(item)

    def _with_target(self, item: ListingItem) -> ListingItem:
        """Ask for one link's target, where no `stat` can."""
        if isinstance(item, Unreadable) or item.kind is not FileKind.SYMLINK:
            return item
        done = self.shell.run(b"readlink " + quote(item.path) + b" && echo .", limit=1 << 16)
        target = done.stdout.removesuffix(b".\n").removesuffix(b"\n") if done.code == 0 else None
        return (
            Entry(item.path, item.kind, 0, item.mode, item.mtime_ns, item.ctime_ns, target) if target else _blind(item)
        )

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths now; see `Phone.stat`."""
        asker = _LstatAsker(self)
        try:
            if not self._precise:
                yield from map(self._with_target, asker.ask_all(paths))
                return
            for group in stats.describe_all(self.shell, paths, _clean_or_none):
                missing = iter(asker.ask([path for path, entry in group if entry is None]))
                for _path, entry in group:
                    yield entry if entry is not None else _with_some_target(next(missing))
        finally:
            asker.close()

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        return Pull(self, paths).streams()

    @property
    def bulk(self) -> AdbBulk | None:
        """See `phones.bulk.as_bulk`; None where the phone's services do not tell enough for it (before Android 11)."""
        able = self._precise and self.listing_method == SYNC_V2 and self.lstat_word == sync.LSTAT_V2
        return AdbBulk(self) if able else None

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return RestOfFile(self, path, checked_offset(offset))

    @property
    def hash_place(self) -> HashPlace:
        """On the phone, where its sha256sum works; asked when it is first wanted."""
        if self._hash_place is None:
            self._hash_place = HashPlace.PHONE if hashing.works(self.shell) else HashPlace.NOWHERE
        return self._hash_place

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Let the phone compute SHA-256 sums; see `Phone.hash`."""
        return hashing.HashRun(self.shell, files)


def _clean_or_none(path: bytes) -> bytes | None:
    return path if is_clean(path) else None


def _with_some_target(item: ListingItem) -> ListingItem:
    """Return the item, but never a link whose target nobody knows."""
    if isinstance(item, Entry) and item.kind is FileKind.SYMLINK and not item.link_target:
        return _blind(item)
    return item


def _blind(item: Entry) -> Unreadable:
    return Unreadable(item.path, Obstacle.READ_ERROR, LINK_UNKNOWN)


class _LstatAsker:
    """Descriptions by the sync service, many in a row: for what `stat` said nothing of, and for old phones."""

    def __init__(self, phone: AdbPhone) -> None:
        self._phone = phone
        self._channel: Channel | None = None

    def close(self) -> None:
        """Hang up."""
        if self._channel is not None:
            self._channel.close()

    def ask_all(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe paths in order, a few hundred at a time."""
        some: list[bytes] = []
        for path in paths:
            some.append(path)
            if len(some) == _STATS_AHEAD:
                yield from self.ask(some)
                some = []
        yield from self.ask(some)

    def ask(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe paths in order, all asked before the first is answered."""
        paths = tuple(paths)
        if not paths:
            return
        channel = self._channel = self._channel or self._phone.open_sync()
        word = self._phone.lstat_word
        asked = [is_clean(path) and len(path) <= sync.MAX_PATH for path in paths]
        for path, ask in zip(paths, asked, strict=True):
            if ask:
                channel.post(sync.request(word, path))
        for path, ask in zip(paths, asked, strict=True):
            if not ask:
                yield undescribed(self._phone.shell, path)
                continue
            yield sync.item_of(path, sync.read_stat(channel, word))
