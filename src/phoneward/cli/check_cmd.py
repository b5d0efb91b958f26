"""`phoneward check`: is everything in the vault really there?"""

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.names import name_fields
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.vault import CheckProblem, CheckReport

SHOWN = 50
"""Problems listed one by one in text; JSON has all."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Check that everything in the vault is there and undamaged."),
    help=N_(
        "Check that everything in the vault is there: every snapshot, every folder in it, and that each piece of every "
        "file is listed and its pack has the right size. With --read-data every byte is read back, decrypted and "
        "compared with its fingerprint; only that finds a damaged disk."
    ),
)
@option("--read-data", is_flag=True, help=N_("Read every byte back. Takes as long as the disk needs for all of it."))
@option(
    "--read-data-subset",
    metavar="PART",
    help=N_("Read a part back: 1/5 is the first of five parts, 10% a random tenth, 500M that many bytes."),
)
@option(
    "--note",
    is_flag=True,
    help=N_("Where nothing is damaged, keep that and the date in the vault: the checkup and the page then know it."),
)
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def check(read_data_subset: str | None, *, read_data: bool, note: bool, no_lock: bool) -> ExitCode:
    """Check the vault and name what is wrong."""
    from phoneward import snapshots
    from phoneward.cli.progress_view import listening
    from phoneward.vault import check as check_vault
    from phoneward.vault import parse_subset

    frame = current()
    if read_data and read_data_subset is not None:
        raise NotTogetherError(first="--read-data", second="--read-data-subset")
    if note and no_lock:
        raise NotTogetherError(first="--note", second="--no-lock")
    subset = parse_subset(read_data_subset) if read_data_subset is not None else read_data
    begun = dt.datetime.now(dt.UTC)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        lock = None if no_lock else stack.enter_context(repository.lock(exclusive=True))
        listener = stack.enter_context(listening(frame.output))
        report = check_vault(repository, read_data=subset, listener=listener)
        if note and lock is not None and report.ok:  # nothing is written into a vault that is damaged
            noted = snapshots.note_check(report.error_count, begun, everything_read=read_data)
            snapshots.keep_noted(repository, lock, noted, listener)
    _show(frame, report)
    return ExitCode.DONE if report.ok else ExitCode.FAILED


def _show(frame: Frame, report: "CheckReport") -> None:
    if frame.output.json:
        for severity, problems in (("error", report.errors), ("lost", report.lost), ("hint", report.hints)):
            for problem in problems:
                frame.output.emit("problem", problem_document(severity, problem))
        frame.output.emit("summary", document(report))
        return
    for problem in report.errors[:SHOWN]:
        frame.output.result(labelled(readable(problem.file), readable(problem.sentence)))
    if report.error_count > SHOWN:
        frame.output.result(_("… and {count} more.").format(count=f"{report.error_count - SHOWN:,}"))
    for problem in report.lost[:SHOWN]:
        frame.output.result(labelled(readable(problem.file), readable(problem.sentence)))
    if report.lost_count > SHOWN:
        frame.output.result(_("… and {count} more.").format(count=f"{report.lost_count - SHOWN:,}"))
    if frame.output.verbose:
        for problem in report.hints[:SHOWN]:
            frame.output.result(labelled(readable(problem.file), readable(problem.sentence)))
    for sentence in sentences(report):
        (frame.output.summary if report.ok else frame.output.result)(sentence)


def sentences(report: "CheckReport") -> list[str]:
    """Return what was looked at, what was found and what to do about it."""
    lines = [
        _("Looked at {snapshots} with {files} in {packs}.").format(
            snapshots=formats.snapshots(report.snapshots),
            files=formats.files(report.files),
            packs=formats.packs(report.packs),
        )
    ]
    if report.packs_read:
        # Where something is damaged, "compared" alone would sound as if all had been well.
        read = (
            _("Read back in full, decrypted and compared: {packs} ({size}).")
            if report.ok
            else _("Read back: {packs} ({size}). What is damaged is named above.")
        )
        lines.append(read.format(packs=formats.packs(report.packs_read), size=formats.size(report.bytes_read)))
    if report.ok:
        lines.append(_("No damage was found."))
        if not report.packs_read and report.packs:
            lines.append(_("The content of files was not read back. To do that: phoneward check --read-data"))
        return lines
    lines.append(
        ngettext("{count} error was found.", "{count} errors were found.", report.error_count).format(
            count=f"{report.error_count:,}"
        )
    )
    lines.append(
        _(
            "Do not delete anything. Look at the disk that holds the vault, and restore what you need from another "
            "snapshot or copy. Then move each damaged file named above, such as data/…, out of the vault into a folder "
            "that you keep, and run: phoneward repair index. After that, run the backup again: what is still on the "
            "phone is stored anew."
        )
    )
    return lines


def document(report: "CheckReport") -> dict[str, object]:
    """Return the summary for JSON."""
    return {
        "ok": report.ok,
        "num_errors": report.error_count,
        "num_hints": report.hint_count,
        "num_lost": report.lost_count,
        "snapshots": report.snapshots,
        "index_files": report.index_files,
        "packs": report.packs,
        "orphan_packs": report.orphan_packs,
        "blobs": report.blobs,
        "trees": report.trees,
        "files": report.files,
        "packs_read": report.packs_read,
        "bytes_read": report.bytes_read,
    }


def problem_document(severity: str, problem: "CheckProblem") -> dict[str, object]:
    """Return one problem for JSON."""
    where = name_fields(problem.path) if problem.path is not None else {}
    return {
        "severity": severity,
        "kind": problem.kind.value,
        "file": problem.file,
        **where,
        "sentence": problem.sentence,
    }
