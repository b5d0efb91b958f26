"""The phone of a test with a picture: opened, and mended where an earlier run was cut off."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from phoneward.cli.confirming import ask, can_ask, is_yes
from phoneward.cli.frame import Frame
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phoneward.phones import AdbTester
    from phoneward.watch import Hands, InCapture


@contextmanager
def opened(frame: Frame, serial: str | None, *, allow_unencrypted: bool) -> "Iterator[tuple[Hands, AdbTester]]":
    """Open the phone."""
    from phoneward import phones, watch

    with (
        phones.open_adb(serial or None, allow_unencrypted=allow_unencrypted) as phone,
        phones.AdbWriter(phone) as writer,
    ):
        tester = phones.AdbTester(phone, writer)
        yield watch.Hands(phone, writer, tester, watch.CanaryNotes(frame.settings.state_dir)), tester


def mend(frame: Frame, hands: "Hands", *, ask_first: bool = True) -> bool:
    """Look for what an earlier run left on this phone and take it away; name what other phones may still have.

    Args:
        frame: this run.
        hands: the phone.
        ask_first: a person at the terminal may say no.

    Returns:
        Whether a test picture was found in another place than its own.
    """
    from phoneward import watch
    from phoneward.cli import watch_canary_view as view
    from phoneward.cli.progress_view import listening

    mine = hands.phone.identity.id
    for note in hands.notes.left():
        if note.device != mine:
            frame.output.say(
                _(
                    "A test picture of {date} may still be on {phone}. Connect it and run: phoneward watch canary "
                    "finish"
                ).format(date=formats.date(note.made), phone=note.device_label)
            )
    left = hands.notes.left(mine)
    if not left:
        return False
    for note in left:
        frame.output.say(
            _("An earlier run left a test picture on this phone: {path} ({time}).").format(
                path=note.path, time=formats.moment(note.made)
            )
        )
    if ask_first and can_ask() and not frame.output.json:
        answer = ask(_("Enter: look for it and take it away. Or type no: leave it for now. "))
        if answer and not is_yes(answer):
            return False
    with listening(frame.output) as listener:
        reports = watch.finish_canaries(hands, listener=listener)
    for report in reports:
        view.show(frame.output, report)
    return any(report.is_seen for report in reports)


def in_captures(
    frame: Frame, captures: "Sequence[Path]", known: "Sequence[int]", keys: "Sequence[Path]" = ()
) -> "Iterator[InCapture]":
    """Yield what each recording shows; one that cannot be read is named, and the others are looked at.

    Args:
        frame: this run.
        captures: the recordings.
        known: the numbers of the test pictures.
        keys: TLS keys beside pcap files.
    """
    from phoneward import watch
    from phoneward.errors import PhonewardError

    for path in captures:
        try:
            yield watch.look_in_capture(path, known, key_logs=keys)
        except PhonewardError as error:
            frame.output.warn(error)
