"""`phoneward schedule set`: write it down and have the system's timer call."""

import datetime as dt
import os
from pathlib import Path

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import asked_language, current, option, vault_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

READING = ("daily", "weekly", "monthly", "never")


@click.command(
    "set",
    cls=WordedCommand,
    short_help=N_("Set when backups happen by themselves."),
    help=N_(
        "Set when backups happen by themselves. What was set before is replaced.\n\n"
        "The system's own timer calls Phoneward each hour (systemd, launchd or Windows' Task Scheduler); it looks "
        "whether something is due, and does it. A phone that is away at that time is backed up when it is there "
        "again, and a week without the computer is made up for by one run.\n\n"
        "Nobody is there to type the password then: it must be in this computer's keyring, in a file, or come from a "
        "program. It is never written down here."
    ),
)
@option("--daily", "rhythm", flag_value=1, type=int, help=N_("Every day. This is the default."))
@option("--weekly", "rhythm", flag_value=7, type=int, help=N_("Every seven days, counted from the first time."))
@option("--every", "every", type=click.IntRange(1, 366), metavar="DAYS", help=N_("Every so many days."))
@option("--at", default="20:00", metavar="HH:MM", help=N_("From this time of the day on. Default: 20:00."))
@option(
    "--phone",
    "names",
    metavar="PHONE",
    multiple=True,
    help=N_(
        "Which phone: its name in `phoneward snapshots`, or its id. May be given several times. Default: all of which "
        "the vault got something in the last 90 days. Other phones are never backed up by themselves."
    ),
)
@option("--folder", "folders", metavar="DIR", multiple=True, help=N_("Also a folder, such as a mounted card."))
@option("--on-plug-in", is_flag=True, help=N_("Also whenever one of these phones is plugged in."))
@option(
    "--plug-in-hours",
    type=click.IntRange(1, 8784),
    default=12,
    metavar="HOURS",
    help=N_("When plugged in, not more often than once in so many hours. Default: 12."),
)
@option("--copy-to", metavar="FOLDER", help=N_("After each backup bring this second vault up to date (`copy`)."))
@option(
    "--to-password-file",
    metavar="FILE",
    help=N_("A file that holds the second vault's password. Default: PHONEWARD_TO_PASSWORD_FILE, else the first's."),
)
@option(
    "--access-file",
    metavar="FILE",
    help=N_("For vaults elsewhere: a file with restic's variables, such as AWS_ACCESS_KEY_ID=…, one a line."),
)
@option(
    "--read-data",
    type=click.Choice(READING),
    default="weekly",
    metavar="HOW-OFTEN",
    help=N_(
        "How often a part of the vault is read back and files are restored as a test: daily, weekly, monthly or never. "
        "In each case all of it is read in four weeks. Default: weekly."
    ),
)
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be written, and where, and write nothing."))
@vault_options
def set_(
    *,
    rhythm: int | None,
    every: int | None,
    at: str,
    names: tuple[str, ...],
    folders: tuple[str, ...],
    copy_to: str | None,
    to_password_file: str | None,
    access_file: str | None,
    read_data: str,
    on_plug_in: bool,
    plug_in_hours: int,
    dry_run: bool,
) -> ExitCode:
    """Try everything, write it down, tell the system."""
    from phoneward import schedules
    from phoneward.cli import schedule_view
    from phoneward.vaultplace import parse_place

    frame = current()
    if rhythm is not None and every is not None:
        raise NotTogetherError(first="--daily" if rhythm == 1 else "--weekly", second="--every")
    wished = schedules.Wished(
        frame.settings.repository_place(),
        every or rhythm or schedules.DAILY,
        at,
        names,
        [Path(folder) for folder in folders],
        on_plug_in,
        plug_in_hours,
        None if copy_to is None else parse_place(copy_to),
        access_file,
        schedules.read_data_named(read_data),
        frame.settings.password_file,
        to_password_file,
        asked_language() or os.environ.get("PHONEWARD_LANG") or "",
    )
    schedule = schedules.prepare(wished, frame.settings, os.environ, dt.datetime.now(dt.UTC))
    timer = schedules.timer_for(schedules.call_for(schedule, frame.settings.state_dir), os.environ)
    if dry_run:
        schedule_view.show_plan(frame, schedule, timer)
        return ExitCode.DONE
    schedules.save_schedule(frame.settings.state_dir, schedule)
    schedules.begin(timer)
    schedule_view.show_set(frame, schedule, timer)
    return ExitCode.INCOMPLETE if timer.lines else ExitCode.DONE
