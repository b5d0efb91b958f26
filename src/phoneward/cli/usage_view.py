"""How `stats --per` is told: a table for people, a line each for programs."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.snapshots import usage_name
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.snapshots import Usage, UsageTable

SHOWN: Final = 40
"""Rows that a person is shown; with `--json` there is one for each."""


def show(output: Output, measured: "UsageTable") -> None:
    """Show who takes how much."""
    if output.json:
        for row in (*measured.rows, measured.rest):
            output.emit("usage", document(measured, row))
        output.emit("summary", summary(measured))
        return
    output.result(table(measured))
    more = len(measured.rows) - SHOWN
    if more > 0:
        output.summary(_("… and {count} more, which take less. All of them: --json").format(count=f"{more:,}"))
    output.summary(
        _("All together, {snapshots} take {stored} in the vault; {shared} of it is needed by several of these.").format(
            snapshots=formats.snapshots(measured.snapshots),
            stored=formats.size(measured.stored),
            shared=formats.size(measured.shared),
        )
    )


def document(measured: "UsageTable", row: "Usage") -> dict[str, object]:
    """Return one phone's or app's figures for JSON; the rest has an empty key."""
    return {"per": measured.per.value, **asdict(row)}


def summary(measured: "UsageTable") -> dict[str, object]:
    """Return the totals for JSON: each is the sum of all rows."""
    return {
        "per": measured.per.value,
        "snapshots_count": measured.snapshots,
        "total_restore_size": measured.size,
        "total_files": measured.files,
        "total_stored": measured.stored,
        "shared": measured.shared,
    }


def table(measured: "UsageTable") -> "Table":
    """Return the figures as a table, what takes the most alone first."""
    first = _("Phone") if measured.per == "phone" else _("App")
    shown = plain_table(first, _("Snapshots"), _("In the newest"), _("Stored for it alone"), _("Shared with others"))
    rest = [measured.rest] if measured.rest.snapshots else []
    for row in (*measured.rows[:SHOWN], *rest):
        shown.add_row(
            usage_name(measured, row),
            f"{row.snapshots:,}",
            formats.size(row.newest_size),
            formats.size(row.alone),
            formats.size(row.together),
        )
    return shown
