"""`phoneward devices`: which phones are attached, and whether they can be used, in plain words."""

import re
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, sentences

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.phones import Diagnosis, Seen


@click.command(
    cls=WordedCommand,
    short_help=N_("Say which phones are attached, and whether they can be used."),
    help=N_(
        "Say which phones are attached and whether they can be used; where one cannot, what to do about it. The name "
        "in the first column is what `phoneward backup --adb` takes. A phone that is plugged in without being ready, "
        "such as for file transfer only, is seen too."
    ),
)
@output_options
def devices() -> ExitCode:
    """List the phones that adb or USB show."""
    from phoneward.phones import Situation, diagnose

    frame = current()
    found = diagnose()
    if found.obstacle is not None and found.situation in {Situation.NO_ADB_PROGRAM, Situation.ADB_NOT_WORKING}:
        raise found.obstacle
    if frame.output.json:
        _emit(frame.output, found)
        return ExitCode.DONE
    if found.obstacle is not None and not any(phone.state for phone in found.phones):
        raise found.obstacle  # adb has none: the sentence says what USB shows instead
    _show(frame.output, found)
    return ExitCode.DONE


def _show(output: "Output", found: "Diagnosis") -> None:
    from phoneward.phones import SITUATION_WORDS

    table = plain_table(_("Name"), _("Phone"), _("State"))
    for phone in found.phones:
        name = readable(phone.serial) if phone.state else "-"  # what adb does not list cannot be named to it
        table.add_row(name, readable(phone.model) or "?", _(SITUATION_WORDS[phone.situation]))
    output.result(table)
    for phone in found.phones:
        if phone.obstacle is not None:
            output.result(sentences(readable(phone.obstacle.sentence()), readable(phone.obstacle.advice())))


def _emit(output: "Output", found: "Diagnosis") -> None:
    for phone in found.phones:
        if phone.state:
            # adb's own spelling of a model, as this line has always had it.
            model = re.sub(r"[^A-Za-z0-9]", "_", phone.model)
            named = {"serial": phone.serial, "model": model, "state": phone.state, "ready": phone.ready}
            output.emit("device", {**named, "name": phone.model, **_details(phone), "network": phone.network})
        else:
            output.emit("usb_phone", {"usb_serial": phone.serial, "name": phone.model, **_details(phone)})
    if not found.ready:
        document = {"usb_looked_at": found.usb_looked_at, "usb_reason": found.usb_reason}
        output.emit("diagnosis", {**_situation(found), **document})


def _details(phone: "Seen") -> dict[str, object]:
    return {**_situation(phone), "maker": phone.maker, "android": phone.android}


def _situation(found: "Diagnosis | Seen") -> dict[str, object]:
    document: dict[str, object] = {"situation": found.situation.value, "tier": found.tier.value}
    if found.obstacle is not None:
        document |= {"code": found.obstacle.code, "message": found.obstacle.sentence()}
        document |= {"next_step": found.obstacle.advice()}
    return document
