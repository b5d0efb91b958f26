"""An app's private data back onto a rooted phone: look, send beside, compare, and only then change places.

The app's own data is not touched until everything that was sent has been read back. Then it gets another name, and the
new data its name; it is never deleted. Cut off anywhere, the same command puts right what is left (`rooted_steps`).
"""

import contextlib
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones import AdbPhone, AdbUpdater, FileKind, PhoneError, PhoneGoneError
from phoneward.phones.adb import rooted_steps
from phoneward.phones.adb.rooted import LEFT_OUT, Rooted, running_uids
from phoneward.phones.adb.rooted_writer import PrivateFile, RootedWriter
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.coverage import State
from phoneward.snapshots.errors import (
    AppNotInstalledError,
    AppStaysOpenError,
    CoverageMissingError,
    NoPrivateDataError,
    NotSwappedError,
    PhoneTooFullError,
    RootedCutShortError,
)
from phoneward.snapshots.inventory import MAX_DOCUMENT, AppRecord, decode_packages
from phoneward.snapshots.layout import MAIN_USER, PACKAGES_DOCUMENT, app_data_place, is_package_name
from phoneward.snapshots.owners import owner_of_node
from phoneward.snapshots.parents import TreeReader, read_document
from phoneward.snapshots.reading import coverage_of, find
from phoneward.snapshots.rooted_plan import OwnerMap, RootedPart, RootedReturn, fill, judge_signer, judge_version
from phoneward.vault import Node, NodeType, Repository, Snapshot

_CLOSINGS: Final = 3


@dataclass(slots=True)
class RootedDone:
    """What became of one app.

    Attributes:
        set_aside: where its data lies that was there before, on the phone.
        labelled: how its files got their SELinux contexts: "phone" (by its own tool), "mapped" (as its folder had it),
            "none" (the phone has none).
    """

    plan: RootedReturn
    set_aside: list[bytes] = field(default_factory=list)
    labelled: str = "none"


def plan_rooted_return(
    repo: Repository, ref: str, phone: AdbPhone, rooted: Rooted, package: str, *, allow_older: bool = False
) -> RootedReturn:
    """Find out what putting an app's private data back would do; nothing is changed but what a cut-off run left.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        phone: open.
        rooted: the same.
        package: which app.
        allow_older: also where the phone's app is older than the data.

    Raises:
        NoPrivateDataError: the snapshot has none of the app.
        AppNotInstalledError, OtherSignerError, OlderAppError: the phone has no app that may get it.
        AppDataUnusableError: a name cannot be written.
        PhoneGoneError: the connection was lost.
    """
    snapshot = find(repo, ref)
    trees = TreeReader(repo)
    found = _places(trees, snapshot, rooted, package)
    if not found:
        raise NoPrivateDataError(snapshot=snapshot.short_id, app=readable(package))
    record = _record(repo, trees, snapshot, package)
    state = AdbUpdater(phone).package_state(package)
    if state is None or not state.is_installed or state.uid is None:
        raise AppNotInstalledError(app=package)
    plan = RootedReturn(
        package,
        state.uid,
        record.version_name if record is not None else "",
        state.version_name,
        judge_signer(record, state),
        [],
        older=judge_version(record, state, allow_older=allow_older),
        whole=_is_whole(repo, ref, package),
    )
    for _name, base, _top in found:
        plan.put_back |= rooted_steps.recover(rooted.shell, base, package)
    writer = RootedWriter(rooted)
    context = b""
    for name, base, top in found:
        old = base + b"/" + package.encode("ascii")
        part = RootedPart(name, app_data_place(package, name), base, writer.describe(old))
        part.context = context = rooted.context_of(old) or context
        told = owner_of_node(top)
        mapping = OwnerMap(
            told.uid or (record.uid if record is not None else None),
            state.uid,
            part.context,
            told.context.split(b":")[2] if told.context.count(b":") > 2 else b"",
        )
        fill(repo, part, top, mapping, LEFT_OUT)
        plan.foreign += mapping.foreign
        plan.parts.append(part)
    plan.free = writer.free_bytes(plan.parts[0].base)
    return plan


def _places(trees: TreeReader, snapshot: Snapshot, rooted: Rooted, package: str) -> list[tuple[str, bytes, Node]]:
    """Return which of an app's folders a snapshot has, with where each lies on the phone."""
    if not is_package_name(package):
        return []
    found = []
    for name, base in rooted.bases:
        node = trees.find(snapshot.tree, app_data_place(package, name))
        if node is not None and node.type == NodeType.DIR:
            found.append((name, base, node))
    return found


def _record(repo: Repository, trees: TreeReader, snapshot: Snapshot, package: str) -> AppRecord | None:
    """Return what the snapshot says of an app; None where it says nothing that can be understood."""
    try:
        document = decode_packages(read_document(repo, trees, snapshot, PACKAGES_DOCUMENT, MAX_DOCUMENT))
    except (ValueError, PhonewardError):  # then nothing can be compared, which the plan says
        return None
    return next((app for app in document.apps if (app.package, app.user_id) == (package, MAIN_USER)), None)


