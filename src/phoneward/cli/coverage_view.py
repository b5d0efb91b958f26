"""The coverage document for a person: what would be kept, what would be lost, why, and what to do about it.

Sentences repeat from app to app, so the tables carry numbers and the sentences stand below, once each: that way the
tables fit 80 columns in every language.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli import wrapping
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.snapshots import (
    STATE_WORDS,
    app_called,
    app_title,
    concerns_the_person,
    coverage_sentences,
    gap_why,
    own_backup_rows,
    storage_name,
)
from phoneward.texts import _, formats, labelled, ngettext, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text

    from phoneward.snapshots import AppCoverage, Coverage, StorageCoverage

GAPS_SHOWN = 20
"""Names listed one by one without `--all`."""

COLOURS: Mapping[str, str] = {
    "out of reach": "red",
    "kept in part": "yellow",
    "kept by its own backup": "cyan",
    "kept": "green",
}


class Notes:
    """Sentences under a table, each once, numbered in the order they are first needed."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def number(self, reason: str, next_step: str) -> str:
        """Return the number of this pair of sentences; empty where there is nothing to say."""
        if not reason and not next_step:
            return ""
        return str(self._numbers.setdefault((reason, next_step), len(self._numbers) + 1))

    def lines(self) -> list[tuple[str, str]]:
        """Return (number, sentences), the reason and then what to do."""
        return [(str(number), sentences(why, what)) for (why, what), number in self._numbers.items()]


def show(output: Output, coverage: "Coverage", *, everything: bool = False) -> None:
    """Print the tables, the notes, the missing names and the totals in words.

    Args:
        output: where to.
        coverage: the document.
        everything: also the apps that came with the phone, and every missing name.
    """
    for sentence in coverage_sentences(coverage):
        output.result(sentence)
    notes = Notes()
    output.result("")
    output.result(storages_table(coverage.storages, notes))
    apps = [app for app in coverage.apps if everything or concerns_the_person(app)]
    if apps:
        output.result("")
        output.result(apps_table(apps, notes))
    _show_own_backups(output, coverage)
    hidden = len(coverage.apps) - len(apps)
    if hidden:
        output.result(
            ngettext(
                "{count} app that came with the phone is not listed (--all lists it).",
                "{count} apps that came with the phone are not listed (--all lists them).",
                hidden,
            ).format(count=hidden)
        )
    if notes.lines():
        output.result("")
        for number, text in notes.lines():
            output.result(_Note(number, text))
    for line in gap_lines(coverage, everything=everything):
        output.result(line)


def _show_own_backups(output: Output, coverage: "Coverage") -> None:
    """Print how old the backups are that apps made of themselves, and where the steps are to make one."""
    from phoneward.cli import app_backups_view as view

    now = dt.datetime.now(dt.UTC)
    rows = own_backup_rows(coverage, now)
    if rows:
        output.result("")
        output.result(_("Backups that apps make of themselves:"))
        output.result(view.rows_table(rows, now))
        for line in view.advice(rows):
            output.result(line)


def fields(coverage: "Coverage") -> dict[str, object]:
    """Return the document as it is stored in the snapshot, for JSON."""
    import json

    from phoneward.snapshots import encode_coverage

    document: dict[str, object] = json.loads(encode_coverage(coverage))
    return document


def storages_table(storages: "Iterable[StorageCoverage]", notes: Notes) -> "Table":
    """Return the storages: the person's own files, other users, cards, the apps themselves."""
    table = plain_table(
        _("Storage"), _("In the vault"), _("Files"), _("Kept"), _("Missing names"), _("Note"), numbers=(2, 3, 4, 5)
    )
    for storage in storages:
        table.add_row(
            storage_name(storage),
            _state(storage.state),
            f"{storage.files:,}",
            formats.size(storage.bytes),
            f"{storage.gaps:,}" if storage.gaps else "",
            _note(storage, notes),
        )
    return table


def apps_table(apps: "Sequence[AppCoverage]", notes: Notes) -> "Table":
    """Return the apps, the most worrying first."""
    from rich.text import Text

    table = plain_table(_("App"), _("In the vault"), _("Kept"), _("Not kept"), _("Note"), numbers=(2, 3, 4))
    table.columns[1].max_width = 22  # the longest state; the width goes to the apps' names
    order = {state: number for number, state in enumerate(STATE_WORDS)}
    for app in sorted(apps, key=lambda app: (order.get(app.state, 0), -(app.out_of_reach_bytes or 0), app.package)):
        name = app_title(app)
        if app_called(app.package):
            name = _("{name} ({package})").format(name=name, package=app.package)
        state = _state(app.state)
        if app.own_backups:
            day = formats.day(app.own_backups[0].date)
            state = Text(_("{state} ({day})").format(state=state.plain, day=day), style=state.style)
        table.add_row(name, state, formats.size(app.kept_bytes), _not_kept(app), _note(app, notes))
    return table


def _state(state: str) -> "Text":
    from rich.text import Text

    word = STATE_WORDS.get(state, "")
    return Text(_(word) if word else readable(state), style=COLOURS.get(state, ""))


def _note(row: "StorageCoverage | AppCoverage", notes: Notes) -> str:
    from phoneward.snapshots import next_step_sentence, row_why

    if row.state == "kept" and row.next_step in {"", "nothing"}:
        return ""  # nothing missing, nothing to do: the state says it all
    return notes.number(row_why(row), readable(next_step_sentence(row.next_step)))


def _not_kept(app: "AppCoverage") -> str:
    if app.state == "kept by its own backup":
        return ""  # what its backup leaves out, nobody can tell
    if app.out_of_reach_bytes is None:
        return "?" if app.state != "kept" else ""
    return formats.size(app.out_of_reach_bytes) if app.out_of_reach_bytes else ""


@dataclass(frozen=True, slots=True)
class _Note:
    """A note with its number hanging on the left. Lines end where Chinese lines may; rich knows only spaces."""

    number: str
    text: str

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.text import Text

        del console
        hang = max(3, len(self.number)) + 1
        lines = wrapping.wrap(self.text, max(20, options.max_width - hang))
        for position, line in enumerate(lines):
            yield Text((f"{self.number:>{hang - 1}} " if position == 0 else " " * hang) + line)


def gap_lines(coverage: "Coverage", *, everything: bool) -> list[str]:
    """Return the names that are missing or uncertain, each with the reason."""
    total = sum(coverage.gap_counts.values())
    if not total:
        return []
    shown = coverage.gaps if everything else coverage.gaps[:GAPS_SHOWN]
    lines = [
        "",
        ngettext(
            "{count} name is missing from this snapshot, or uncertain:",
            "{count} names are missing from this snapshot, or uncertain:",
            total,
        ).format(count=f"{total:,}"),
    ]
    lines += [f"  {labelled(readable(gap.path), gap_why(gap))}" for gap in shown]
    if total > len(shown):
        lines.append(_("  … and {count} more (--all lists them).").format(count=f"{total - len(shown):,}"))
    return lines
