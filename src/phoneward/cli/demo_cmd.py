"""`phoneward demo`: the main job on a sample phone, told step by step."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotEmptyError
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.output import Output
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.demo import SamplePhone, Told


@click.command(
    cls=WordedCommand,
    short_help=N_("Show the whole story on a sample phone."),
    help=N_(
        "Show the whole story on a sample phone, in a temporary folder: make a vault, take a snapshot, say what is not "
        "in it, change something, take another, check every byte, restore, and compare byte by byte. The exit code is "
        "0 only if all came back the same."
    ),
)
@option("--keep", metavar="DIR", help=N_("Use this new or empty folder, and leave everything there to look at."))
@option(
    "--page/--no-page",
    default=None,
    help=N_("End with the page in your browser, or without. Default: with it at a terminal; else it is only tried."),
)
@output_options
def demo(keep: str | None, *, page: bool | None) -> ExitCode:
    """Play the story with a folder as the phone."""
    from phoneward.demo import FolderSample

    frame = current()
    with stage(keep) as folder:
        phone = folder / "phone"
        phone.mkdir()
        return play(frame.output, FolderSample(phone), folder, kept=keep is not None, page=page)


@contextlib.contextmanager
def stage(keep: str | None) -> Iterator[Path]:
    """Yield an empty folder; without `keep` it is removed at the end, whatever happened."""
    if keep is not None:
        folder = Path(keep).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise NotEmptyError(path=readable(str(folder)))
        yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="phoneward-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def play(output: Output, phone: "SamplePhone", folder: Path, *, kept: bool, page: bool | None = False) -> ExitCode:
    """Play the story and show each step as it happens; `scripts/demo` calls this with the adb test phone.

    Args:
        output: where to.
        phone: a sample phone with an empty storage.
        folder: for the vault and what is restored.
        kept: whether the folder stays.
        page: whether it ends with the page in a browser; None shows it where somebody sits at a terminal, and elsewhere
            only asks for each of its pages.
    """
    from phoneward.cli import demo_page
    from phoneward.cli.progress_view import listening
    from phoneward.demo import tell

    story: list[Told] = []
    password = vault = ""
    with listening(output) as listener:
        for told in tell(phone, folder, listener=listener):
            story.append(told)
            if told.step == "vault":
                vault, password = str(told.facts["vault"]), str(told.facts["password"])
            _show(output, told)
    good = all(told.good for told in story)
    watched = page is None and sys.stdout.isatty() and not output.json
    failed: list[str] = []
    if good and page is not False:
        settings = demo_page.settings_of(folder, vault, password)
        if page or watched:
            demo_page.show(output, settings, tuple(story))
        else:
            failed = demo_page.visit(output, settings, tuple(story))
            good = not failed
    if output.json:
        output.emit(
            "summary", {"same": good, "kept": kept, "vault": vault if kept else None, "pages_without_answer": failed}
        )
    elif not kept:
        output.summary(_("Everything was made in a temporary folder, which is removed now. --keep DIR keeps it."))
    else:
        output.summary(_("Everything is still there. To look at it:"))
        output.summary(f"  export PHONEWARD_REPOSITORY='{vault}' PHONEWARD_PASSWORD='{password}'")
        output.summary("  phoneward snapshots")
        output.summary(f"  restic -r '{vault}' snapshots")
    return ExitCode.DONE if good else ExitCode.FAILED


def _show(output: Output, told: "Told") -> None:
    from rich.text import Text

    from phoneward.cli import coverage_view
    from phoneward.demo import STEPS

    number = list(STEPS).index(told.step) + 1
    if output.json:
        document = {
            "step": told.step,
            "good": told.good,
            "sentences": [str(sentence) for sentence in told.sentences],
            **told.facts,
        }
        output.emit("step", document)
        return
    mark = "" if told.good else _(" (FAILED)")
    output.summary(Text(f"{number}. {_(STEPS[told.step])}{mark}", style="bold"))
    for sentence in told.sentences:
        output.summary(f"   {sentence}")
    if told.coverage is not None and not output.quiet:
        coverage_view.show(output, told.coverage)
    output.summary("")
