"""The verbs of the snapshots room, carried out through the façades of snapshots, phones and the vault."""

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from phoneward import phones, snapshots, vault
from phoneward.errors import PhonewardError, readable
from phoneward.flows.errors import AppBackupGoneError, PhoneNotAttachedError
from phoneward.flows.verbs import APP, DEVICE, FOLDER, SERIAL, SNAPSHOT, YES, Flow, Verb
from phoneward.phones import appbackups
from phoneward.progress import Notice
from phoneward.texts import Size, Words, counted, labelled, running, words

TEST_FILES: Final = 40
TEST_BYTES: Final = 64 << 20
"""A restore test takes so many files, of at most so many bytes together, from all over the snapshot."""

NAMED: Final = 50
"""Problems of each kind that a check tells one by one."""

LISTED: Final = 20_000
"""Names of a snapshot that are looked at when the files of a test are chosen."""


def _backup(flow: Flow, arguments: Mapping[str, str]) -> Words:
    """Take a snapshot of the phone that is meant: by its serial, by its id, or the only one."""
    with attached_phone(arguments.get("serial"), arguments.get("device")) as phone:
        result = snapshots.backup(
            phone,
            flow.repo,
            listener=flow.listener,
            state_dir=flow.settings.state_dir,
            cache_dir=flow.cache_dir / "snapshots",
            verify_all="verify_all" in arguments,
        )
    said = words(
        "Snapshot {snapshot} holds {files} ({size}).",
        snapshot=(result.snapshot_id or "")[:8],
        files=counted("{count} file", "{count} files", result.files_held),
        size=Size(result.bytes_held),
    )
    if result.complete:
        return said
    return running(said, words("Something is missing from it: its coverage names each thing."))


@contextmanager
def attached_phone(serial: str | None, device: str | None) -> "Iterator[phones.Phone]":
    """Open the phone that is meant.

    Raises:
        PhoneNotAttachedError: none of those attached is it.
        PhoneError: it cannot be used, which is said.
    """
    with phones.open_adb(serial or (_serial_of(device) if device else None)) as phone:
        if device and phone.identity.id != device:
            raise PhoneNotAttachedError
        yield phone


def _serial_of(device: str) -> str:
    """Return the serial of an attached phone with this id.

    A single phone is opened whatever it is, so that what keeps it from being used (unauthorised, offline) is said.
    """
    attached = phones.list_adb_devices()
    if len(attached) == 1:
        return attached[0].serial
    for each in attached:
        try:
            with phones.open_adb(each.serial) as phone:
                if phone.identity.id == device:
                    return each.serial
        except PhonewardError:  # another phone that is not ready; the one that is meant may be
            continue
    raise PhoneNotAttachedError


def _check(flow: Flow, _arguments: Mapping[str, str]) -> Words:
    """Look whether everything is there."""
    return _checked(flow, read_data=False)


def _read_data(flow: Flow, _arguments: Mapping[str, str]) -> Words:
    """Read every byte back."""
    return _checked(flow, read_data=True)


def _checked(flow: Flow, *, read_data: bool) -> Words:
    begun = dt.datetime.now(dt.UTC)
    with flow.repo.lock(exclusive=True) as lock:
        report = vault.check(flow.repo, read_data=read_data, listener=flow.listener)
        noted = snapshots.note_check(report.error_count, begun, everything_read=read_data)
        snapshots.keep_noted(flow.repo, lock, noted, flow.listener)
    for problem in (*report.errors[:NAMED], *report.lost[:NAMED]):
        flow.listener(Notice(None, labelled(readable(problem.file), readable(problem.sentence))))
    if not report.ok:
        return running(
            counted("{count} error was found.", "{count} errors were found.", report.error_count),
            words("Do not delete anything. Each is named, with what to do, by: phoneward check"),
        )
    if not read_data:
        return running(words("No damage was found."), words("The content of files was not read back."))
    return running(
        words("Everything was read back ({size}).", size=Size(report.bytes_read)), words("No damage was found.")
    )


