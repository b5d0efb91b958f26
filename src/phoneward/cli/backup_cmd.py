"""`phoneward backup`: take a snapshot of a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli import formats
from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, ngettext

if TYPE_CHECKING:
    from phoneward.phones.base import PhoneSession
    from phoneward.snapshots import BackupResult

THE_ONLY_ONE = ""
"""`--adb` without a serial: the one phone that is attached."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Take a snapshot of the phone that is plugged in."),
    help=N_(
        "Take a snapshot of the phone that is plugged in. Only what changed since the last one is read and stored. "
        "When it is interrupted, run it again: it goes on where it stopped.\n\n"
        "What could not be read is listed at the end, and the exit code is 3, never 0."
    ),
)
@option("--folder", metavar="DIR", help=N_("Instead of a phone, a folder: a mounted card or a copied phone."))
@option(
    "--adb",
    "serial",
    is_flag=False,
    flag_value=THE_ONLY_ONE,
    metavar="[SERIAL]",
    help=N_("Which phone, when several are attached (`phoneward devices` lists them). Default: the only one."),
)
@option("--label", metavar="NAME", help=N_("A name for the phone in the list of snapshots. Default: its own."))
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be read and stored, and write nothing."))
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Also use a phone over the network without encryption: others there could read along."),
)
@vault_options
def backup(
    folder: str | None, serial: str | None, label: str | None, *, dry_run: bool, allow_unencrypted: bool
) -> ExitCode:
    """Take a snapshot and say what is not in it."""
    from phoneward import snapshots
    from phoneward.cli.progress_view import listening

    frame = current()
    if folder is not None and serial is not None:
        raise NotTogetherError(first="--folder", second="--adb")
    session = choose_phone(folder, serial, allow_unencrypted=allow_unencrypted)
    with open_vault(frame) as repository, session as phone, listening(frame.output) as listener:
        result = snapshots.backup(
            phone, repository, listener=listener, dry_run=dry_run, label=label, state_dir=frame.settings.state_dir
        )
    if frame.output.json:
        frame.output.emit("summary", document(result))
    elif result.dry_run:
        _show_plan(frame, result)
    else:
        _show_result(frame, result)
    return ExitCode.DONE if result.complete else ExitCode.INCOMPLETE


def choose_phone(folder: str | None, serial: str | None, *, allow_unencrypted: bool) -> "PhoneSession":
    """Return the phone a person means, not opened yet."""
    from phoneward import phones

    if folder is not None:
        return phones.open_folder(Path(folder))
    return phones.open_adb(serial or None, allow_unencrypted=allow_unencrypted)


def document(result: "BackupResult") -> dict[str, object]:
    """Return what `--json` prints at the end: restic's names where restic has them, and what is ours."""
    from dataclasses import asdict

    from phoneward.cli import coverage_view

    stats = asdict(result.stats)
    seconds = stats.pop("duration_ns") / 1e9
    return {
        "snapshot_id": result.snapshot_id,
        "dry_run": result.dry_run,
        "complete": result.complete,
        "parent": result.parent,
        "resumed": result.resumed,
        "private_apps": result.private_apps,
        "total_files_processed": result.files_held,
        "total_bytes_processed": result.bytes_held,
        "total_duration": round(seconds, 3),
        **stats,
        "coverage": coverage_view.fields(result.coverage) if result.coverage is not None else None,
    }


def _show_plan(frame: Frame, result: "BackupResult") -> None:
    stats = result.stats
    frame.output.result(
        _("The phone holds {files} ({size}).").format(
            files=formats.files(stats.files_listed), size=formats.size(stats.bytes_listed)
        )
    )
    frame.output.result(
        _("{files} ({size}) would be read from it. Nothing was written.").format(
            files=formats.files(stats.files_to_send), size=formats.size(stats.bytes_to_send)
        )
    )


def _show_result(frame: Frame, result: "BackupResult") -> None:
    from phoneward.cli import coverage_view

    for sentence in sentences(result):
        frame.output.summary(sentence)
    if result.coverage is None:
        return
    for line in coverage_view.gap_lines(result.coverage, everything=False):
        frame.output.result(line)
    frame.output.summary("")
    for sentence in coverage_view.totals(result.coverage):
        frame.output.summary(sentence)
    frame.output.summary(where_to_look(result))


def where_to_look(result: "BackupResult") -> str:
    """Return the closing sentence. Data that Android keeps for the apps alone is named here, not by the exit code."""
    if not result.private_apps:
        return _("To see what is not kept, app by app, and what to do about it: phoneward coverage")
    return ngettext(
        "{count} app keeps data that no computer can read. What you can do about it: phoneward coverage",
        "{count} apps keep data that no computer can read. What you can do about it: phoneward coverage",
        result.private_apps,
    ).format(count=result.private_apps)


def sentences(result: "BackupResult") -> list[str]:
    """Return what the backup did, in words."""
    stats = result.stats
    lines = []
    if result.resumed:
        lines.append(
            _("It went on where the last run stopped: {size} did not have to be read again.").format(
                size=formats.size(stats.bytes_resumed)
            )
        )
    lines.append(
        _("Snapshot {snapshot} holds {files} ({size}).").format(
            snapshot=(result.snapshot_id or "")[:8],
            files=formats.files(result.files_held),
            size=formats.size(result.bytes_held),
        )
    )
    lines.append(
        _("Read from the phone: {files} ({size}). Added to the vault: {added}. It took {time}.").format(
            files=formats.files(stats.files_sent),
            size=formats.size(stats.bytes_sent),
            added=formats.size(stats.data_added_packed),
            time=formats.duration(stats.duration_ns / 1e9),
        )
    )
    return lines
