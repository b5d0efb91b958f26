"""What `phoneward app-backups` prints."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from phoneward.cli.names import name_fields
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.findings import Severity
from phoneward.snapshots import app_called, app_title
from phoneward.texts import N_, _, enumeration, formats, in_language, labelled, ngettext

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.phones.appbackups import AppGuide, Searched, Way
    from phoneward.snapshots import Here, KeptFolder, OwnBackupRow, PhonesOwnBackups

STANDING_WORDS: Mapping[str, str] = {
    "fresh": N_("fine"),
    "old": N_("old"),
    "undated": N_("no date"),
    "export": N_("only readable"),
    "missing": N_("none"),
}
_COLOURS: Mapping[Severity, str] = {Severity.FINE: "green", Severity.ADVICE: "yellow", Severity.WARNING: "red"}


def show(
    output: Output,
    standing: "Sequence[PhonesOwnBackups] | None",
    here: "Sequence[Here]",
    names: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Print both tables and what to do.

    Args:
        output: where to.
        standing: the phones of the vault; None where no vault was named.
        here: what is on this computer.
        names: what the person calls phones, by their ids.
        now: the time that ages are counted to.
    """
    for phone in standing or ():
        said = _("In the newest snapshot of {phone} ({day}):")
        when = dt.datetime.fromtimestamp(phone.info.snapshot.time_ns / 1e9, dt.UTC)
        output.result(said.format(phone=phone.name, day=formats.day(when)))
        output.result(
            rows_table(phone.rows, now) if phone.rows else _("No app with backups of its own is known there.")
        )
        for line in advice(phone.rows):
            output.result(line)
        output.result("")
    if standing is None:
        output.result(_("No vault is named, so the phones' own backups were not looked at."))
        output.result("")
    elif not standing:
        output.result(_("The vault holds no snapshot of a phone yet."))
        output.result("")
    if not here:
        output.result(_("On this computer no app's backup was found."))
        return
    output.result(_("On this computer:"))
    for one in here:
        output.result(_one_here(one, names, now))
        output.result(f"  {readable(str(one.path))}")
    if any(not one.kept for one in here if one.found is not None and one.found.path.is_dir()):
        output.result(
            _("What is not in a vault yet comes along with: phoneward app-backups keep APP|FOLDER --phone PHONE")
        )


def rows_table(rows: "Sequence[OwnBackupRow]", now: dt.datetime) -> "Table":
    """Return how the apps of a phone stand."""
    from rich.text import Text

    table = plain_table(_("App"), _("Made"), _("Age"), _("From"), _("Size"), _("State"), numbers=(4,))
    for row in rows:
        newest = row.newest
        state = Text(_(STANDING_WORDS[row.standing]), style=_COLOURS.get(row.severity, ""))
        table.add_row(
            app_title(row.app),
            formats.day(row.made) if row.made else "",
            formats.ago(row.made, now) if row.made else "",
            place_word(newest.place) if newest else "",
            formats.size(newest.bytes) if newest else "",
            state,
        )
    return table


def place_word(place: str) -> str:
    """Return where a backup came from."""
    return _("this computer") if place == "computer" else _("the phone")


def advice(rows: "Sequence[OwnBackupRow]") -> list[str]:
    """Return where the steps are for the apps that need a backup."""
    wanting = [row for row in rows if row.severity is not Severity.FINE and row.guide]
    keys = list(dict.fromkeys(row.guide for row in wanting))
    if not keys:
        return []
    return [_("How to make one, step by step: {commands}").format(
        commands=enumeration(f"phoneward app-backups guide {key}" for key in keys[:3])
    )]  # fmt: skip


def _one_here(one: "Here", names: Mapping[str, str], now: dt.datetime) -> str:
    """Return what there is to say of one backup on this computer, in one line."""
    found = one.found
    whose = _("{app}, of {account}").format(app=_called(one), account=readable(found.account)) if found else ""
    parts = [whose if found is not None and found.account else _called(one)]
    if found is not None and found.made is not None:
        parts.append(_("made {day} ({ago})").format(day=formats.day(found.made), ago=formats.ago(found.made, now)))
    parts.append(_size(one))
    phones = enumeration(readable(names.get(kept.device, kept.device)) for kept in one.kept)
    parts.append(labelled(_("goes along with"), phones) if phones else _("in no vault yet"))
    return enumeration(part for part in parts if part)


def _called(one: "Here") -> str:
    if one.found is not None and one.found.called:
        return in_language(one.found.called)
    return app_called(one.kept[0].package) or one.kept[0].package if one.kept else ""


def _size(one: "Here") -> str:
    if one.found is None:
        return _("not there") if not one.is_there else ""
    size = formats.size(one.found.bytes)
    return size if one.found.whole else _("at least {size}").format(size=size)


