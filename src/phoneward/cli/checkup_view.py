"""The checkup for a terminal: six answers, then what was found, each with the next action and its command.

Calm and readable at 80 columns in every language: no table, no frame, commands on lines of their own to be copied.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from phoneward.cli import wrapping
from phoneward.cli.output import Output
from phoneward.errors import readable
from phoneward.findings import SEVERITY_WORDS, Finding, Severity
from phoneward.texts import _, enumeration, labelled, ngettext, sentences

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from phoneward.checkup import CheckupReport, RoomReport

SHOWN = 8
"""Findings shown without `--all`; warnings and what is worse are always shown."""

COLOURS: Mapping[Severity, str] = {
    Severity.FINE: "green",
    Severity.ADVICE: "cyan",
    Severity.WARNING: "yellow",
    Severity.DANGER: "bold red",
}
"""Beside the words, never instead of them."""


class Hung:
    """A sentence with something hanging on its left. Lines end where Chinese lines may; rich knows only spaces."""

    def __init__(self, mark: str, text: str, *, indent: int = 0, style: str = "", mark_style: str = "") -> None:
        self.mark, self.text = mark, text
        self.indent, self.style, self.mark_style = indent, style, mark_style

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Yield the lines."""
        from rich.text import Text

        del console
        hang = self.indent + wrapping.cell_width(self.mark)
        lines = wrapping.wrap(self.text, max(20, options.max_width - hang))
        for position, line in enumerate(lines):
            if position:
                yield Text(" " * hang + line, style=self.style)
            else:
                yield Text.assemble(" " * self.indent, (self.mark, self.mark_style), (line, self.style))


def show(output: Output, report: "CheckupReport", *, everything: bool = False) -> None:
    """Print the report.

    Args:
        output: where to.
        report: what was found.
        everything: also how each finding is known, and findings beyond the first few.
    """
    from phoneward import checkup

    print_hung(output, Hung("", f"{checkup.title(report)} · {checkup.subtitle(report)}", style="bold"))
    was_built = True
    for number, part in enumerate(report.rooms, start=1):
        if part.is_built or was_built:
            output.result("")
        _answer(output, number, part)
        was_built = part.is_built
    findings = checkup.worst_first(report)
    output.result("")
    print_hung(output, Hung("", checkup.verdict(report), style=f"bold {COLOURS[report.severity]}"))
    shown = findings if everything else _first(findings)
    for finding in shown:
        output.result("")
        _finding(output, finding, everything=everything)
    if len(findings) > len(shown):
        more = len(findings) - len(shown)
        output.result("")
        output.result(
            ngettext("… and {count} more (--all shows it).", "… and {count} more (--all shows them).", more).format(
                count=more
            )
        )
    _unseen(output, report)


def _first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    pressing = sum(not f.is_done and f.severity.rank >= Severity.WARNING.rank for f in findings)
    return findings[: max(SHOWN, pressing)]


def _answer(output: Output, number: int, part: "RoomReport") -> None:
    print_hung(output, Hung(f"{number}. ", _(part.room.question), style="bold"))
    if part.answer is not None:
        print_hung(output, Hung("   ", str(part.answer.sentence)))
    elif part.failure is not None:
        text = sentences(readable(part.failure.sentence()), readable(part.failure.advice()))
        print_hung(output, Hung("   ", labelled(_("failed"), text), style="red"))
    else:
        print_hung(output, Hung("   ", _("Not built yet.")))


def _finding(output: Output, finding: Finding, *, everything: bool) -> None:
    from phoneward.checkup import command_line, how_known

    word = _("done") if finding.is_done else _(SEVERITY_WORDS[finding.severity])
    mark_style = "" if finding.is_done else COLOURS[finding.severity]
    print_hung(output, Hung(labelled(word, ""), str(finding.title), style="bold", mark_style=mark_style))
    for text in (finding.loss, finding.detail):
        if text is not None:
            print_hung(output, Hung("", str(text), indent=2))
    if everything:
        for line in how_known(finding):
            print_hung(output, Hung("· ", line, indent=2))
    for action in finding.actions if everything else finding.actions[:1]:
        print_hung(output, Hung("→ ", str(action.label), indent=2))
        if action.command:
            output.result(f"      {readable(command_line(action.command))}")


def _unseen(output: Output, report: "CheckupReport") -> None:
    from phoneward import checkup

    unseen = checkup.not_looked_at(report)
    if unseen:
        output.result("")
        print_hung(output, Hung("", labelled(_("Not looked at"), ""), style="bold"))
        for line in unseen:
            print_hung(output, Hung("- ", line, indent=2))
    unbuilt = [_(part.room.title) for part in report.rooms if not part.is_built]
    if unbuilt:
        output.result("")
        print_hung(output, Hung(labelled(_("Not built yet"), ""), enumeration(unbuilt)))


def print_hung(output: Output, line: Hung) -> None:
    """Print a line. In a pipe a sentence is one line, so that it can be searched for."""
    import sys

    output.result(line if sys.stdout.isatty() else f"{' ' * line.indent}{line.mark}{line.text}".rstrip())
