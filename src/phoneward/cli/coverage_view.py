"""The coverage document for a person: what would be kept, what would be lost, why, and what to do about it.

Sentences repeat from app to app, so the tables carry numbers and the sentences stand below, once each: that way the
tables fit 80 columns in every language.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli import formats, wrapping
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import N_, _, enumeration, labelled, ngettext, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text

    from phoneward.snapshots import AppCoverage, Coverage, Gap, StorageCoverage

GAPS_SHOWN = 20
"""Names listed one by one without `--all`."""

STATES: dict[str, tuple[str, str]] = {
    "out of reach": (N_("out of reach"), "red"),
    "kept in part": (N_("kept in part"), "yellow"),
    "kept by its own backup": (N_("kept by its own backup"), "cyan"),
    "kept": (N_("kept"), "green"),
}
"""State → its word and its colour, the most worrying first: apps are listed in this order."""

AREAS = {
    "shared": N_("Your files"),
    "user": N_("Another user's files"),
    "card": N_("Card"),
    "installed-apps": N_("The apps themselves"),
}


QUESTIONS = {
    "users": N_("which users there are"),
    "apps": N_("which apps there are"),
    "data-size": N_("how much the apps hold"),
    "installer": N_("which store each app came from"),
    "install-times": N_("when each app was installed"),
    "version-code": N_("the apps' version numbers"),
    "version-name": N_("the apps' versions"),
    "uid": N_("the apps' user numbers"),
    "apk-paths": N_("where the apps' own files are"),
    "checksums": N_("the checksums of its files"),
}
"""What a phone may be unable to answer (`AppInventory.not_asked`)."""


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
    for sentence in totals(coverage):
        output.result(sentence)
    notes = Notes()
    output.result("")
    output.result(storages_table(coverage.storages, notes))
    apps = [app for app in coverage.apps if everything or _concerns_the_person(app)]
    if apps:
        output.result("")
        output.result(apps_table(apps, notes))
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


def fields(coverage: "Coverage") -> dict[str, object]:
    """Return the document as it is stored in the snapshot, for JSON."""
    import json

    from phoneward.snapshots import encode_coverage

    document: dict[str, object] = json.loads(encode_coverage(coverage))
    return document


def _concerns_the_person(app: "AppCoverage") -> bool:
    """Apps of the phone's own are left out unless they hold or lose something that can be seen."""
    return not app.is_system or bool(app.kept_bytes or app.own_backups or app.state == "kept in part")


def totals(coverage: "Coverage") -> list[str]:
    """Return the answer to "what would I lose?" in plain sentences."""
    found = coverage.totals
    kept = {"files": formats.files(found.kept_files), "size": formats.size(found.kept_bytes)}
    lost = found.out_of_reach_bytes
    if lost:
        said = [
            _("If this phone broke now, you would keep {files} ({size}) and lose at least {lost}.").format(
                **kept, lost=formats.size(lost)
            )
        ]
    else:
        said = [_("If this phone broke now, you would keep {files} ({size}).").format(**kept)]
    if found.own_backup_bytes:
        said.append(
            _("{size} more are kept only as far as the apps' own backups go.").format(
                size=formats.size(found.own_backup_bytes)
            )
        )
    unknown = found.unknown_apps
    if unknown:
        said.append(
            ngettext(
                "For {count} app nobody can tell how much of it would be lost.",
                "For {count} apps nobody can tell how much of them would be lost.",
                unknown,
            ).format(count=unknown)
        )
    said += proof_sentences(coverage)
    said += _warnings(coverage)
    return said


def proof_sentences(coverage: "Coverage") -> list[str]:
    """Return how sure the files are, in plain sentences."""
    levels = coverage.levels
    if levels is None or not levels.files:
        return []
    said = []
    if levels.matched and levels.oldest_match is not None:
        said.append(
            _("Compared with the phone's own checksums: {matched} of {files}, the longest ago on {date}.").format(
                matched=f"{levels.matched:,}",
                files=formats.files(levels.files),
                date=formats.moment(levels.oldest_match),
            )
        )
    if levels.stored:
        said.append(
            _("Stored and read back, but never compared with the phone: {files}.").format(
                files=formats.files(levels.stored)
            )
        )
    if levels.mismatched:
        said.append(
            _("The phone twice computed a different checksum: {files}.").format(files=formats.files(levels.mismatched))
        )
    return said