def _is_whole(repo: Repository, ref: str, package: str) -> bool:
    try:
        coverage = coverage_of(repo, ref)
    except CoverageMissingError:
        return False
    return any(app.package == package and app.user_id == MAIN_USER and app.state is State.KEPT for app in coverage.apps)


def put_rooted(
    rooted: Rooted, plan: RootedReturn, *, listener: Listener = silent, now: dt.datetime | None = None
) -> RootedDone:
    """Carry a plan out.

    Args:
        rooted: the phone.
        plan: what was agreed.
        listener: hears the phase restore.
        now: for the names of data that is set aside; None for this moment.

    Raises:
        PhoneTooFullError: it does not fit; nothing was changed.
        AppStaysOpenError: the app cannot be kept closed; nothing was changed.
        RootedWriteError, RootedDataDifferentError: the phone did not take it as it is; nothing was changed.
        NotSwappedError: it could not be put in place; the old data is where it was.
        RootedCutShortError: the phone is gone. The old data is there; the same command puts it right.
    """
    if plan.free is not None and plan.needed > plan.free:
        raise PhoneTooFullError(needed=plan.needed, free=plan.free, storage=readable(plan.parts[0].base))
    when = (now or dt.datetime.now().astimezone()).strftime("%Y%m%d-%H%M%S").encode("ascii")
    try:
        return _Put(rooted, plan, listener, when).run()
    except PhoneGoneError as error:
        raise RootedCutShortError(detail=error.sentence(), app=plan.package) from error


class _Put:
    """One app's data on its way."""

    def __init__(self, rooted: Rooted, plan: RootedReturn, listener: Listener, when: bytes) -> None:
        self._rooted = rooted
        self._shell = rooted.shell
        self._writer = RootedWriter(rooted)
        self._plan = plan
        self._listener = listener
        self._new = rooted_steps.new_name(plan.package, secrets.token_hex(8).encode())
        self._old = rooted_steps.old_name(plan.package, when)
        self._app = plan.package.encode("ascii")
        self._files = 0
        self._bytes = 0

    def run(self) -> RootedDone:
        done = RootedDone(self._plan)
        self._listener(PhaseStarted("restore", self._plan.count, self._plan.size))
        self._close()
        try:
            for part in self._plan.parts:
                self._send(part)
            self._writer.settle()
            self._close()
            self._swap(done)
        except PhoneGoneError:
            raise
        except (PhonewardError, KeyboardInterrupt):
            with contextlib.suppress(PhoneError):  # what cannot be removed now, the next run removes
                for part in self._plan.parts:
                    rooted_steps.remove_new(self._shell, part.base, self._new)
            raise
        self._label(done)
        self._writer.settle()
        self._listener(PhaseDone("restore", self._files, self._bytes))
        return done

    def _close(self) -> None:
        """Close the app; nothing of it may run while its data changes places."""
        for _attempt in range(_CLOSINGS):
            self._rooted.stop(self._plan.package)
            if self._plan.uid not in running_uids(self._shell):
                return
        raise AppStaysOpenError(app=self._plan.package)

    def _send(self, part: RootedPart) -> None:
        folder = part.base + b"/" + self._new
        rooted_steps.make_new(self._shell, part.base, self._new)
        self._writer.unpack(folder, self._hashed(part))
        self._writer.set_times(folder, part.files)
        self._writer.label(folder, part.context, part.files)
        self._writer.verify(folder, part.files, part.digests)

    def _hashed(self, part: RootedPart) -> Iterator[PrivateFile]:
        """Yield the files of a part, each with content that is summed while it is sent."""
        for file in part.files:
            if file.kind is FileKind.FILE:
                yield replace(file, pieces=self._summed(part, file))
                self._files += 1
                self._bytes += file.size
                self._listener(Advanced("restore", self._files, self._bytes, part.place + b"/" + file.name))
            else:
                yield file

    def _summed(self, part: RootedPart, file: PrivateFile) -> Callable[[], Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            digest = hashlib.sha256()
            for piece in file.pieces() if file.pieces is not None else ():
                digest.update(piece)
                yield piece
            part.digests[file.name] = digest.digest()

        return pieces

    def _swap(self, done: RootedDone) -> None:
        """Change places, in all folders or in none."""
        swapped: list[RootedPart] = []
        for part in self._plan.parts:
            code = rooted_steps.swap(self._shell, part.base, self._plan.package, self._new, self._old)
            if code != rooted_steps.SWAPPED:
                for other in reversed(swapped):
                    rooted_steps.undo(self._shell, other.base, self._plan.package, self._new, self._old)
                raise NotSwappedError(app=self._plan.package)
            swapped.append(part)
        done.set_aside = [part.base + b"/" + self._old for part in swapped if part.old is not None]

    def _label(self, done: RootedDone) -> None:
        """Have the phone's own tool give the contexts where it has one; those that were mapped are there already."""
        if not any(part.context for part in self._plan.parts):
            return
        done.labelled = "mapped"
        folders = [part.base + b"/" + self._app for part in self._plan.parts]
        if all(rooted_steps.restorecon(self._shell, folder) for folder in folders):
            done.labelled = "phone"
