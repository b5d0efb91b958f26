"""What `phoneward rescue sqlite` prints for people."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import PhonewardError, readable
from phoneward.rescue.sqlite import (
    DatabaseLeftOutError,
    PartlyReadError,
    RecoveredRow,
    Report,
    column_names,
    trouble_sentence,
)
from phoneward.texts import _, ngettext

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 5
"""Rows of one table that are shown; files and JSON have all."""
_WIDEST = 6
"""Columns of a row that are shown."""
_LONGEST = 60
"""Characters of a value that are shown."""


@dataclass(slots=True)
class Summary:
    """What was found in one file.

    Attributes:
        file: it.
        report: of the search.
        rows: how many of each table, copies of living rows apart.
        copies: how many copies of living rows of each table.
        first: the first rows of each table.
    """

    file: Path
    report: Report = field(default_factory=Report)
    rows: "Counter[str | None]" = field(default_factory=Counter)
    copies: int = 0
    first: dict[str | None, list[RecoveredRow]] = field(default_factory=dict)

    def add(self, row: RecoveredRow) -> None:
        """Take in a row."""
        if row.live_duplicate:
            self.copies += 1
            return
        self.rows[row.table] += 1
        some = self.first.setdefault(row.table, [])
        if len(some) < SHOWN:
            some.append(row)

    def left_out(self, output: Output, error: PhonewardError) -> None:
        """Say why the file could not be searched."""
        output.warn(DatabaseLeftOutError(file=readable(str(self.file)), what=error.sentence(), hint=error.advice()))

    def show(self, output: Output) -> bool:
        """Print what was found; return whether something could not be read."""
        from phoneward.rescue.sqlite import Trouble

        name = readable(str(self.file))
        if not output.json:
            self._tell(output, name)
        for trouble in self.report.troubles:
            output.warn(PartlyReadError(what=f"{name}: {trouble_sentence(trouble)}"))
        return any(trouble is not Trouble.HOT_JOURNAL for trouble in self.report.troubles)

    def _tell(self, output: Output, name: str) -> None:
        total = sum(self.rows.values())
        output.result(
            ngettext("{file}: {count} row was recovered.", "{file}: {count} rows were recovered.", total).format(
                file=name, count=f"{total:,}"
            )
        )
        for table, count in self.rows.most_common():
            output.result("")
            heading = readable(table) if table is not None else _("Rows whose table nobody can tell")
            dropped = _(" (this table was dropped)") if table in self.report.dropped else ""
            output.result(f"{heading}{dropped}: {count:,}")
            output.result(self._table(self.first[table]))
            if count > SHOWN:
                more = count - SHOWN
                output.result(ngettext("  and {count} more", "  and {count} more", more).format(count=f"{more:,}"))
        self._tell_rest(output)

    def _tell_rest(self, output: Output) -> None:
        if self.copies:
            output.summary(
                ngettext(
                    "{count} more is a copy of a row that is still in the database.",
                    "{count} more are copies of rows that are still in the database.",
                    self.copies,
                ).format(count=f"{self.copies:,}")
            )
        if self.report.doubtful:
            output.summary(
                ngettext(
                    "{count} more is too unsure to be shown. --doubtful shows it.",
                    "{count} more are too unsure to be shown. --doubtful shows them.",
                    self.report.doubtful,
                ).format(count=f"{self.report.doubtful:,}")
            )

    def _table(self, rows: list[RecoveredRow]) -> "Table":
        names = [readable(name)[:_LONGEST] for name in column_names(rows[0], self.report)[:_WIDEST]]
        table = plain_table(_("row"), *names, _("found in"), _("sure"), numbers=(0,))
        for row in rows:
            shown = [_shown(value) for value in row.values[:_WIDEST]]
            shown += [""] * (len(names) - len(shown))
            place = f"{row.method} {row.file}:{row.offset}"
            rowid = "?" if row.rowid is None else str(row.rowid)
            table.add_row(rowid, *shown[: len(names)], place, f"{row.confidence:.2f}")
        return table


def _shown(value: float | str | bytes | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bytes):
        return _("{count} bytes").format(count=f"{len(value):,}")
    text = readable(str(value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