def _restore_test(flow: Flow, arguments: Mapping[str, str]) -> Words:
    """Restore files from all over a snapshot into a private folder, compare them, and keep the proof in the vault."""
    begun = dt.datetime.now(dt.UTC)
    snapshot = snapshots.find(flow.repo, arguments.get("snapshot", "latest"))
    ref = snapshot.id or "latest"
    with flow.repo.lock(exclusive=False) as lock, tempfile.TemporaryDirectory(prefix="phoneward-test-") as folder:
        chosen = choose_files(flow.repo, ref)
        if not chosen:
            return words("There is no file in this snapshot that could be tried.")
        target = Path(folder)
        snapshots.restore(flow.repo, ref, target, include=chosen, durable=False, listener=flow.listener)
        found, proof = snapshots.prove_restored(flow.repo, ref, target, lock, include=chosen, listener=flow.listener)
        if found.complete and found.files:
            snapshots.keep_noted(flow.repo, lock, snapshots.note_restore_test(begun), flow.listener)
    said = words(
        "Restored, read back and the same as in the snapshot: {files} ({size}).",
        files=counted("{count} file", "{count} files", found.files),
        size=Size(found.bytes),
    )
    if found.failed:
        said = running(
            said,
            words("Not the same, or not there: {files}.", files=counted("{count} file", "{count} files", found.failed)),
            words("Look what is damaged with: phoneward check --read-data"),
        )
    return said if proof is None else running(said, words("The vault keeps the proof."))


def choose_files(repo: vault.Repository, ref: str) -> list[bytes]:
    """Return files of a snapshot for a test: spread evenly over the names that are looked at, none too large.

    Raises:
        VaultError: the snapshot cannot be read.
    """
    files: list[tuple[bytes, int]] = []
    snapshot = snapshots.find(repo, ref)
    for number, entry in enumerate(snapshots.list_path(repo, ref, recursive=True)):
        if number >= LISTED:
            break
        if (
            entry.node.type == vault.NodeType.FILE
            and not snapshots.is_own_document(snapshot, entry.path)
            and entry.node.has_safe_name
        ):
            files.append((entry.path, entry.node.size))
    step = max(1, len(files) // TEST_FILES)
    chosen, size = [], 0
    for path, length in files[::step][:TEST_FILES]:
        if size + length <= TEST_BYTES:
            chosen.append(path)
            size += length
    return chosen


def _keep_app_backup(flow: Flow, arguments: Mapping[str, str]) -> Words:
    """Have an app's backup on this computer go along into a phone's snapshots: one that is still found there."""
    searched = appbackups.search_computer(appbackups.this_computer())
    wanted = arguments.get("folder")
    found = next((one for one in searched.found if snapshots.path_id(str(one.path)) == wanted), None)
    if found is None or "device" not in arguments:
        raise AppBackupGoneError
    return keep_app_backup(flow.repo, flow.settings.state_dir, found, arguments["device"])


def keep_app_backup(repo: vault.Repository, state_dir: Path, found: appbackups.OnComputer, device: str) -> Words:
    """Remember in the vault that a folder of this computer goes along with a phone; returns what came of it.

    Raises:
        AppBackupGoneError: the vault has no snapshot of that phone.
        FolderNameError, JournalUnwritableError, VaultError: it cannot be written down.
    """
    with repo.lock(exclusive=False) as lock:
        infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        if device not in {info.device for info in infos if info.of_phone}:
            raise AppBackupGoneError
        stored = [info.snapshot for info in infos]
        state = snapshots.load_state(repo, snapshots=stored)
        computer = snapshots.computer_id(state_dir)
        kept, changes = snapshots.keep_folder(
            state, device=device, computer=computer, package=found.package, path=found.path
        )
        snapshots.change_state(repo, lock, changes, snapshots=stored)
    label = next(info.label for info in reversed(infos) if info.device == device)
    return words(
        "It goes along with {phone} from now on, and comes into the vault with the next backup: {path}",
        phone=state.called(device, label),
        path=readable(kept.path),
    )


SNAPSHOTS_VERBS: Final[Mapping[str, Verb]] = {
    "backup": Verb(_backup, {"device": DEVICE, "serial": SERIAL, "verify_all": YES}),
    "check": Verb(_check),
    "read-data": Verb(_read_data),
    "restore-test": Verb(_restore_test, {"snapshot": SNAPSHOT}),
    "coverage": Verb(None, {"snapshot": SNAPSHOT}),
    "app-backups": Verb(None),
    "app-guide": Verb(None, {"app": APP}),
    "keep-app-backup": Verb(_keep_app_backup, {"folder": FOLDER, "device": DEVICE}),
    "copy": Verb(None),
    "schedule": Verb(None),
}
"""What a finding of the snapshots room may ask for. Those without a function are pages."""
