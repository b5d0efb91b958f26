"""`phoneward devices`: which phones are attached, and whether they can be used, in plain words."""

from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, sentences

if TYPE_CHECKING:
    from phoneward.phones import AdbDevice


STATES = {
    "device": N_("ready"),
    "unauthorized": N_("not allowed yet"),
    "authorizing": N_("not allowed yet"),
    "offline": N_("does not answer"),
    "connecting": N_("does not answer yet"),
    "no permissions": N_("this computer may not open it"),
    "recovery": N_("not started normally"),
    "sideload": N_("not started normally"),
    "bootloader": N_("not started normally"),
}
"""adb's words for the state of a phone, in plain ones."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Say which phones are attached, and whether they can be used."),
    help=N_(
        "Say which phones are attached and whether they can be used; where one cannot, what to do about it. The name "
        "in the first column is what `phoneward backup --adb` takes."
    ),
)
@output_options
def devices() -> ExitCode:
    """List the phones that adb sees."""
    from phoneward.phones import NoPhoneError, list_adb_devices

    frame = current()
    found = list_adb_devices()
    if not found and not frame.output.json:
        raise NoPhoneError
    table = plain_table(_("Name"), _("Phone"), _("State"))
    advice = []
    for device in found:
        obstacle = obstacle_of(device)
        if frame.output.json:
            document = {"serial": device.serial, "model": device.model, "state": device.state}
            frame.output.emit("device", {**document, **_obstacle_fields(obstacle)})
            continue
        table.add_row(
            readable(device.serial),
            readable(device.model.replace("_", " ")) or "?",
            _(STATES[device.state]) if device.state in STATES else readable(device.state),
        )
        if obstacle is not None:
            advice.append(sentences(readable(obstacle.sentence()), readable(obstacle.advice())))
    if not frame.output.json:
        frame.output.result(table)
        for sentence in advice:
            frame.output.result(sentence)
    return ExitCode.DONE


def obstacle_of(device: "AdbDevice") -> PhonewardError | None:
    """Return what keeps a phone from being used, None when nothing does."""
    from phoneward.phones import check_state

    try:
        check_state(device)
    except PhonewardError as error:
        return error
    return None


def _obstacle_fields(obstacle: PhonewardError | None) -> dict[str, object]:
    if obstacle is None:
        return {"ready": True}
    return {"ready": False, "code": obstacle.code, "message": obstacle.sentence(), "next_step": obstacle.advice()}
