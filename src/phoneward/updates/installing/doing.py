"""Doing it: one app at a time, exactly the bytes that were judged, over exactly the app that was judged against.

The order is the safety: what is about to be done is written down; everything that can be known to fail fails before the
phone is changed; right before the change the app is looked at once more; and what the phone says afterwards, not what
was asked of it, decides what is reported.
"""

import contextlib
from typing import Final

from phoneward import snapshots
from phoneward.errors import PhonewardError
from phoneward.phones import (
    InstallCutOffError,
    InstallOptions,
    PhoneGoneError,
    UpdateRefusedError,
    translated_detail,
)
from phoneward.texts import formats, verbatim, words
from phoneward.updates.installing.afterwards import Aftermath, Data, States, changed_since, look
from phoneward.updates.installing.copying import hash_file
from phoneward.updates.installing.errors import (
    AppChangedError,
    InstallNoteError,
    NoRoomForAppError,
    NotTheJudgedError,
)
from phoneward.updates.installing.hands import Hands, Job, explained
from phoneward.updates.installing.journal import Begun, NotedApk, Step
from phoneward.updates.installing.losing import lost, put_old_back, restore_asked
from phoneward.updates.installing.plan import Planned, states_of
from phoneward.updates.installing.report import Outcome
from phoneward.updates.installing.saving import installed_digests

ROOM_FACTOR: Final = 2
"""Android keeps what is streamed to it beside the old version (`PackageInstallerSession`), and compiles it after."""

_HARMLESS = (UpdateRefusedError, NoRoomForAppError, NotTheJudgedError, AppChangedError)
"""After these the app and its data are as they were."""


def check_room(hands: Hands, size: int) -> None:
    """Look whether so many bytes of APKs fit; where the phone does not tell, it is tried.

    Raises:
        NoRoomForAppError: they do not.
    """
    free = hands.updater.free_bytes()
    needed = ROOM_FACTOR * size
    if free is not None and free < needed:
        raise NoRoomForAppError(needed=formats.size(needed), free=formats.size(free))


def still_as_judged(hands: Hands, planned: Planned) -> None:
    """Look at the app once more, right before it is changed.

    Raises:
        AppChangedError: it is not the one that was judged against.
        PhoneGoneError: the connection was lost.
    """
    changed = changed_since(planned.before, states_of(hands.updater, planned.package))
    if changed is not None:
        raise AppChangedError(app=planned.name, detail=str(changed))


# -- an update that keeps the data -------------------------------------------------------------------------------------


def keep(hands: Hands, planned: Planned, job: Job) -> None:
    """Install an update over the app; what became of it is in the report."""
    try:
        check_room(hands, planned.candidate.size)
        hands.installs.note(begun(hands, planned, job, Step.INSTALLING))
        hands.updater.install_update(
            job.package,
            [apk.to_send() for apk in job.apks],
            options=planned.options,
            before_commit=lambda: still_as_judged(hands, planned),
            listener=hands.listener,
        )
        afterwards(hands, planned, job)
    except InstallCutOffError as error:
        _cut_off(hands, job, error)
    except PhoneGoneError as error:
        job.report.outcome = Outcome.UNKNOWN
        job.report.sentences += [
            words("The connection was lost after the phone took the new version: its data was not looked after yet."),
            words("Plug the phone in again and run: phoneward update install. It does so then."),
            verbatim(error.sentence()),
        ]
    except _HARMLESS as error:
        _refused(hands, planned, job, error)


def _refused(hands: Hands, planned: Planned, job: Job, error: PhonewardError) -> None:
    """Say that nothing happened, once the phone was seen to be as it was; else look after the data.

    A phone that says no may have done a part of it: an app that one user must not remove is removed for the others
    (AOSP `DeletePackageHelper.deletePackageVersionedInternal`, `blockUninstallUserIds`).
    """
    asked = isinstance(error, UpdateRefusedError)
    if not asked or changed_since(planned.before, states_of(hands.updater, job.package)) is None:
        _nothing_changed(hands, job, error)
        return
    there = [digest for digest in planned.installed if digest is not None]
    concluded(hands, job, found_now(hands, job, planned.before, there))
    if job.report.outcome is Outcome.KEPT:
        job.report.outcome = Outcome.CHANGED
    job.report.sentences[:0] = explained(error)


def _nothing_changed(hands: Hands, job: Job, error: PhonewardError) -> None:
    hands.installs.forget()
    changed = isinstance(error, NotTheJudgedError | AppChangedError)
    job.report.outcome = Outcome.CHANGED if changed else Outcome.FAILED
    job.report.sentences = explained(error)


def _cut_off(hands: Hands, job: Job, error: InstallCutOffError) -> None:
    """Say what is known when the connection was lost."""
    if error.was_asked:
        job.report.outcome = Outcome.UNKNOWN
        job.report.sentences = [
            words(
                "The connection was lost while the phone put the new version in place: nobody knows yet whether it did."
            ),
            words("Plug the phone in again and run: phoneward update install. It finds out, and looks after the data."),
        ]
        return
    hands.installs.forget()
    job.report.outcome = Outcome.CUT_OFF
    job.report.sentences = [
        words("The connection was lost before anything on the phone had changed. App and data are as they were."),
        words("Plug the phone in again and run the same command."),
    ]