def _warnings(coverage: "Coverage") -> list[str]:
    said: list[str] = []
    if coverage.partial:
        said.append(_("This backup was cut short: run it again, it goes on where it stopped."))
    if coverage.waiting is not None and coverage.waiting.files:
        said.append(
            _("Still to be sent: {files} ({size}).").format(
                files=formats.files(coverage.waiting.files), size=formats.size(coverage.waiting.bytes)
            )
        )
    said += [
        _("The storage “{name}” was there last time and is missing now.").format(name=readable(name))
        for name in coverage.missing_storages
    ]
    if coverage.clock_went_back:
        said.append(_("The phone's clock was set back since the snapshot before, so more was read again."))
    if coverage.not_checked:
        names = enumeration(sorted(_question(name) for name in coverage.not_checked))
        said.append(_("Not checked, because the phone could not answer: {names}.").format(names=names))
    return said


def _question(name: str) -> str:
    user = name.removeprefix("apps-of-user-")
    if user != name:
        return _("which apps user {user} has").format(user=readable(user))
    return _(QUESTIONS[name]) if name in QUESTIONS else readable(name)


def storages_table(storages: "Iterable[StorageCoverage]", notes: Notes) -> "Table":
    """Return the storages: the person's own files, other users, cards, the apps themselves."""
    table = plain_table(
        _("Storage"), _("In the vault"), _("Files"), _("Kept"), _("Missing names"), _("Note"), numbers=(2, 3, 4, 5)
    )
    for storage in storages:
        label = readable(storage.label or (storage.name if storage.area in {"user", "card"} else ""))
        name = _(AREAS[storage.area]) if storage.area in AREAS else readable(storage.area)
        table.add_row(
            labelled(name, label) if label else name,
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
    order = {state: number for number, state in enumerate(STATES)}
    for app in sorted(apps, key=lambda app: (order.get(app.state, 0), -(app.out_of_reach_bytes or 0), app.package)):
        name = readable(app.package)
        if app.user_id:
            name = _("{package} (user {user})").format(package=name, user=app.user_id)
        state = _state(app.state)
        if app.own_backups:
            day = formats.day(app.own_backups[0].date)
            state = Text(_("{state} ({day})").format(state=state.plain, day=day), style=state.style)
        table.add_row(name, state, formats.size(app.kept_bytes), _not_kept(app), _note(app, notes))
    return table


def _state(state: str) -> "Text":
    from rich.text import Text

    word, colour = STATES.get(state, (readable(state), ""))
    return Text(_(word), style=colour)


def _note(row: "StorageCoverage | AppCoverage", notes: Notes) -> str:
    from phoneward.snapshots import next_step_sentence, reason_sentence

    if row.state == "kept" and row.next_step in {"", "nothing"}:
        return ""  # nothing missing, nothing to do: the state says it all
    return notes.number(readable(reason_sentence(row.reason)), readable(next_step_sentence(row.next_step)))


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


def _why(gap: "Gap") -> str:
    """Return why a name is missing, with the phone's own words where there are any."""
    from phoneward.phones import translated_detail
    from phoneward.snapshots import gap_sentence

    why = readable(gap_sentence(gap.reason))
    if not gap.detail:
        return why
    return _("{sentence} ({detail})").format(sentence=why, detail=readable(translated_detail(gap.detail)))


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
    lines += [f"  {labelled(readable(gap.path), _why(gap))}" for gap in shown]
    if total > len(shown):
        lines.append(_("  … and {count} more (--all lists them).").format(count=f"{total - len(shown):,}"))
    return lines
