"""`phoneward move`: everything that can come over from the old phone's snapshot to a new phone, in one guided way."""

import contextlib
from pathlib import Path

import click

from phoneward.cli.confirming import ask, can_ask, is_yes
from phoneward.cli.errors import (
    MissingArgumentError,
    MoveNotWithoutYesError,
    NotConfirmedError,
    NotTogetherError,
)
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _

PARTS = ("files", "app-backups", "records", "apps")


@click.command(
    cls=WordedCommand,
    short_help=N_("Move to a new phone: files, apps, records and the apps' own backups."),
    help=N_(
        "Move to a new phone what the old phone's snapshot holds: the files, the backups that apps made of themselves, "
        "messages, calls, contacts and the calendar, and the apps. The new phone is looked at, you see the plan and "
        "what cannot come over, and you are asked. Then each part goes over, and a table says what came and what did "
        "not, why, and what you must still do.\n\n"
        "It can be left at any moment, also by pulling the cable: run the same command again, and it goes on; what is "
        "done is not done twice. Nothing on the new phone is replaced or removed. The old phone is not touched, and "
        "must not be wiped before you have looked at the new one.\n\n"
        "Without a terminal it needs --yes. The exit code is 0 where all that was asked for is on the new phone, 3 "
        "where something is missing."
    ),
)
@argument(
    "snapshot",
    metavar="[SNAPSHOT]",
    default="latest",
    meaning=N_("Which snapshot: its first digits. Default: latest, the newest one of another phone than the new one."),
)
@option("--to-phone", metavar="SERIAL", help=N_("The new phone (`phoneward devices` lists those that are plugged in)."))
@option(
    "--only",
    metavar="PART",
    multiple=True,
    type=click.Choice(PARTS),
    help=N_("Only this part: files, app-backups, records or apps. May be given several times."),
)
@option("--again", is_flag=True, help=N_("Do also what an earlier run of this move has done."))
@option("--dry-run", "-n", is_flag=True, help=N_("Show the plan, and write nothing."))
@option("--yes", "-y", is_flag=True, help=N_("Do not ask after the plan."))
@option("--report", metavar="FILE", help=N_("Also write what came of it to this file: a PDF if it ends in .pdf."))
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Also use a phone over the network without encryption: others there could read along."),
)
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def move(
    snapshot: str,
    to_phone: str | None,
    only: tuple[str, ...],
    *,
    again: bool,
    dry_run: bool,
    yes: bool,
    report: str | None,
    allow_unencrypted: bool,
    no_lock: bool,
) -> ExitCode:
    """Look, plan, ask, carry out, and say what came of it."""
    from phoneward import moving, phones
    from phoneward.cli import move_view as view
    from phoneward.cli.progress_view import listening

    frame = current()
    if to_phone is None:
        raise MissingArgumentError(command="phoneward move", name="--to-phone SERIAL")
    if dry_run and report is not None:
        raise NotTogetherError(first="--dry-run", second="--report")
    file = Path(report) if report is not None else None
    if file is not None:
        moving.refuse_place(file)
    session = phones.open_adb(to_phone, allow_unencrypted=allow_unencrypted)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(session)
        writer = stack.enter_context(phones.AdbWriter(phone))
        with listening(frame.output) as listener:
            new = moving.look_at_new(phone, writer)
            old = moving.choose_old(repository, snapshot, new.device)
            pair = moving.Pair(old.device, new.device)
            state_dir = frame.settings.state_dir
            noted = moving.noted_move(state_dir, repository, pair)
            planner = moving.MovePlanner(repository, phone, writer, listener)
            plan = planner.plan(old, new, moving.wanted_of(only, again=again), noted)
        view.show_plan(frame, plan)
        if dry_run:
            frame.output.summary(_("Nothing was written to the phone."))
            return ExitCode.DONE
        _agree(frame, yes=yes or plan.writes_nothing)
        view.begin(frame)
        notes = stack.enter_context(moving.MoveNotes(state_dir, repository, pair))
        with listening(frame.output) as listener:
            planner = moving.MovePlanner(repository, phone, writer, listener)
            done = moving.Mover(repository, writer, planner, notes, listener=listener).run(plan)
    if file is not None:
        moving.save_report(file, done)
    view.show_report(frame, done, file)
    return ExitCode.DONE if done.complete else ExitCode.INCOMPLETE


def _agree(frame: Frame, *, yes: bool) -> None:
    """Ask; so much is written to a phone that a script must say so itself.

    Raises:
        NotConfirmedError: the person said no.
        MoveNotWithoutYesError: there is nobody to ask.
    """
    if yes:
        return
    if frame.output.json or not can_ask():
        raise MoveNotWithoutYesError
    if not is_yes(ask(_("Move this to the new phone? Type yes to go on: "))):
        raise NotConfirmedError