def afterwards(hands: Hands, planned: Planned, job: Job) -> None:
    """Look after an install that should have kept the data."""
    judged = [apk.sha256 for apk in job.apks]
    if planned.options.inherit:
        judged += [digest for digest in planned.installed if digest is not None]
    concluded(hands, job, found_now(hands, job, planned.before, judged))


def found_now(hands: Hands, job: Job, before: States, judged: list[bytes]) -> Aftermath:
    """Return what is on the phone of an app now, compared with what was.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    now, installed = now_of(hands, job.package)
    files = snapshots.still_there(hands.repo, job.snapshot, hands.phone, job.package, hands.phone.apps())
    return look(before, now, judged, installed, files)


def now_of(hands: Hands, package: str) -> tuple[States, tuple[bytes | None, ...]]:
    """Return an app as it is now for each user, and the SHA-256 of its APKs."""
    states = states_of(hands.updater, package)
    return states, installed_digests(hands.phone, hands.writer, states[min(states)]) if states else ()


def concluded(hands: Hands, job: Job, found: Aftermath) -> None:
    """Put what was found into the report; where the data is gone, collect what is there."""
    job.report.sentences = list(found.sentences)
    if found.data is Data.LOST:
        lost(hands, job)
        return
    hands.installs.forget()
    job.report.outcome = Outcome.KEPT if found.is_fine else Outcome.UNSURE


# -- one that deletes it, as was agreed --------------------------------------------------------------------------------


def wipe(hands: Hands, planned: Planned, job: Job) -> None:
    """Remove an app with all it holds, then install: only after its name was typed."""
    try:
        check_room(hands, planned.candidate.size)
        _still_the_judged(job)
        hands.installs.note(begun(hands, planned, job, Step.REMOVING))
        still_as_judged(hands, planned)
        hands.updater.uninstall(job.package)
    except PhoneGoneError as error:
        job.report.outcome = Outcome.UNKNOWN
        job.report.sentences = [
            words("The connection was lost while the app was being removed: nobody knows yet whether it is gone."),
            words("Plug the phone in again and run: phoneward update install. It finds out, and goes on."),
            verbatim(error.sentence()),
        ]
        return
    except _HARMLESS as error:
        _refused(hands, planned, job, error)
        return
    with contextlib.suppress(InstallNoteError):  # the note before it says enough: the app is gone, so it was removed
        hands.installs.note(begun(hands, planned, job, Step.REMOVED))
    install_anew(hands, job)


def _still_the_judged(job: Job) -> None:
    for apk in job.apks:
        try:
            is_same = hash_file(apk.path) == apk.sha256
        except OSError:
            is_same = False
        if not is_same:
            raise NotTheJudgedError(file=apk.name)


def install_anew(hands: Hands, job: Job) -> None:
    """Install an app that was removed, as was agreed; where the phone does not take it, offer the old version."""
    report = job.report
    try:
        apks = [apk.to_send() for apk in job.apks]
        options = InstallOptions(over_existing=False)
        hands.updater.install_update(job.package, apks, options=options, listener=hands.listener)
        installed = now_of(hands, job.package)[1]
    except PhoneGoneError as error:
        report.outcome = Outcome.UNKNOWN
        report.sentences = [
            words("The app was removed, as you agreed; then the connection was lost."),
            words("Plug the phone in again and run: phoneward update install. It finishes what was begun."),
            verbatim(error.sentence()),
        ]
        return
    except (UpdateRefusedError, NotTheJudgedError) as error:
        report.outcome = Outcome.REMOVED
        report.sentences = [
            words("The app was removed, as you agreed, and then the phone did not take the new version."),
            verbatim(_reason(error)),
        ]
        if put_old_back(hands, job):
            report.outcome = Outcome.PUT_BACK
            hands.installs.forget()
            restore_asked(hands, job)
        return
    hands.installs.forget()
    report.outcome = Outcome.WIPED
    report.sentences = [words("The app was removed with all it held, as you agreed, and the new version is installed.")]
    if sorted(apk.sha256 for apk in job.apks) != sorted(digest or b"" for digest in installed):
        report.outcome = Outcome.UNSURE
        report.sentences.append(words("What is installed now could not be shown to be the file that was judged."))
    restore_asked(hands, job)


def _reason(error: PhonewardError) -> str:
    if not isinstance(error, UpdateRefusedError):
        return error.sentence()
    reason = translated_detail(error.reason)
    return f"{reason} ({error.words})" if error.words else reason


# -- the note ----------------------------------------------------------------------------------------------------------


def begun(hands: Hands, planned: Planned, job: Job, step: Step) -> Begun:
    """Return the note of what is about to be done."""
    state = planned.state
    old = zip(state.apk_paths, planned.installed, strict=False)
    return Begun(
        package=job.package,
        name=job.name,
        step=step,
        started=hands.now(),
        snapshot=job.snapshot,
        old_version=state.version_code,
        old_uid=state.uid,
        old_first_installed_ns=state.first_installed_ns,
        old_code_path=state.code_path,
        old_apks=[
            NotedApk(path.rpartition(b"/")[2].decode("ascii", "replace"), 0, (d or b"").hex()) for path, d in old
        ],
        new_version=planned.candidate.version_code,
        new_apks=[NotedApk(apk.name, apk.size, apk.sha256.hex()) for apk in job.apks],
        inherits=planned.options.inherit,
        folder=job.apks[0].path.parent.name,
    )
