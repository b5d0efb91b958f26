"""`phoneward rescue sqlite`: which deleted rows can still be read from a database?"""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoneward.cli.output import Output
    from phoneward.cli.rescue_sqlite_view import Summary
    from phoneward.rescue.sqlite import RecoveredRow, Report

FILE = click.Path(path_type=Path)
_BESIDE = ("-wal", "-shm", "-journal")


@click.command(
    cls=WordedCommand,
    short_help=N_("Find deleted, overwritten and earlier rows in SQLite databases."),
    help=N_(
        "Find what was deleted or overwritten in SQLite databases, such as an app's messages, as long as its bytes are "
        "still there: in free places of pages, in free pages, in dropped tables, in the -wal and -journal files beside "
        "a database.\n\n"
        "The databases are only read. Each row says where it was found and how sure that is, from 0 to 1; rows below "
        "0.5 are only counted unless you ask for them with --doubtful. A rowid or a value whose bytes are gone is "
        "left empty. Copies of rows that are still in the database are marked.\n\n"
        "The exit code is 3 where something could not be read."
    ),
)
@argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…", meaning=N_("The databases."))
@option("--to", type=FILE, metavar="FILE", help=N_("Also write the rows into a new SQLite file, a table for each."))
@option("--csv", "folder", type=FILE, metavar="FOLDER", help=N_("Also write the rows as CSV files into a new folder."))
@option("--doubtful", is_flag=True, help=N_("Also show rows that are less sure than 0.5; some will be wrong."))
@output_options
def sqlite(*, files: tuple[Path, ...], to: Path | None, folder: Path | None, doubtful: bool) -> ExitCode:
    """Search each file; write and show its rows as they are found."""
    from phoneward.cli.rescue_sqlite_view import Summary

    output = current().output
    code = ExitCode.DONE
    named = [file for file in files if not _beside_another(file, files)]
    with _writing(to, folder) as write:
        for file in named:
            summary = Summary(file)
            try:
                _search(output, file, summary, write, at_least=0.0 if doubtful else None)
            except PhonewardError as error:
                if len(named) == 1:
                    raise
                summary.left_out(output, error)
                code = ExitCode.INCOMPLETE
                continue
            if summary.show(output):
                code = ExitCode.INCOMPLETE
    return code


def _beside_another(file: Path, files: tuple[Path, ...]) -> bool:
    return any(file.name.endswith(end) and file.with_name(file.name.removesuffix(end)) in files for end in _BESIDE)


@contextlib.contextmanager
def _writing(to: Path | None, folder: Path | None) -> "Iterator[Callable[[RecoveredRow, str, Report], None]]":
    from phoneward.rescue.sqlite import CsvFolder, RowsDatabase

    with contextlib.ExitStack() as stack:
        places: list[RowsDatabase | CsvFolder] = []
        if to is not None:
            places.append(stack.enter_context(RowsDatabase(to)))
        if folder is not None:
            places.append(stack.enter_context(CsvFolder(folder)))

        def write(row: "RecoveredRow", source: str, report: "Report") -> None:
            for place in places:
                place.add(row, source, report)

        yield write


def _search(
    output: "Output",
    file: Path,
    summary: "Summary",
    write: "Callable[[RecoveredRow, str, Report], None]",
    *,
    at_least: float | None,
) -> None:
    from phoneward.rescue.sqlite import SURE, json_line, recover

    source = readable(str(file))
    for row in recover(file, report=summary.report, at_least=SURE if at_least is None else at_least):
        write(row, source, summary.report)
        summary.add(row)
        if output.json:
            sys.stdout.write(json_line(row))
