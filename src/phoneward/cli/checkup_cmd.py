"""`phoneward checkup`: all six questions, one report."""

import contextlib
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.checkup import CheckupReport

LEVELS = ("advice", "warning", "danger")


@click.command(
    cls=WordedCommand,
    short_help=N_("Ask all six questions and say what to do first."),
    help=N_(
        "Ask all six questions about your phone's newest snapshot and give one report: an answer to each, what was "
        "found, the worst first, what to do about it with the command that does it, what was not looked at, and what "
        "is not built yet.\n\n"
        "Nothing is changed, and nothing leaves this computer. The exit code is 3 where a part of the checkup failed, "
        "and with --fail-on 4 where something was found that is as serious as that, or worse."
    ),
)
@option(
    "--snapshot", default="latest", metavar="ID", help=N_("Which snapshot. Default: latest, the newest finished one.")
)
@option("--html", metavar="FILE", help=N_("Also write the report as one page that every browser opens and prints."))
@option("--pdf", metavar="FILE", help=N_("Also write the report as a PDF."))
@option(
    "--fail-on",
    type=click.Choice(LEVELS),
    metavar="LEVEL",
    help=N_("End with 4 where a finding is open at this level or above: advice, warning or danger."),
)
@option("--all", "everything", is_flag=True, help=N_("Show every finding, and how each is known."))
@vault_options
def checkup(snapshot: str, html: str | None, pdf: str | None, fail_on: str | None, *, everything: bool) -> ExitCode:
    """Ask, show, and write the files that were asked for."""
    from phoneward import checkup as asking
    from phoneward import moving, schedules, snapshots
    from phoneward.cli import checkup_view
    from phoneward.cli.progress_view import listening
    from phoneward.phones import appbackups

    frame = current()
    files = {kind: Path(name) for kind, name in (("html", html), ("pdf", pdf)) if name is not None}
    for path in files.values():
        asking.refuse_other_files(path)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        cache_dir = frame.settings.cache_dir
        listener = stack.enter_context(listening(frame.output, asking.expected_durations(repository, cache_dir)))
        repository.load_index()
        report = asking.checkup(
            repository,
            snapshot=snapshot,
            cache_dir=cache_dir,
            listener=listener,
            on_computer=appbackups.search_computer(appbackups.this_computer()).found,
            computer=snapshots.known_computer_id(frame.settings.state_dir),
            state_dir=frame.settings.state_dir,
            also=(
                *schedules.schedule_findings(frame.settings.state_dir, frame.settings.repository_place()),
                *moving.move_findings(frame.settings.state_dir, repository),
            ),
        )
    _write(report, files)
    if frame.output.json:
        for finding in asking.worst_first(report):
            frame.output.emit("finding", asking.finding_document(finding))
        written = {kind: readable(str(path)) for kind, path in files.items()}
        frame.output.emit("checkup", {**asking.summary_document(report), "written": written})
    else:
        checkup_view.show(frame.output, report, everything=everything)
        for path in files.values():
            frame.output.summary(_("The report is in {path}.").format(path=readable(str(path))))
    _show_faults(frame, report)
    return _ending(report, fail_on)


def _write(report: "CheckupReport", files: dict[str, Path]) -> None:
    from phoneward import checkup as asking

    for kind, path in files.items():
        asking.save_report(path, asking.html_report(report) if kind == "html" else asking.pdf_report(report))


def _show_faults(frame: Frame, report: "CheckupReport") -> None:
    """Show Python's own words about a room that failed by a mistake of ours, where they were asked for."""
    for part in report.rooms:
        cause = part.failure.__cause__ if part.failure is not None else None
        if cause is not None and frame.output.verbose:
            text = "".join(traceback.format_exception(cause))
            if frame.output.json:
                from phoneward.cli.output import json_line

                text = json_line("traceback", {"text": text})
            sys.stderr.write(text)


def _ending(report: "CheckupReport", fail_on: str | None) -> ExitCode:
    from phoneward.findings import Severity

    if not report.complete:
        return ExitCode.INCOMPLETE
    if fail_on is not None and report.severity.rank >= Severity(fail_on).rank:
        return ExitCode.FINDING
    return ExitCode.DONE
