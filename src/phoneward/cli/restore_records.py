"""`phoneward restore --records`: a plan, a question, the files, a table, and how the phone takes them in."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.frame import Frame
from phoneward.cli.guide_view import show_guide
from phoneward.cli.names import name_fields
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.errors import ExitCode, readable
from phoneward.texts import _, enumeration, formats, ngettext

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.phones import ImportGuide
    from phoneward.snapshots import HeldRecords, Place, RecordsPlan


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore of records. Either `serial` or `target` is set."""

    snapshot: str
    serial: str | None
    target: str | None
    kinds: tuple[str, ...]
    dry_run: bool
    yes: bool
    no_lock: bool
    allow_unencrypted: bool


def restore_records(frame: Frame, wish: Wish) -> ExitCode:
    """Read the files through, plan, ask, write, and say what became of everything."""
    from phoneward import phones, snapshots
    from phoneward.cli.progress_view import listening

    session = phones.open_adb(wish.serial, allow_unencrypted=wish.allow_unencrypted) if wish.serial else None
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(session) if session is not None else None
        writer = stack.enter_context(phones.AdbWriter(phone)) if phone is not None else None
        with listening(frame.output) as listener:
            if phone is not None and writer is not None:
                plan = snapshots.plan_records_onto_phone(
                    repository, wish.snapshot, phone, writer, wish.kinds, listener=listener
                )
            else:
                plan = snapshots.plan_records_into_folder(
                    repository, wish.snapshot, Path(wish.target or ""), wish.kinds, listener=listener
                )
        maker = phone.identity.manufacturer if phone is not None else ""
        guides = [_guide(plan, held, maker, is_phone=writer is not None) for held in plan.held]
        _show_plan(frame, plan, guides, wish)
        if not wish.dry_run:
            agree(frame, _("Write these files? Type yes to go on: "), yes=wish.yes or plan.placing.writes_nothing)
            with listening(frame.output) as listener:
                if writer is not None:
                    snapshots.put_on_phone(writer, plan.placing, listener=listener)
                else:
                    snapshots.put_in_folder(plan.placing, listener)
    _show(frame, plan, guides, wish)
    return ExitCode.DONE if plan.complete else ExitCode.INCOMPLETE


def _guide(plan: "RecordsPlan", held: "HeldRecords", maker: str, *, is_phone: bool) -> "ImportGuide":
    from phoneward import phones

    place = next(place for place in plan.placing.places if place.item.owner == held.kind.kind)
    file = readable(place.path.rpartition(b"/")[2])
    return phones.import_guide(held.kind.kind, maker, folder=readable(plan.folder) if is_phone else "", file=file)


# -- the plan ----------------------------------------------------------------------------------------------------------


def _show_plan(frame: Frame, plan: "RecordsPlan", guides: "list[ImportGuide]", wish: Wish) -> None:
    output = frame.output
    if output.json:
        output.emit("records_plan", plan_document(plan, guides, wish))
        return
    for held in plan.damaged:
        output.result(readable(held.sentence()))
    if plan.held:
        output.summary(plan_table(plan))
        output.summary(_("Where: {folder}").format(folder=readable(plan.folder)))
    if plan.absent:
        from phoneward.phones import import_title

        kinds = enumeration(import_title(kind) for kind in plan.absent)
        pattern = _("Not in this snapshot: {kinds}. Why, says: phoneward coverage")
        (output.result if plan.is_asked else output.summary)(pattern.format(kinds=kinds))
    for held, guide in zip(plan.held, guides, strict=True):
        if held.told and held.told.pictured:
            pattern = ngettext(
                "{count} of the messages has pictures.", "{count} of the messages have pictures.", held.told.pictured
            )
            output.summary(pattern.format(count=f"{held.told.pictured:,}"))
        apps = enumeration(way.app for way in guide.ways)
        output.summary(_("{name}: taken in by {apps}.").format(name=guide.title, apps=apps))
        for sentence in (*guide.not_back, guide.ways[0].twice):
            output.summary(f"  {sentence}")


