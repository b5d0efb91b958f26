"""What `phoneward update history` prints."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward import updates
from phoneward.cli.checkup_view import COLOURS, Hung
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.findings import SEVERITY_WORDS, Severity
from phoneward.texts import _, formats, labelled, ngettext

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.updates import Alarm, AppKey, AppThen, At, Held, Period, PhoneHistory
    from phoneward.vault import Repository

SHOWN = 12
"""Alarms shown without `--all`; warnings and what is worse are always shown."""
LOOKED_UP = 40
"""Losses of which it is looked up what the vault still holds: the newest."""


@dataclass(frozen=True, slots=True)
class Story:
    """One phone's history, ready to be shown.

    Attributes:
        name: what the person calls the phone.
        package: the one app that is asked about; None for all.
        alarms: newest first.
        held: what the vault still holds, for alarms that data was lost.
    """

    history: "PhoneHistory"
    name: str
    package: str | None
    alarms: "tuple[Alarm, ...]"
    held: "dict[Alarm, Held | None]"

    @classmethod
    def of(cls, repo: "Repository", history: "PhoneHistory", name: str, package: str | None) -> "Story":
        """Look up what the vault still holds of what was lost."""
        alarms = tuple(a for a in reversed(history.alarms) if package is None or a.package == package)
        reader = updates.HeldReader(repo)
        lost = [a for a in alarms if a.kind in {updates.Kind.WIPED, updates.Kind.GONE} and not a.with_reset]
        held = {a: reader.last((a.package, a.user_id), history.with_data(a)) for a in lost[:LOOKED_UP]}
        return cls(history, name, package, alarms, held)


def show(output: Output, story: Story, now: dt.datetime, *, everything: bool) -> None:
    """Print one phone's history: what happened, then of one app all that is known."""
    if output.json:
        _emit(output, story, now)
        return
    output.result(_heading(story))
    alarms = story.alarms if everything or story.package is not None else _pressing(story.alarms, now)
    for alarm in alarms:
        output.result("")
        _alarm(output, story, alarm, now)
    more = len(story.alarms) - len(alarms)
    if more:
        output.result("")
        output.result(
            ngettext("… and {count} more (--all shows it).", "… and {count} more (--all shows them).", more).format(
                count=f"{more:,}"
            )
        )
    if story.package is not None:
        for key, periods in story.history.of_app(story.package).items():
            output.result("")
            output.result(labelled(str(updates.called(*key)), readable(key[0])))
            output.result(timeline(periods))
    output.summary("")
    for line in limits(story.history):
        output.summary(line)


def show_nothing(output: Output) -> None:
    """Say that there is nothing to tell."""
    output.result(_("No finished snapshot of a phone is in the vault yet. Make one with: phoneward backup"))


def _heading(story: Story) -> str:
    history = story.history
    if not history.snapshots:
        return _("{phone}: no snapshot tells which apps it had.").format(phone=story.name)
    days = {
        "phone": story.name,
        "first": formats.day(history.snapshots[0].taken),
        "last": formats.day(history.snapshots[-1].taken),
        "snapshots": formats.snapshots(len(history.snapshots)),
    }
    if not story.alarms:
        said = _("{phone}: nothing happened to your apps that the snapshots show ({snapshots}, {first} to {last}).")
        return said.format(**days)
    return ngettext(
        "{phone}: {count} thing happened that you should know ({snapshots}, {first} to {last}).",
        "{phone}: {count} things happened that you should know ({snapshots}, {first} to {last}).",
        len(story.alarms),
    ).format(**days, count=f"{len(story.alarms):,}")


def _pressing(alarms: "tuple[Alarm, ...]", now: dt.datetime) -> "tuple[Alarm, ...]":
    pressing = [a for a in alarms if updates.severity_of(a, now).rank >= Severity.WARNING.rank]
    others = [a for a in alarms if updates.severity_of(a, now).rank < Severity.WARNING.rank]
    return (*pressing, *others[: max(0, SHOWN - len(pressing))])


def _alarm(output: Output, story: Story, alarm: "Alarm", now: dt.datetime) -> None:
    severity = updates.severity_of(alarm, now)
    mark = labelled(_(SEVERITY_WORDS[severity]), "")
    _line(output, Hung(mark, str(updates.alarm_title(alarm)), style="bold", mark_style=COLOURS[severity]))
    detail = updates.alarm_detail(alarm)
    if detail is not None:
        _line(output, Hung("", str(detail), indent=2))
    if alarm in story.held:
        _line(output, Hung("", str(updates.held_words(story.held[alarm])), indent=2))
        held = story.held[alarm]
        if held is not None and held.is_anything:
            _line(output, Hung("→ ", _("See what that snapshot holds"), indent=2))
            output.result(f"      phoneward coverage {held.at.snapshot[:8]}")


def _line(output: Output, line: Hung) -> None:
    output.result(line)


