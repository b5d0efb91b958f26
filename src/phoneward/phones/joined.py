"""A phone and further sources of files as one phone, so that one snapshot takes them together.

The phone stays what it is: its paths, its clock, its apps, its records, its speed. Each source stands under a mount of
its own (`phones/source.py`), which no path of the phone is let into. What is honest for the whole is said for each:

- `hash_place` is the phone's. Only sources that compute at the same place are asked for checksums (`owner_of`): a file
  of this computer is never compared with the phone, and stays `stored`.
- `size_modulus` is the phone's; `owner_of` tells that of a path.
- Times prove something only where they are fine and come from a clock that agrees with the phone's, else the volume
  says that they do not (`Volume.times_prove`), and all of it is read each time. `now_ns` is the earliest of those
  clocks: an earlier moment makes a comparison only more careful.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, Protocol, Self, cast

from phoneward.phones.base import (
    AppInventory,
    FileStream,
    Hashes,
    HashPlace,
    Identity,
    IphoneBackupFacts,
    ListingItem,
    Obstacle,
    Phone,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.bulk import as_bulk
from phoneward.phones.joined_runs import JoinedBulk, JoinedHashes, as_it_is, runs
from phoneward.phones.records import RecordsPhone, as_records
from phoneward.phones.source import MOUNTS, Source

CLOCKS_AGREE_NS: Final = 60 * 10**9
"""A computer's clock may differ from the phone's by so much. Beyond it, its times prove nothing here."""


class JoinedPhone:
    """A phone with further sources of files.

    Args:
        main: the phone, open.
        sources: open, each with a mount that is not above or below another's.
        missing: what somebody asked for beside the phone's files and did not get: named in each listing.
    """

    def __init__(self, main: Phone, sources: Sequence[Source], missing: Sequence[Unreadable] = ()) -> None:
        self.main = main
        self.missing = tuple(missing)
        self.sources = tuple(sources)
        for source in self.sources:
            if any(other is not source and other.owns(source.mount) for other in self.sources):
                raise ValueError(f"a mount within another: {source.mount!r}")
        self._last: Source | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Leave phone and sources open: whoever opened them closes them."""

    def source_of(self, path: bytes) -> Source | None:
        """Return the source that a path belongs to, None where it is the phone's."""
        if not path.startswith(MOUNTS):
            return None
        last = self._last
        if last is not None and last.owns(path):  # files come folder by folder
            return last
        found = next((source for source in self.sources if source.owns(path)), None)
        self._last = found
        return found

    # -- facts ---------------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity:
        """The phone's."""
        return self.main.identity

    @property
    def mtime_precision_ns(self) -> int:
        """The phone's. Sources with coarser times do not prove anything by them."""
        return self.main.mtime_precision_ns

    @property
    def size_modulus(self) -> int | None:
        """The phone's; see `owner_of`."""
        return self.main.size_modulus

    @cached_property
    def _agreeing(self) -> frozenset[Source]:
        """The sources with a clock of their own that agrees with the phone's."""
        now = self.main.now_ns()
        elsewhere = [source for source in self.sources if not source.of_phone]
        return frozenset(s for s in elsewhere if abs(s.phone.now_ns() - now) <= CLOCKS_AGREE_NS)

    def now_ns(self) -> int:
        """Return the earliest clock of all whose times are trusted."""
        clocks = [source.phone.now_ns() for source in self._agreeing if source.is_fine]
        return min([self.main.now_ns(), *clocks])

    def volumes(self) -> list[Volume]:
        """Return the phone's storages, then those of the sources; an app's data once, as the phone itself has it."""
        found = [v if self.source_of(v.root) is None else _refused(v) for v in self.main.volumes()]
        private: set[str] = set()
        for source in sorted(self.sources, key=lambda source: not source.of_phone):
            proves = source.is_fine and (source.of_phone or source in self._agreeing)
            volumes = [v for v in source.mounted(times_prove=proves) if not (_is_private(v) and v.package in private)]
            private.update(v.package for v in volumes if _is_private(v))
            found += volumes
        return found

    def apps(self) -> AppInventory:
        """Return the phone's apps."""
        inventory = self.main.apps()
        if not any(self.source_of(path) for app in inventory.apps for path in app.apk_paths):
            return inventory
        # A phone that says that its apps lie in the folders of this computer: no such path is asked for.
        apps = [replace(app, apk_paths=tuple(map(self._disarmed, app.apk_paths))) for app in inventory.apps]
        return replace(inventory, apps=tuple(apps))

    def _disarmed(self, path: bytes) -> bytes:
        return path if self.source_of(path) is None else path.lstrip(b"/")

    @property
    def asked_for_records(self) -> RecordsPhone | None:
        """See `phones.records.as_records`."""
        return as_records(self.main)

    def find_app_data(self, inventory: AppInventory) -> dict[str, str]:
        """Take along the private data of apps that the phone lets us read.

        Args:
            inventory: the phone's apps.

        Returns:
            Packages of which all private data is taken along, with nothing, and those of which the phone refuses it
            though it should not, with its words.

        Raises:
            PhoneGoneError: the connection is lost.
        """
        asked = _as_private(self.main)
        if asked is None:
            return {}
        found = asked.app_data(inventory)
        mounts = {source.mount for source in self.sources}
        self.sources += tuple(source for source in found.sources if source.mount not in mounts)
        return dict(found.apps)

    # -- files ---------------------------------------------------------------------------------------------------------

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`."""
        source = self.source_of(root)
        if source is not None:
            yield from source.list(root, precise=precise)
            return
        for item in self.main.list(root, precise=precise):
            yield item if self.source_of(item.path) is None else Unreadable(item.path, Obstacle.BAD_NAME)

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths; see `Phone.stat`."""
        for source, run in runs(paths, as_it_is, self.source_of):
            yield from (self.main if source is None else source).stat(run)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        for source, run in runs(paths, as_it_is, self.source_of):
            yield from (self.main if source is None else source).read(run)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return (self.source_of(path) or self.main).read_from(path, offset)

    @property
    def bulk(self) -> JoinedBulk | None:
        """See `phones.bulk.as_bulk`: where the phone does much at once, all do; a source that cannot, one by one."""
        bulk = as_bulk(self.main)
        return None if bulk is None else JoinedBulk(bulk, self.stat, self.source_of)

    @property
    def hash_place(self) -> HashPlace:
        """The phone's; see `owner_of`."""
        return self.main.hash_place

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Compute SHA-256 sums; see `Phone.hash`. Sources that compute elsewhere than the phone tell none."""
        return JoinedHashes(self.main, files, self.source_of)


class AppData(Protocol):
    """What there is of apps' private data; see `phones.adb.appphone.AppData`."""

    @property
    def sources(self) -> Sequence[Source]:
        """One for each app that can be read."""

    @property
    def apps(self) -> Mapping[str, str]:
        """What `JoinedPhone.find_app_data` returns."""


class PrivatePhone(Protocol):
    """A phone that can be asked for the private data of its apps."""

    def app_data(self, inventory: AppInventory) -> AppData:
        """Ask. Raises PhoneGoneError."""


def _as_private(phone: Phone) -> PrivatePhone | None:
    return cast("PrivatePhone", phone) if hasattr(phone, "app_data") else None


def joined(phone: Phone, sources: Sequence[Source] = ()) -> Phone:
    """Return a phone that takes along these sources, and what its apps let us read.

    One that knows no such apps and gets no sources is returned as it is.
    """
    if isinstance(phone, JoinedPhone):
        return JoinedPhone(phone.main, (*phone.sources, *sources), phone.missing)
    return JoinedPhone(phone, sources) if sources or _as_private(phone) is not None else phone


def iphone_backup_facts(phone: Phone) -> IphoneBackupFacts | None:
    """Return what the backup is like where a phone is an iPhone backup, with whatever goes along."""
    return cast("IphoneBackupFacts | None", getattr(owner_of(phone, b"/"), "iphone_backup", None))


def owner_of(phone: Phone, path: bytes) -> Phone:
    """Return the phone, or the source of a joined one, whose file a path is: it knows sizes and checksums its way."""
    source = phone.source_of(path) if isinstance(phone, JoinedPhone) else None
    if source is not None:
        return source.phone
    return phone.main if isinstance(phone, JoinedPhone) else phone


def _is_private(volume: Volume) -> bool:
    return volume.kind is VolumeKind.APP_DATA


def _refused(volume: Volume) -> Volume:
    return replace(volume, obstacle=Obstacle.BAD_NAME)
