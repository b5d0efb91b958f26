"""`phoneward backup --adb-backup`: what a person is told before and while the phone waits for a tap."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted
from phoneward.texts import _
from phoneward.texts import sentences as sentences_of

if TYPE_CHECKING:
    from phoneward.cli.frame import Frame
    from phoneward.phones import Phone

SINCE = 31
"""Android 12's API level: from it on hardly any app takes part (developer.android.com, "Behavior changes: Apps
targeting Android 12", "ADB backup restrictions")."""


def instructions(api_level: int | None) -> list[str]:
    """Return what to do on the phone, and what to expect of it."""
    said = [
        _(
            "Look at the phone now and unlock it: it asks whether to make a full backup. Tap 'Back up my data' within "
            "a minute, or 'Do not back up' to go on without it."
        ),
        _(
            "Leave the password there empty, unless the phone insists on one; then type it here as well when you are "
            "asked."
        ),
    ]
    if api_level is None or api_level >= SINCE:
        said.append(
            _(
                "Since Android 12 nearly all apps stay out of this backup. That nothing comes of it is usual, and does "
                "no harm."
            )
        )
    return said


def joined(frame: "Frame", phone: "Phone", password_file: str | None, listener: Listener, stack: ExitStack) -> "Phone":
    """Return the phone with the backup that its apps made, where something came of it.

    Whatever goes wrong is said and named in the snapshot; the rest of the backup goes on.

    Args:
        frame: of the command.
        phone: open, over adb.
        password_file: holds the password, should the backup be encrypted.
        listener: hears the phase adb-backup.
        stack: closes it.
    """
    from phoneward.phones import AdbPhone, Obstacle, Unreadable, adb_backup
    from phoneward.phones.androidbackup.errors import AndroidBackupEmptyError
    from phoneward.phones.joined import JoinedPhone

    assert isinstance(phone, AdbPhone)  # noqa: S101 - the command takes the option for no other
    for sentence in instructions(phone.identity.api_level):
        frame.output.say(sentence)
    listener(PhaseStarted("adb-backup"))
    came = 0

    def heard(size: int) -> None:
        nonlocal came
        came = size
        listener(Advanced("adb-backup", 0, size))

    try:
        found = stack.enter_context(adb_backup(phone, _password(password_file), heard))
    except AndroidBackupEmptyError:
        listener(Notice(None, _("No app gave anything to Android's own backup. The rest of the backup goes on.")))
        return JoinedPhone(phone, ())
    except PhonewardError as error:
        listener(Notice(None, sentences_of(error.sentence(), error.advice())))
        return JoinedPhone(phone, (), [Unreadable(b"adb backup", Obstacle.READ_ERROR, error.sentence())])
    finally:
        listener(PhaseDone("adb-backup", 0, came))
    return JoinedPhone(phone, [found.source], found.strays)


def _password(file: str | None) -> Callable[[], str] | None:
    from phoneward.cli import passwords
    from phoneward.settings import read_small_file

    if file is not None:
        return lambda: read_small_file(file, "--android-backup-password-file")
    if sys.stdin is not None and sys.stdin.isatty():
        return lambda: passwords.ask_hidden(_("Password that was typed on the phone: "))
    return None
