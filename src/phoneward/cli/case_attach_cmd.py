"""`phoneward case attach FOLDER --from-phone`: the newest screenshots, listed when asked, kept where picked."""

import re
from typing import TYPE_CHECKING

import click

from phoneward.cli.case_frame import folder_argument, item_document, open_case, say_cleaned, who_option
from phoneward.cli.confirming import ask, can_ask
from phoneward.cli.frame import Frame, current, option, output_options
from phoneward.cli.tables import plain_table
from phoneward.cli.update_install_cmd import ADB_HELP, THE_ONLY_ONE, UNENCRYPTED_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.cases import Screenshot, Screenshots

_COUNT = 12


@click.command(
    cls=WordedCommand,
    short_help=N_("Put screenshots of the phone into a case: only those that you pick."),
    help=N_(
        "Put screenshots of the phone into a case: only those that you pick.\n\n"
        "The folders of screenshots are listed and nothing else of the phone. A picture is read when you picked it, "
        "held in memory, and written into the case's folder and nowhere else. Nothing is written to the phone.\n\n"
        "With --pick nobody is asked: 1 is the newest."
    ),
)
@folder_argument
@option(
    "--from-phone", "serial", is_flag=False, flag_value=THE_ONLY_ONE, required=True, metavar="[SERIAL]", help=ADB_HELP
)
@option(
    "--count", type=click.IntRange(1, 60), default=_COUNT, show_default=True, help=N_("How many are listed at most.")
)
@option("--pick", metavar="NUMBERS", help=N_("Which of them to keep, such as 1,3."))
@option("--note", metavar="TEXT", default="", help=N_("What they show, for the custody log."))
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@who_option
@output_options
def attach(
    folder: str, *, serial: str, count: int, pick: str | None, note: str, who: str | None, allow_unencrypted: bool
) -> ExitCode:
    """List, ask, and keep what was picked."""
    from phoneward import phones
    from phoneward.cases import attach_screenshots, newest_screenshots

    frame = current()
    case = open_case(frame, folder, who)
    with phones.open_adb(serial or None, allow_unencrypted=allow_unencrypted) as phone:
        found = newest_screenshots(phone, count=count)
        _show(frame, found)
        chosen = _chosen(frame, found, pick)
        items = attach_screenshots(case, phone, chosen, note=note)
    say_cleaned(frame, case)
    for item in items:
        if frame.output.json:
            frame.output.emit("case_file", item_document(item))
        else:
            frame.output.result(f"{item.path}  {formats.size(item.size)}  SHA-256 {item.sha256}")
    if not items and not frame.output.json:
        frame.output.result(_("Nothing was picked, and nothing was kept."))
    return ExitCode.DONE


def _show(frame: Frame, found: "Screenshots") -> None:
    if frame.output.json:
        for number, shot in enumerate(found.shots, 1):
            frame.output.emit(
                "screenshot", {"number": number, "name": shot.name, "time": shot.taken.isoformat(), "size": shot.size}
            )
        return
    for folder in found.refused:
        frame.output.say(_("The phone does not let its folder {folder} be listed.").format(folder=folder))
    if not found.shots:
        frame.output.result(_("No screenshot was found on the phone."))
        return
    table = plain_table("#", _("Name"), _("Time"), _("Size"), numbers=(0, 3), whole=(2,))
    for number, shot in enumerate(found.shots, 1):
        table.add_row(str(number), shot.name, formats.moment(shot.taken), formats.size(shot.size))
    frame.output.result(table)
    if found.others:
        frame.output.summary(_("{count} older ones are not listed (--count).").format(count=f"{found.others:,}"))


def _chosen(frame: Frame, found: "Screenshots", pick: str | None) -> "list[Screenshot]":
    from phoneward.cases import picked

    if not found.shots:
        return []
    if pick is None:
        if frame.output.json or not can_ask():
            return []
        pick = ask(_("Which of them are to be kept in the case? Numbers, such as 1,3. Enter keeps none: "))
    numbers = _numbers(pick, len(found.shots))
    return picked(found.shots, numbers)


def _numbers(text: str, most: int) -> list[int]:
    numbers = [int(word) for word in re.findall(r"[0-9]{1,4}", text)]
    if re.sub(r"[0-9,，、\s]", "", text) or any(not 1 <= number <= most for number in numbers):
        raise UsageError(
            problem=_("“{value}” names none of the screenshots that are listed.").format(value=readable(text)[:80]),
            hint=_("Write their numbers, from 1 to {most}, such as 1,3.").format(most=most),
        )
    return numbers
