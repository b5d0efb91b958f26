"""`phoneward case add FOLDER FILE…`: evidence goes into a case as an untouched copy."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.case_frame import folder_argument, item_document, open_case, say_cleaned, who_option
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.cases import Case, Item


@click.command(
    cls=WordedCommand,
    short_help=N_("Copy evidence into a case, untouched."),
    help=N_(
        "Copy evidence into a case. The originals are only read; the copies are the same byte for byte, and the "
        "custody log says where each comes from, its time and its SHA-256.\n\n"
        "FILE is a file or a folder. The files that belong to a database (-wal, -shm, -journal) go along. Links are "
        "not followed. All are added, or none.\n\n"
        "With --snapshot, FILE is a path in that snapshot of your vault.\n\n"
        "With --redacts, FILE is a copy in which you hid something: it goes beside the original, which stays whole."
    ),
)
@folder_argument
@argument("files", nargs=-1, required=True, metavar="FILE…", meaning=N_("What to add."))
@option("--snapshot", metavar="SNAPSHOT", help=N_("Add from this snapshot: its first digits, or latest."))
@option("--note", metavar="TEXT", default="", help=N_("What it is, for the custody log."))
@option(
    "--redacts",
    metavar="PATH",
    help=N_(
        "FILE is a redacted copy of this file of the case, such as data/originals/photo.jpg; --note says what was "
        "hidden and why."
    ),
)
@who_option
@vault_options
def add(
    *, folder: str, files: tuple[str, ...], snapshot: str | None, note: str, redacts: str | None, who: str | None
) -> ExitCode:
    """Copy, and show what came."""
    frame = current()
    case = open_case(frame, folder, who)
    if redacts is not None:
        if len(files) != 1 or snapshot is not None or not note.strip():
            raise UsageError(
                problem=_("--redacts is for one file of this computer, and needs --note."),
                hint=_('Such as: --redacts data/originals/photo.jpg --note "my mother\'s face"'),
            )
        items = [case.add_redacted(Path(files[0]), redacts, note)]
    elif snapshot is None:
        items = case.add([Path(file) for file in files], note)
    else:
        items = _from_snapshot(frame, case, snapshot, files, note)
    say_cleaned(frame, case)
    for item in items:
        if frame.output.json:
            frame.output.emit("case_file", item_document(item))
        else:
            frame.output.result(f"{item.path}  {formats.size(item.size)}  SHA-256 {item.sha256}")
    return ExitCode.DONE


def _from_snapshot(frame: Frame, case: "Case", ref: str, paths: tuple[str, ...], note: str) -> "list[Item]":
    from phoneward.cases import from_snapshot

    with open_vault(frame) as repository, repository.lock(exclusive=False):
        repository.load_index()
        return case.add_many(one for path in paths for one in from_snapshot(repository, ref, os.fsencode(path), note))
