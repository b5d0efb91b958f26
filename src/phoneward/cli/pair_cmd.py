"""`phoneward pair`: make a phone trust this computer without a cable (Android 11 and later)."""

import sys

import click

from phoneward.cli.frame import argument, current, option, output_options
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
@output_options
def pair(address: str | None, code: str | None) -> ExitCode:
    """Pair, and say what comes next."""
    from phoneward import phones

    frame = current()
    endpoint, guid = phones.pair(address, code if code is not None else _ask())
    if frame.output.json:
        frame.output.emit("paired", {"address": str(endpoint), "guid": guid})
        return ExitCode.DONE
    frame.output.result(_("The phone at {address} trusts this computer now.").format(address=endpoint))
    frame.output.summary(
        _("Next: 'phoneward connect' with the address on the page 'Wireless debugging', which is not this one.")
    )
    return ExitCode.DONE


def _ask() -> str:
    if not sys.stdin or not sys.stdin.isatty():
        return ""  # there is nobody to ask: the answer says what a code is
    sys.stderr.write(_("The six digits that the phone shows: "))
    sys.stderr.flush()
    return sys.stdin.readline().strip()
