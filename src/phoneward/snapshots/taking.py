"""Asks the phone what it holds: its storages, every file of them, its apps and their APK files."""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from phoneward.errors import readable
from phoneward.phones import AppInventory, Entry, InstalledApp, Obstacle, Phone, Unreadable, Volume
from phoneward.phones.bulk import BulkPhone, as_bulk
from phoneward.phones.joined import JoinedPhone, owner_of
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots.compare import SECOND_NS, Moment
from phoneward.snapshots.errors import NothingReachableError
from phoneward.snapshots.gaps import GapReason, Gaps, reason_of
from phoneward.snapshots.inventory import ListingRecord
from phoneward.snapshots.layout import (
    APP_DATA,
    is_apk_name,
    is_app_name,
    is_volume_named,
    package_prefix,
    volume_prefix,
)
from phoneward.snapshots.listing import FILE, Listing, Root, Row, row_of
from phoneward.snapshots.rows import Sealer

PROGRESS_EVERY = 2_000
_LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Taken:
    """What the phone said.

    Attributes:
        roots: the storages that were listed, with their volumes.
        unreached: the storages that were not, and why.
        apk_places: where each APK stands in the snapshot, by its path on the phone.
        apk_paths: the other way round.
        app_data: see `JoinedPhone.find_app_data`.
    """

    listing: Listing
    moment: Moment
    phone_ahead_ns: int
    inventory: AppInventory
    roots: list[tuple[Root, Volume]] = field(default_factory=list)
    unreached: list[tuple[Volume, GapReason]] = field(default_factory=list)
    apk_places: dict[bytes, bytes] = field(default_factory=dict)
    apk_paths: dict[bytes, bytes] = field(default_factory=dict)
    app_data: dict[str, str] = field(default_factory=dict)

    def phone_path(self, place: bytes) -> bytes:
        """Return the phone's path of a place in the snapshot."""
        return self.apk_paths.get(place) or self.listing.phone_path(place)

    def proves(self, place: bytes) -> bool:
        """Tell whether the times of what lies in a folder of the snapshot prove anything (`Volume.times_prove`)."""
        return not any(
            place == root.place or place.startswith(root.place + b"/")
            for root, volume in self.roots
            if not volume.times_prove
        )

    @property
    def record(self) -> ListingRecord:
        """What the next comparison must know."""
        return ListingRecord(
            self.moment.listed_ns, self.moment.precision_ns, self.moment.has_ctime, self.phone_ahead_ns
        )

    @property
    def volumes(self) -> list[Volume]:
        """All storages, reachable or not."""
        return [volume for _root, volume in self.roots] + [volume for volume, _reason in self.unreached]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked before the listing.

    Attributes:
        now_ns: the phone's clock then; an earlier moment than the listing's makes a comparison only more careful.
        ahead_ns: how far it is ahead of this computer's.
    """

    now_ns: int
    ahead_ns: int
    inventory: AppInventory

    @classmethod
    def of(cls, phone: Phone) -> "Facts":
        """Ask the phone. A real one takes a second or more to tell about all its apps."""
        ahead = owner_of(phone, b"/").now_ns() - time.time_ns()
        return cls(phone.now_ns(), ahead, phone.apps())


class AskedAhead:
    """Asks a phone for its facts in a thread of its own, while the vault is being locked and its index read.

    Only where the phone can do several things at once; elsewhere it is asked when the facts are wanted. A phone that
    fails says so then, too.
    """

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._told: queue.SimpleQueue[Facts | BaseException] = queue.SimpleQueue()
        self._asked = as_bulk(phone) is not None
        if self._asked:
            threading.Thread(target=self._ask, name="phoneward-facts", daemon=True).start()

    def _ask(self) -> None:
        try:
            self._told.put(Facts.of(self._phone))
        except BaseException as error:  # noqa: BLE001 - a thread must hand over whatever ended it
            self._told.put(error)

    def facts(self) -> Facts:
        """Return them; waits for the phone. To be asked once.

        Raises:
            PhoneGoneError: the connection is lost.
        """
        if not self._asked:
            return Facts.of(self._phone)
        while True:
            try:
                told = self._told.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue  # waits in short steps, so that Ctrl-C is heard everywhere
            if isinstance(told, BaseException):
                raise told
            return told


def take_listing(
    phone: Phone,
    gaps: Gaps,
    sealer: Sealer,
    listener: Listener,
    *,
    last_listed_ns: int | None = None,
    asked: AskedAhead | None = None,
) -> Taken:
    """Ask the phone for everything a comparison needs.

    Times may come in whole seconds, which is several times faster over adb: enough to find what is unchanged. What is
    sent is asked for its exact times afterwards. Where the phone's clock went back, seconds prove nothing (`compare`).

    Args:
        phone: open.
        gaps: where names that cannot be kept are put.
        sealer: seals what does not fit in memory.
        listener: hears the phases inventory and list.
        last_listed_ns: the phone's clock at the listing that this one will be compared with.
        asked: was asked for the phone's facts already.

    Raises:
        NothingReachableError: no storage can be listed.
        PhoneGoneError: the connection is lost.
    """
    listener(PhaseStarted("inventory"))
    facts = (asked or AskedAhead(phone)).facts()
    now = facts.now_ns
    precise = phone.mtime_precision_ns >= SECOND_NS or (last_listed_ns is not None and now < last_listed_ns)
    listing = Listing(gaps, sealer, coarse=not precise)
    moment = Moment(now, max(1, phone.mtime_precision_ns), has_ctime=True)
    taken = Taken(listing, moment, facts.ahead_ns, facts.inventory)
    _add_apks(phone, taken, gaps)
    if isinstance(phone, JoinedPhone):
        taken.app_data = phone.find_app_data(taken.inventory)
        for missing in phone.missing:
            gaps.add(reason_of(missing.obstacle), missing.path, APP_DATA + b"/?", missing.detail)
    listener(PhaseDone("inventory", len(taken.inventory.apps), 0))
    listener(PhaseStarted("list"))
    _add_volumes(phone, taken, gaps)
    told = 0
    for root, volume in taken.roots:
        bulk = None if precise else as_bulk(phone)
        if bulk is not None:
            _list_rows(bulk, root, volume, listing, listener)
            continue
        for item in phone.list(volume.root, precise=precise):
            listing.add(root, item)
            told += 1
            if told % PROGRESS_EVERY == 0:
                listener(Advanced("list", listing.files, listing.size, item.path))
    taken.moment = Moment(now, taken.moment.precision_ns, listing.has_ctime)
    listener(PhaseDone("list", listing.files, listing.size))
    return taken


def _list_rows(bulk: BulkPhone, root: Root, volume: Volume, listing: Listing, listener: Listener) -> None:
    """List a storage folder by folder."""
    told = listing.files
    for found in bulk.list_rows(volume.root):
        if isinstance(found, list):
            for item in found:
                listing.add(root, item)
            continue
        listing.add_rows(root, found)
        if listing.files - told >= PROGRESS_EVERY:
            told = listing.files
            listener(Advanced("list", listing.files, listing.size, found.path))


def _add_volumes(phone: Phone, taken: Taken, gaps: Gaps) -> None:
    places: set[bytes] = set()
    why = ""
    for volume in phone.volumes():
        if not is_volume_named(volume):
            taken.unreached.append((volume, GapReason.BAD_NAME))
            gaps.add(GapReason.BAD_NAME, volume.root, b"/" + volume.kind.value.encode(), volume.name)
            continue
        place = volume_prefix(volume)
        reason = reason_of(volume.obstacle) if volume.obstacle else None
        if place in places:
            reason = GapReason.CONTRADICTION
        places.add(place)
        if reason is not None:
            why = why or readable(volume.label) or volume.name
            taken.unreached.append((volume, reason))
            gaps.add(reason, volume.root, place, volume.label)
            continue
        root = Root.at(volume.root, place)
        taken.roots.append((root, volume))
        taken.listing.add_root(root, _describe(phone, volume.root))
    if not taken.roots:
        raise NothingReachableError(detail=why or "-")


def _describe(phone: Phone, path: bytes) -> Entry | None:
    item = next(iter(phone.stat([path])), None)
    return item if isinstance(item, Entry) else None


def is_apk_wanted(app: InstalledApp) -> bool:
    """Tell whether an app's APK files are kept: it is not part of the system, or was updated since.

    Updates of system apps lie on the data partition like other apps (AOSP `PackageManagerService`, `/data/app`).
    """
    return not app.is_system or any(path.startswith(b"/data/") for path in app.apk_paths)


def _add_apks(phone: Phone, taken: Taken, gaps: Gaps) -> None:
    for path, place in _apks(taken.inventory, gaps, phone.identity.kind):
        known = taken.apk_paths.setdefault(place, path)
        if known == path:
            taken.apk_places[path] = place
        else:
            gaps.add(GapReason.CONTRADICTION, path, place)
    wanted = list(taken.apk_places)
    answers = iter(phone.stat(wanted))
    for path in wanted:
        item = next(answers, Unreadable(path, Obstacle.READ_ERROR, "no answer"))
        place = taken.apk_places[path]
        row = row_of(item) if isinstance(item, Entry) else None
        if isinstance(item, Unreadable):
            gaps.add(reason_of(item.obstacle), path, place, item.detail)
        elif row is None or row.kind != FILE:
            gaps.add(GapReason.IMPOSSIBLE, path, place)
        else:
            name = place[place.rindex(b"/") + 1 :]
            taken.listing.add_file(place, Row(name, FILE, row.size, row.mode, row.mtime_ns, row.ctime_ns))
            continue
        del taken.apk_places[path]


def _apks(inventory: AppInventory, gaps: Gaps, kind: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the path on the phone and the place in the snapshot of each APK to be kept, once each."""
    seen: set[bytes] = set()
    for app in inventory.apps:
        if not is_app_name(app.package, kind):
            gaps.add(GapReason.BAD_NAME, app.package.encode("utf-8", "surrogateescape"), b"/packages", app.package)
            continue
        if not is_apk_wanted(app):
            continue
        folder = package_prefix(app.package) + b"/"
        for number, path in enumerate(app.apk_paths):
            if path in seen:
                continue
            seen.add(path)
            name = path[path.rfind(b"/") + 1 :] if number else b"base.apk"
            if is_apk_name(name) and path.startswith(b"/"):
                yield path, folder + name
            else:
                gaps.add(GapReason.BAD_NAME, path, folder + b"?")