def plan_table(plan: "RecordsPlan") -> "Table":
    """Return what would be written: how many records, from when to when, under which name."""
    from phoneward.phones import import_title

    shown = plain_table(_("What"), _("How many"), _("First"), _("Last"), _("File"), numbers=(1,))
    for held, place in zip(plan.held, plan.placing.places, strict=True):
        count, first, last = _told(held)
        shown.add_row(import_title(held.kind.kind), f"{count:,}", first, last, readable(place.path.rpartition(b"/")[2]))
    return shown


def _told(held: "HeldRecords") -> tuple[int, str, str]:
    from phoneward.snapshots import record_moment

    told = held.told
    if told is None:
        return 0, "", ""
    moments = [record_moment(time_ms) for time_ms in (told.first_ms, told.last_ms)]
    first, last = (formats.moment(moment) if moment is not None else "" for moment in moments)
    return told.count, first, last


def plan_document(plan: "RecordsPlan", guides: "list[ImportGuide]", wish: Wish) -> dict[str, object]:
    """Return the plan for JSON."""
    return {
        "serial": wish.serial,
        "dry_run": wish.dry_run,
        **name_fields(plan.folder, "folder"),
        "files": [
            {
                "kind": held.kind.kind,
                "source": held.source.decode(),
                **name_fields(place.path),
                "records": held.told.count if held.told else 0,
                "pictured": held.told.pictured if held.told else 0,
                "first_ms": held.told.first_ms if held.told else None,
                "last_ms": held.told.last_ms if held.told else None,
                "bytes": held.node.size,
                "state": place.fate.value,
                "apps": [way.app for way in guide.ways],
            }
            for held, place, guide in zip(plan.held, plan.placing.places, guides, strict=True)
        ],
        "damaged": [{"kind": held.kind.kind, "sentence": held.sentence()} for held in plan.damaged],
        "absent": plan.absent,
    }


# -- the report --------------------------------------------------------------------------------------------------------


def _show(frame: Frame, plan: "RecordsPlan", guides: "list[ImportGuide]", wish: Wish) -> None:
    output = frame.output
    if output.json:
        for place in plan.placing.places:
            output.emit("records_file", place_document(place))
        output.emit("summary", document(plan, wish))
        return
    if wish.dry_run:
        output.summary(_("Nothing was written."))
        return
    for place in plan.placing.places:
        if place.sentence():
            output.result(readable(place.sentence()))
    if plan.held:
        output.summary(table(plan))
    if wish.target and any(place.is_there for place in plan.placing.places):
        output.summary(_("Copy the files onto the phone first, for example into its folder Download."))
    for guide, place in zip(guides, plan.placing.places, strict=True):
        if place.is_there:
            show_guide(output, guide)
    if not plan.complete:
        output.result(_("Not everything that was asked for is there: what is missing is named above."))


def table(plan: "RecordsPlan") -> "Table":
    """Return what became of each kind, and what to do next."""
    from phoneward.phones import import_title
    from phoneward.snapshots import place_words

    shown = plain_table(_("What"), _("File"), _("Outcome"), _("Next step"))
    for held, place in zip(plan.held, plan.placing.places, strict=True):
        name = readable(place.path.rpartition(b"/")[2])
        step = _("take it in: see below") if place.is_there else _("see above")
        shown.add_row(import_title(held.kind.kind), name, place_words(place), step)
    return shown


def place_document(place: "Place") -> dict[str, object]:
    """Return what became of one file, for JSON."""
    return {
        "owner": place.item.owner,
        **name_fields(place.path),
        "state": place.fate.value,
        "outcome": place.outcome.value,
        "verified": place.is_there,
        "sentence": place.sentence(),
    }


def document(plan: "RecordsPlan", wish: Wish) -> dict[str, object]:
    """Return the summary for JSON."""
    from phoneward.snapshots import PlaceOutcome

    written = [place for place in plan.placing.places if place.outcome is PlaceOutcome.WRITTEN]
    return {
        "dry_run": wish.dry_run,
        "complete": plan.complete,
        "serial": wish.serial,
        **name_fields(plan.folder, "folder"),
        "files_written": len(written),
        "bytes_written": sum(place.item.content.size for place in written),
        "files_verified": sum(place.is_there for place in plan.placing.places),
        "damaged": [held.kind.kind for held in plan.damaged],
        "absent": plan.absent,
    }
