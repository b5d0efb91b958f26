"""`phoneward pair`: make a phone trust this computer without a cable (Android 11 and later)."""

import sys

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Make a phone trust this computer without a cable (Android 11 and later)."),
    help=N_(
        "Make a phone trust this computer without a cable (Android 11 and later), once for each phone. On the phone "
        "open Developer options, Wireless debugging, 'Pair device with pairing code': it shows six digits and an "
        "address. Phone and computer must be in the same network. Then run `phoneward connect`.\n\n"
        "Easier, where the network lets phones announce themselves: `phoneward pair --qr` shows a code for 'Pair "
        "device with QR code', waits until the phone's camera has read it, and connects at once.\n\n"
        "Switch Wireless debugging off again when you are done."
    ),
)
@argument(
    "address",
    metavar="[ADDRESS]",
    required=False,
    meaning=N_("As the phone shows it, such as 192.168.1.23:37099. Without it the phone is looked for."),
)
@option("--code", metavar="DIGITS", help=N_("The six digits. Without it you are asked."))
@option("--qr", is_flag=True, help=N_("Show a QR code for the phone's camera, and connect as soon as it was read."))
@output_options
def pair(address: str | None, code: str | None, *, qr: bool) -> ExitCode:
    """Pair, and say what comes next."""
    from phoneward import phones

    frame = current()
    if qr:
        for name, value in (("ADDRESS", address), ("--code", code)):
            if value is not None:
                raise NotTogetherError(first="--qr", second=name)
        return _pair_by_qr(frame)
    endpoint, guid = phones.pair(address, code if code is not None else _ask())
    if frame.output.json:
        frame.output.emit("paired", {"address": str(endpoint), "guid": guid})
        return ExitCode.DONE
    frame.output.result(_("The phone at {address} trusts this computer now.").format(address=endpoint))
    frame.output.summary(
        _("Next: 'phoneward connect' with the address on the page 'Wireless debugging', which is not this one.")
    )
    return ExitCode.DONE


def _pair_by_qr(frame: Frame) -> ExitCode:
    from phoneward.cli.connect_cmd import tell_connected
    from phoneward.cli.qrcodes import for_terminal
    from phoneward.phones import QrPairing

    pairing = QrPairing()
    pairing.check()
    if frame.output.json:
        frame.output.emit("pairing_code", {"text": pairing.text, "service": pairing.service_name})
        sys.stdout.flush()  # the program that reads this must show it while we wait
    frame.output.say(
        _(
            "On the phone open Developer options, Wireless debugging, 'Pair device with QR code', and point the camera "
            "at this code. It counts for two minutes and for one phone."
        )
    )
    frame.output.result(for_terminal(pairing.text))
    device = pairing.wait(on_scanned=lambda: frame.output.say(_("The phone has read the code.")))
    assert device is not None  # noqa: S101 - nobody can cancel here but by Ctrl-C, which is an exception
    tell_connected(frame, device)
    return ExitCode.DONE


def _ask() -> str:
    if not sys.stdin or not sys.stdin.isatty():
        return ""  # there is nobody to ask: the answer says what a code is
    sys.stderr.write(_("The six digits that the phone shows: "))
    sys.stderr.flush()
    return sys.stdin.readline().strip()