def show_limits(output: Output, searched: "Searched") -> None:
    """Say what was not looked at."""
    if not searched.whole:
        output.result(_("There was more than is looked at: name a folder with `--look-in` to look closer."))
    for path in searched.refused[:10]:
        output.result(_("This folder could not be looked into: {path}").format(path=readable(str(path))))


def emit(output: Output, standing: "Sequence[PhonesOwnBackups]", here: "Sequence[Here]", now: dt.datetime) -> None:
    """Print JSON: a line for each backup, and for each app that has none."""
    for phone in standing or ():
        for row in phone.rows:
            newest = row.newest
            output.emit("app_backup", {
                "where": "snapshot",
                "device": phone.device,
                "snapshot": phone.info.snapshot.id,
                "app": row.known.key if row.known else "",
                "package": readable(row.app.package),
                "user_id": row.app.user_id,
                "state": row.standing.value,
                "severity": row.severity.value,
                "made": _time(row.made),
                "age_days": _age(row.made, now),
                "path": newest.path if newest else None,
                "bytes": newest.bytes if newest else 0,
                "files": newest.files if newest else 0,
                "kind": newest.kind if newest else None,
                "from": newest.place if newest else None,
            })  # fmt: skip
    for one in here:
        found = one.found
        output.emit("app_backup", {
            "where": "computer",
            "app": found.app if found else "",
            "package": found.package if found else one.kept[0].package if one.kept else "",
            **name_fields(_bytes(str(one.path))),
            "account": readable(found.account) if found else "",
            "made": _time(found.made) if found else None,
            "age_days": _age(found.made, now) if found else None,
            "bytes": found.bytes if found else 0,
            "files": found.files if found else 0,
            "complete": found.whole if found else False,
            "kind": found.kind if found else None,
            "severity": one.severity.value,
            "is_there": one.is_there,
            "kept_for": [kept.device for kept in one.kept],
        })  # fmt: skip


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _time(when: dt.datetime | None) -> str | None:
    return when.isoformat() if when is not None else None


def _age(when: dt.datetime | None, now: dt.datetime) -> int | None:
    return (now - when).days if when is not None else None


def folder_document(kept: "KeptFolder", *, kept_now: bool) -> dict[str, object]:
    """Return what `--json` prints of a folder that goes along, or no longer does."""
    return {
        "device": kept.device,
        "package": kept.package,
        "name": kept.name,
        "path": kept.path,
        "stored_at": kept.place.decode("ascii"),
        "kept": kept_now,
    }


def list_guides(output: Output, guides: "Sequence[AppGuide]") -> None:
    """Print the apps of which something is known."""
    if output.json:
        for guide in guides:
            output.emit("app_guide", guide_document(guide))
        return
    table = plain_table(_("App"), _("Word"), _("Package"))
    for guide in guides:
        table.add_row(guide.name, guide.key, guide.packages[0])
    output.result(table)


def guide_document(guide: "AppGuide") -> dict[str, object]:
    """Return a guide for JSON."""
    return {
        "app": guide.key,
        "name": guide.name,
        "packages": list(guide.packages),
        "holds": guide.holds,
        "misses": guide.misses,
        "proof": guide.proof,
        "stale_days": guide.stale_days,
        "looked_up": guide.looked_up.isoformat(),
        "places": [
            {"called": place.called, "path": place.path, "confirmed": place.confirmed} for place in guide.places
        ],
        "make": [_way_document(way) for way in guide.make],
        "put_back": [_way_document(way) for way in guide.put_back],
        "move": [_way_document(way) for way in guide.move],
    }


def _way_document(way: "Way") -> dict[str, object]:
    return {
        "title": way.title,
        "steps": list(way.steps),
        "confirmed": way.confirmed,
        "sources": list(way.sources),
    }


def show_guide(output: Output, guide: "AppGuide") -> None:
    """Print a guide."""
    if output.json:
        output.emit("app_guide", guide_document(guide))
        return
    output.result(guide.name)
    output.result(labelled(_("Holds"), guide.holds))
    output.result(labelled(_("Does not hold"), guide.misses))
    output.result(
        ngettext(
            "It is called old after {count} day.", "It is called old after {count} days.", guide.stale_days
        ).format(count=guide.stale_days)
    )
    for heading, ways in (
        (_("To make one"), guide.make),
        (_("To put it back, or to try it"), guide.put_back),
        (_("To a new phone"), guide.move),
    ):
        for way in ways:
            output.result("")
            output.result(labelled(heading, way.title))
            for number, step in enumerate(way.steps, 1):
                output.result(f"  {number}. {step}")
            if way.caution:
                output.result(way.caution)
    output.result("")
    output.result(guide.proof)
    if guide.places:
        output.result(_("Where it lies on a computer:"))
        for place in guide.places:
            unsure = "" if place.confirmed else _(" (not confirmed by its maker)")
            output.result(f"  {labelled(place.called, place.path)}{unsure}")
