"""What the updates pages hold: the history of the vault's phones, and the files that are checked."""

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward import phones, snapshots, updates
from phoneward.apk import ApkError, FileSource, open_app
from phoneward.errors import PhonewardError
from phoneward.progress import Listener
from phoneward.snapshots import CoverageMissingError, SnapshotInfo
from phoneward.texts import words
from phoneward.updates import Against, AgainstSnapshot, Checked, Copy, PhoneHistory
from phoneward.updates.against_phone import AgainstPhone
from phoneward.web.jobs import Job, Kind, Outcome
from phoneward.web.security.uploads import Upload, UploadedFile

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened

HISTORY: Final = "/updates/history"
VERDICT: Final = "/updates/verdict"
MAX_PHONES: Final = 10
PATIENCE_S: Final = 1.5
"""So long a page waits for a history, so that a small vault's is there at once."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What was worked out, and of which state of the vault.

    Attributes:
        version: of the list of snapshots.
        phones: name and history, the phone with the newest snapshot first.
    """

    version: int
    phones: tuple[tuple[str, PhoneHistory], ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What became of the files of one form.

    Attributes:
        against: what they were judged against, as the form named it.
        of: what the person calls that phone, or snapshot.
        command: what does the same on the command line.
    """

    against: str
    of: str
    command: tuple[str, ...]
    checked: tuple[Checked, ...]


def histories(context: "WebContext", opened: "Opened") -> tuple[Histories | None, Job | None]:
    """Return the history of the vault's phones, and the job that works it out where it is not of today."""
    known = context.answers.get(HISTORY, Histories)
    if known is not None and known.version == opened.listed.version:
        return known, None
    infos, version = list(reversed(opened.listed.infos)), opened.listed.version
    names = {info.device: opened.phone(info) for info in infos if info.device}

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo:
            read = [
                (names[device], updates.read_history(repo, device, infos, cache_dir=_cache(context), listener=listener))
                for device in _devices(infos)
            ]
        context.answers.put(HISTORY, Histories(version, tuple(read)))
        return Outcome(
            words("It is known what happened to your apps."), next_label=words("See it"), next_href="/updates"
        )

    kind = Kind(words("Looking what happened to your apps"), ("phoneward", "update", "history"))
    job, _is_new = context.jobs.start(kind, f"updates:history:{version}", work)
    job.ended.wait(PATIENCE_S)
    now = context.answers.get(HISTORY, Histories)
    return now, None if now is not None and now.version == version else job


def _cache(context: "WebContext") -> Path:
    return context.settings.cache_dir / updates.CACHE


def _devices(infos: "list[SnapshotInfo]") -> list[str]:
    """Return the phones of a vault, the one with the newest snapshot first."""
    whole = [info for info in infos if info.of_phone and not info.partial and not info.backup_file and info.device]
    return list(dict.fromkeys(info.device for info in reversed(whole)))[:MAX_PHONES]


def start_check(context: "WebContext", upload: Upload, against: str, of: str) -> Job:
    """Judge uploaded files; they are removed when that is done.

    Args:
        context: of the server.
        upload: taken over here.
        against: `phone:SERIAL` or `snapshot:ID`, as the form offered it.
        of: what the person calls that phone.
    """
    names = [file.name for file in upload.files]
    kind_of, _colon, which = against.partition(":")
    how = ("--adb", which) if kind_of == "phone" else ("--snapshot", which[:8])
    command = ("phoneward", "update", "check", *how, *names)

    def work(listener: Listener) -> Outcome:
        del listener
        try:
            with _against(context, kind_of, which) as phone:
                checked = tuple(_checked(name, files, phone) for name, files in apps_of(upload.files))
        finally:
            upload.close()
        context.answers.put(VERDICT, Verdicts(against, of, command, checked))
        return Outcome(checked[0].sentence, next_label=words("See the whole answer"), next_href=VERDICT)

    kind = Kind(words("Checking an update"), command, can_stop=False)
    job, is_new = context.jobs.start(kind, f"updates:check:{upload.folder.name}", work)
    assert is_new  # noqa: S101 - the folder's name is this form's alone
    return job


def _checked(name: str, files: list[UploadedFile], phone: Against) -> Checked:
    """Check one app; what is said of its files calls them as the person does, not as they lie here."""
    with ExitStack() as stack:
        return updates.check_file(name, [stack.enter_context(FileSource(one.path, one.name)) for one in files], phone)


def apps_of(files: list[UploadedFile]) -> list[tuple[str, list[UploadedFile]]]:
    """Return the files app by app: the APKs of one app belong together, whatever they are called."""
    apps: dict[str, tuple[str, list[UploadedFile]]] = {}
    for number, file in enumerate(files):
        package = ""
        with contextlib.suppress(ApkError), open_app([file.path]) as app:
            package = app.package if len(files) > 1 else ""
        name, parts = apps.setdefault(package or f"#{number}", (file.name, []))
        parts.append(file)
        if name != file.name:
            apps[package] = (f"{name}, {file.name}", parts)
    return list(apps.values())


@contextmanager
def _against(context: "WebContext", kind: str, which: str) -> Iterator[Against]:
    if kind == "snapshot":
        with context.door.own() as repo:
            yield AgainstSnapshot(repo, which)
        return
    with ExitStack() as stack:
        phone = stack.enter_context(phones.open_adb(which))
        yield AgainstPhone(phone, _copy(context, phone.identity.id))


def _copy(context: "WebContext", device: str) -> "snapshots.Coverage | Copy":
    """Return what the newest finished snapshot of a phone holds, or why nothing is said of one."""
    try:
        with context.library.open() as opened:
            whole = [
                info
                for info in opened.listed.infos
                if info.device == device and info.of_phone and not info.partial and not info.backup_file
            ]
            return snapshots.coverage_of(opened.repo, whole[0].snapshot.id or "") if whole else Copy.NO_SNAPSHOT
    except CoverageMissingError:
        return Copy.NO_COVERAGE
    except PhonewardError:
        return Copy.NO_VAULT
