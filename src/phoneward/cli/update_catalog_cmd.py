"""`phoneward update catalog DIR`: a whole store's candidates against everything it has published."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.updates.pushing import Catalog, Problem


@click.command(
    cls=WordedCommand,
    short_help=N_("For stores: check every candidate against the signer history."),
    help=N_(
        "Check every app file in a folder against the versions that people may have, and name those that must not go "
        "out: one "
        "line for each problem.\n\n"
        "--published names folders with what went out before. Without it the files of DIR are compared with each "
        "other. What was "
        "read is kept in --history: a run that was stopped goes on there, and the next run reads only what is new.\n\n"
        "Exit code 0: nothing found. 4: something must not go out. 3: nothing found, but something that went out "
        "before "
        "could not be read."
    ),
)
@argument("folder", metavar="DIR", meaning=N_("The candidates: APKs and bundles, in any depth."))
@option("--published", metavar="DIR", multiple=True, help=N_("What went out before. May be given several times."))
@option("--history", metavar="FILE", help=N_("Where what was read is kept. Default: it is not kept."))
@option("--stop-list", metavar="FILE", help=N_("Write what has to be withdrawn into this file, one JSON line each."))
@option("--jobs", metavar="N", type=click.IntRange(1, 512), help=N_("How many processes read. Default: all cores."))
@option(
    "--ray",
    metavar="ADDRESS",
    help=N_("Read on a Ray cluster; local starts one here. Every machine must see the files."),
)
@output_options
def catalog(  # noqa: PLR0917 - click's own way to give options
    folder: str,
    published: tuple[str, ...],
    history: str | None,
    stop_list: str | None,
    jobs: int | None,
    ray: str | None,
) -> ExitCode:
    """Read what is new, judge every candidate, write the stop list."""
    from phoneward.updates import pushing

    output = current().output
    counted = pushing.Catalog()
    withdrawn: list[Problem] = []
    with ExitStack() as stack:
        place = Path(history) if history else Path(stack.enter_context(_private_folder())) / "history.jsonl"
        journal = stack.enter_context(pushing.Journal(place))
        candidates = pushing.files_in(Path(folder))
        others = [path for one in published for path in pushing.files_in(Path(one))]
        runner = (
            pushing.by_ray(None if ray == "local" else ray) if ray else pushing.by_cores(jobs or os.cpu_count() or 1)
        )
        for _record in pushing.read_files([*others, *candidates], journal, runner):
            counted.read += 1
        for path, why in pushing.unread(others, journal, counted):
            output.say(_("Not compared with {file}: {why}").format(file=readable(path), why=why))
        for problem in pushing.problems(candidates, journal, counted):
            withdrawn.append(problem)
            if output.json:
                output.emit("problem", document(problem))
            else:
                output.result(line(problem))
    if stop_list is not None:
        pushing.write_stop_list(Path(stop_list), withdrawn)
    _summarise(output, counted)
    if withdrawn:
        return ExitCode.FINDING
    return ExitCode.INCOMPLETE if counted.unread else ExitCode.DONE


def _private_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="phoneward-catalog-")


def _summarise(output: "Output", counted: "Catalog") -> None:
    if output.json:
        output.emit(
            "summary",
            {
                "candidates": counted.candidates,
                "read": counted.read,
                "new_apps": counted.new_apps,
                "unread": counted.unread,
                "problems": counted.problems,
            },
        )
        return
    files = ngettext("{count} candidate was judged", "{count} candidates were judged", counted.candidates)
    found = ngettext("{count} problem was found.", "{count} problems were found.", counted.problems)
    output.summary(
        _("{files}; {found}").format(
            files=files.format(count=f"{counted.candidates:,}"), found=found.format(count=f"{counted.problems:,}")
        )
    )


def line(problem: "Problem") -> str:
    """Return a problem in one line."""
    where = f"{problem.low}+" if problem.high is None else f"{problem.low}–{problem.high}"
    who = f"{readable(problem.package)} {problem.version_code} (API {where})  " if problem.package else ""
    return f"{problem.kind.value.upper()}  {who}{labelled(readable(problem.path), str(problem.text))}"


def document(problem: "Problem") -> dict[str, object]:
    """Return a problem for programs; a stop list has the same lines."""
    from phoneward.updates import pushing

    return pushing.problem_document(problem)
