"""`phoneward repair index`: make the vault's index say again what is there."""

from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand, WordedGroup
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats, labelled

if TYPE_CHECKING:
    from phoneward.vault import RepairReport

SHOWN = 50
"""Findings listed one by one in text; JSON has all."""


@click.group(
    cls=WordedGroup,
    sources={"index": "phoneward.cli.repair_cmd:index"},
    invoke_without_command=True,
    short_help=N_("Mend a damaged vault."),
    help=N_("Mend a damaged vault. Find out first with `phoneward check` what is wrong."),
)
@click.pass_context
def repair(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@click.command(
    "index",
    cls=WordedCommand,
    short_help=N_("Put the index right, the list of where everything lies in the vault."),
    help=N_(
        "Put the index right, the list of where everything lies in the vault. Each pack says what it holds; where "
        "the index is damaged, missing or wrong, the packs are asked. What is right stays. No pack is ever removed by "
        "this."
    ),
)
@option(
    "--read-all-packs", is_flag=True, help=N_("Ask every pack, not only those that the index seems to be wrong about.")
)
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be mended, and change nothing."))
@vault_options
def index(*, read_all_packs: bool, dry_run: bool) -> ExitCode:
    """Repair the index and say what was wrong."""
    from phoneward.cli.progress_view import listening
    from phoneward.vault import repair_index

    frame = current()
    with open_vault(frame) as repository, repository.lock(exclusive=True) as lock, listening(frame.output) as listener:
        report = repair_index(repository, lock, read_all_packs=read_all_packs, dry_run=dry_run, listener=listener)
    _show(frame, report)
    return ExitCode.INCOMPLETE if report.lost else ExitCode.DONE


def _show(frame: Frame, report: "RepairReport") -> None:
    if frame.output.json:
        for finding in report.findings:
            document = {"kind": finding.kind.value, "file": finding.file, "sentence": finding.sentence}
            frame.output.emit("repair_finding", document)
        frame.output.emit("summary", document_of(report))
        return
    for finding in report.findings[:SHOWN]:
        frame.output.result(labelled(readable(finding.file), readable(finding.sentence)))
    if len(report.findings) > SHOWN:
        frame.output.result(_("… and {count} more.").format(count=f"{len(report.findings) - SHOWN:,}"))
    for sentence in sentences(report):
        (frame.output.result if report.lost else frame.output.summary)(sentence)


def sentences(report: "RepairReport") -> list[str]:
    """Return how it ended and what to do next."""
    if not report.findings:
        return [_("Nothing to do: the index is right.")]
    named = _("The index now names {packs}.")
    would = _("The index would name {packs} then. Nothing was changed.")
    lines = [(would if report.dry_run else named).format(packs=formats.packs(report.packs))]
    if report.lost:
        lines.append(_("Find out which files are affected with: phoneward check"))
        lines.append(_("Then run the backup again: what is still on the phone is stored anew."))
    return lines


def document_of(report: "RepairReport") -> dict[str, object]:
    """Return the summary for JSON."""
    from phoneward.vault import RepairKind

    return {
        "dry_run": report.dry_run,
        "findings": {kind.value: report.count(kind) for kind in RepairKind},
        "packs": report.packs,
        "packs_read": report.packs_read,
        "indexes_written": report.indexes_written,
        "indexes_removed": report.indexes_removed,
    }
