"""`phoneward connect`: reach a phone over the network, encrypted (Android 11 and later)."""

from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.phones import AdbDevice


@click.command(
    cls=WordedCommand,
    short_help=N_("Reach a phone over the network, encrypted (Android 11 and later)."),
    help=N_(
        "Reach a phone over the network, encrypted (Android 11 and later). The first time, `phoneward pair` comes "
        "before. On the phone open Developer options, Wireless debugging: the address is shown there, and changes when "
        "that is switched off and on.\n\n"
        "A port that does not encrypt, as `adb tcpip` opens it, is refused."
    ),
)
@argument(
    "address",
    metavar="[ADDRESS]",
    required=False,
    meaning=N_("As the phone shows it, such as 192.168.1.23:41235. Without it the phone is looked for."),
)
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Connect although others on the network could read what is sent."),
)
@output_options
def connect(address: str | None, *, allow_unencrypted: bool) -> ExitCode:
    """Connect, and say how to go on."""
    from phoneward import phones

    frame = current()
    tell_connected(frame, phones.connect_device(address, allow_unencrypted=allow_unencrypted))
    return ExitCode.DONE


def tell_connected(frame: Frame, device: "AdbDevice") -> None:
    """Say that a phone is connected, and how to go on."""
    if frame.output.json:
        frame.output.emit("connected", {"serial": device.serial, "model": device.model, "state": device.state})
        return
    model = readable(device.model.replace("_", " ")) or _("The phone")
    frame.output.result(_("{model} is connected.").format(model=model))
    frame.output.summary(_("Next: 'phoneward backup --adb {serial}'.").format(serial=readable(device.serial)))