def timeline(periods: "Sequence[Period]") -> "Table":
    """Return what is known of one app, oldest first."""
    headings = (_("Seen"), _("Version"), _("Data since"), _("Updated"), _("From"), _("Signer"))
    table = plain_table(*headings, whole=(2, 3))
    for period in periods:
        app = period.app
        first, last = formats.day(period.first.taken), formats.day(period.last.taken)
        seen = first if first == last else _("{first} to {last}").format(first=first, last=last)
        if app is None:
            table.add_row(seen, _("not on the phone"), "", "", "", "")
            continue
        table.add_row(
            seen,
            str(updates.version_of(app)),
            _day(app.first_installed),
            _day(app.last_updated),
            str(updates.installer_words(app.installer)),
            str(updates.signer_words(app)),
        )
    return table


def _day(time: dt.datetime | None) -> str:
    return "?" if time is None else formats.day(time)


def limits(history: "PhoneHistory") -> list[str]:
    """Return what these snapshots cannot tell."""
    said = [
        _(
            "What is deleted inside an app, or with “clear data” in the phone's settings, leaves no trace here. What "
            "happened and was undone between two snapshots is not seen either."
        )
    ]
    if history.silent:
        said.append(
            ngettext("{count} snapshot tells of no apps.", "{count} snapshots tell of no apps.", history.silent).format(
                count=f"{history.silent:,}"
            )
        )
    if history.unreadable:
        count = len(history.unreadable)
        said.append(
            ngettext(
                "Of {count} snapshot the list of apps cannot be read: phoneward check says what is damaged.",
                "Of {count} snapshots the list of apps cannot be read: phoneward check says what is damaged.",
                count,
            ).format(count=f"{count:,}")
        )
    if history.left_out:
        said.append(
            ngettext(
                "There were too many apps: {count} was not followed to the end.",
                "There were too many apps: {count} were not followed to the end.",
                history.left_out,
            ).format(count=f"{history.left_out:,}")
        )
    return said


# -- JSON ----------------------------------------------------------------------------------------------------------


def _emit(output: Output, story: Story, now: dt.datetime) -> None:
    history = story.history
    for key, periods in history.apps.items():
        if story.package in {None, key[0]}:
            output.emit("app_history", app_document(history.device, key, periods))
    for alarm in story.alarms:
        document = {"device": history.device, **alarm_document(alarm, now)}
        if alarm in story.held:
            document["held"] = held_document(story.held[alarm])
        output.emit("alarm", document)


def app_document(device: str, key: "AppKey", periods: "Sequence[Period]") -> dict[str, object]:
    """Return one app over time."""
    return {
        "device": device,
        "package": readable(key[0]),
        "user_id": key[1],
        "periods": [
            {
                "first": _at(period.first),
                "last": _at(period.last),
                "snapshots": period.snapshots,
                "app": None if period.app is None else then_document(period.app),
            }
            for period in periods
        ],
    }


def alarm_document(alarm: "Alarm", now: dt.datetime) -> dict[str, object]:
    """Return one alarm."""
    return {
        "package": readable(alarm.package),
        "user_id": alarm.user_id,
        "kind": alarm.kind.value,
        "severity": updates.severity_of(alarm, now).value,
        "before": _at(alarm.before),
        "after": _at(alarm.after),
        "was": then_document(alarm.was),
        "now": None if alarm.now is None else then_document(alarm.now),
        "phone_set_up_anew": alarm.with_reset,
        "certain": alarm.is_certain,
        "text": str(updates.alarm_title(alarm)),
    }


def then_document(app: "AppThen") -> dict[str, object]:
    """Return one app as a snapshot tells of it; None is unknown."""
    signing = app.signing
    return {
        "version_code": app.version_code,
        "version_name": readable(app.version_name),
        "installer": None if app.installer is None else readable(app.installer),
        "first_installed": _time(app.first_installed),
        "last_updated": _time(app.last_updated),
        "signers": None if signing is None else list(signing.sha256),
        "lineage": None if signing is None else [node.sha256 for node in signing.past],
        "signer_hashes": [f"{number:08x}" for number in app.signer_hashes],
        "system": app.is_system,
    }


def held_document(held: "Held | None") -> dict[str, object] | None:
    """Return what the vault still holds of data that is gone."""
    if held is None:
        return None
    return {
        "snapshot": held.at.snapshot,
        "taken": _time(held.at.taken),
        "files": held.files,
        "bytes": held.bytes,
        "own_backup": _time(held.own_backup),
        "out_of_reach_bytes": held.lacking,
    }


def summary(stories: Sequence[Story]) -> dict[str, object]:
    """Return how much was looked at."""
    return {
        "phones": len(stories),
        "snapshots": sum(len(story.history.snapshots) for story in stories),
        "apps": sum(len(story.history.apps) for story in stories),
        "alarms": sum(len(story.alarms) for story in stories),
        "unreadable": [snapshot for story in stories for snapshot in story.history.unreadable],
        "without_apps": sum(story.history.silent for story in stories),
        "left_out": sum(story.history.left_out for story in stories),
    }


def _at(at: "At") -> dict[str, object]:
    return {"snapshot": at.snapshot, "taken": _time(at.taken)}


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat()
