"""How a step of set-up is shown in the terminal, asked for or not."""

from pathlib import Path

from rich.text import Text

from phoneward.cli import coverage_view
from phoneward.cli.frame import Frame
from phoneward.setup import Journey, Told, afterwards, takes_entry
from phoneward.snapshots import Coverage
from phoneward.texts import _
from phoneward.vaultplace import RemotePlace


def show(frame: Frame, told: Told) -> None:
    """Show one step that was done."""
    output = frame.output
    if output.json:
        texts = {
            "title": str(told.title),
            "sentences": [str(sentence) for sentence in told.sentences],
            "warnings": [str(sentence) for sentence in told.warnings],
        }
        state = "already" if told.already else "left" if told.is_left else "done"
        output.emit("setup_step", {"step": told.step.value, "state": state, **texts, **told.facts})
        return
    mark = _(" (done already)") if told.already else _(" (this is left for you)") if told.is_left else ""
    output.summary(Text(f"{told.title}{mark}", style="bold"))
    for sentence in told.sentences:
        output.summary(f"   {sentence}")
    for warning in told.warnings:
        output.result(f" ! {warning}")
    show_gaps(frame, told.coverage)


def show_gaps(frame: Frame, coverage: Coverage | None) -> None:
    """Name what the backup does not hold."""
    if coverage is not None:
        for line in coverage_view.gap_lines(coverage, everything=False):
            frame.output.result(line)


def say_how_to_go_on(frame: Frame, journey: Journey) -> None:
    """Say what to do from now on."""
    frame.output.summary("")
    place = journey.place or Path()
    enters = isinstance(place, RemotePlace) and takes_entry(place.kind, journey.access)
    for sentence in afterwards(place, is_folder=journey.source.folder is not None, enters=enters):
        frame.output.summary(str(sentence))
