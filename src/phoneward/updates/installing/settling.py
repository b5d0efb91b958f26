"""What was begun and cut off: the next run finds out what became of it, and finishes it.

What the phone says decides, not what was asked of it: whether the old version is there as it was (same place, same
bytes), the new one (same bytes), another one, or none.
"""

from collections.abc import Sequence
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.phones import PackageState
from phoneward.texts import Moment, words
from phoneward.updates.installing.afterwards import States
from phoneward.updates.installing.copying import CopiedApk, hash_file
from phoneward.updates.installing.doing import concluded, found_now, install_anew, now_of
from phoneward.updates.installing.hands import Hands, Job
from phoneward.updates.installing.journal import Begun, NotedApk, Step
from phoneward.updates.installing.losing import put_old_back, restore_asked
from phoneward.updates.installing.report import AppReport, Outcome


def settle(hands: Hands) -> AppReport | None:
    """Find out what became of an install that was cut off, and finish it; None where there was none.

    Raises:
        PhoneGoneError: the connection was lost; the note stays.
    """
    noted = hands.installs.load()
    if noted is None:
        return None
    report = AppReport(
        package=noted.package,
        name=noted.name,
        outcome=Outcome.UNKNOWN,
        old_version=str(noted.old_version or ""),
        new_version=str(noted.new_version),
        snapshot=noted.snapshot,
    )
    job = Job(noted.package, noted.name, _copies(hands.installs.folder, noted), noted.snapshot, report)
    now, installed = now_of(hands, noted.package)
    if now and _is_old(noted, now, installed):
        hands.installs.forget()
        report.outcome = Outcome.NOT_HAPPENED
    elif noted.step is Step.INSTALLING:
        concluded(hands, job, found_now(hands, job, _before(noted, min(now, default=0)), _judged(noted)))
    elif now:
        _already(hands, job, noted, installed)
    elif job.apks:
        install_anew(hands, job)
    else:
        _only_the_old(hands, job)
    report.sentences[:0] = [
        words("On {moment} an install of {app} was cut off.", moment=Moment(noted.started), app=noted.name)
    ]
    if report.outcome is Outcome.NOT_HAPPENED:
        report.sentences.append(words("It had not changed anything: app and data are as they were."))
    return report


def _is_old(noted: Begun, now: States, installed: Sequence[bytes | None]) -> bool:
    """Tell whether the app that was there is there, untouched: in the same place, which changes with each install."""
    state = now[min(now)]
    same = [(digest or b"").hex() for digest in installed] == [apk.sha256 for apk in noted.old_apks]
    first = state.first_installed_ns == noted.old_first_installed_ns and state.uid == noted.old_uid
    return same and first and state.code_path == noted.old_code_path and state.version_code == noted.old_version


def _before(noted: Begun, user: int) -> States:
    """Return the app as its first user had it; that need not be the phone's owner."""
    return {
        user: PackageState(
            package=noted.package,
            user_id=user,
            version_code=noted.old_version,
            first_installed_ns=noted.old_first_installed_ns,
            uid=noted.old_uid,
            code_path=noted.old_code_path,
        )
    }


def _judged(noted: Begun) -> list[bytes]:
    apks = [*noted.new_apks, *(noted.old_apks if noted.inherits else [])]
    return [bytes.fromhex(apk.sha256) for apk in apks if apk.sha256]


def _already(hands: Hands, job: Job, noted: Begun, installed: Sequence[bytes | None]) -> None:
    """The app was to be removed, and one is there that is not as it was."""
    hands.installs.forget()
    if sorted(_judged(noted)) == sorted(digest or b"" for digest in installed):
        job.report.outcome = Outcome.WIPED
        job.report.sentences.append(
            words("The app was removed with all it held, as you agreed, and the new version is installed.")
        )
        restore_asked(hands, job)
        return
    job.report.outcome = Outcome.UNSURE
    job.report.sentences.append(
        words("Since then somebody else installed another version. Open the app and look whether all is there.")
    )


def _only_the_old(hands: Hands, job: Job) -> None:
    """The app is removed, and the private copy of the new version is gone or damaged."""
    job.report.outcome = Outcome.REMOVED
    job.report.sentences.append(
        words("The app was removed, as you agreed; the file of the new version is not here any more.")
    )
    if put_old_back(hands, job):
        job.report.outcome = Outcome.PUT_BACK
        hands.installs.forget()
        restore_asked(hands, job)


def _copies(above: Path, noted: Begun) -> tuple[CopiedApk, ...]:
    """Return the private copy of what was to be installed, where all of it is still there and is what was judged."""
    folder = above / noted.folder
    found = []
    for apk in noted.new_apks:
        copied = _copy(folder, apk) if noted.folder else None
        if copied is None:
            return ()
        found.append(copied)
    return tuple(found)


def _copy(folder: Path, apk: NotedApk) -> CopiedApk | None:
    path = folder / Path(apk.name).name
    try:
        digest = hash_file(path)
        size = path.stat().st_size
    except (OSError, PhonewardError):
        return None
    return CopiedApk(apk.name, path, size, digest) if (digest.hex(), size) == (apk.sha256, apk.size) else None
