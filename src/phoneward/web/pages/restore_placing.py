"""The plan and the result of a restore of records, or of apps' own backups, with what to do on the phone."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from phoneward.errors import readable
from phoneward.phones import ImportGuide, import_guide, import_title
from phoneward.snapshots import (
    AppBackupsPlan,
    HeldRecords,
    Place,
    PlaceFate,
    PlaceOutcome,
    RecordsPlan,
    backup_guide,
    backup_name,
    backup_sentences,
    place_words,
    record_moment,
)
from phoneward.texts import _, enumeration, formats, ngettext
from phoneward.web.page import page
from phoneward.web.pages import restore_computer
from phoneward.web.placing import is_complete
from phoneward.web.restores import Restore

NAMED: Final = 100

Section = tuple[str, list[str]]


def show_plan(request: Request, restore: Restore, command: Sequence[str], target: str) -> Response:
    """Show what would be put where, and what to know before."""
    if restore.computer_backups is not None:
        return restore_computer.show_plan(request, restore, restore.computer_backups, command)
    records, backups = restore.records, restore.app_backups
    placing = records.placing if records else backups.placing if backups else None
    differing = placing.count(PlaceFate.DIFFERS) if placing else 0
    nothing = placing is not None and placing.writes_nothing and not differing and is_complete(restore)
    return page(
        request,
        "placing_plan.html",
        title=_("The plan"),
        command=command,
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        about=[(_("Where"), _where(restore, target))],
        table=_records_table(records) if records else _backups_table(backups) if backups else None,
        problems=_problems(restore, with_outcomes=False),
        sections=_records_sections(restore) if records else _backups_sections(backups) if backups else [],
        differing=differing,
        nothing=nothing,
        blocked="",
    )


def show_result(request: Request, restore: Restore, command: Sequence[str], target: str) -> Response:
    """Show what became of everything, and the steps on the phone."""
    if restore.computer_backups is not None:
        return restore_computer.show_result(request, restore, restore.computer_backups, command)
    records, backups = restore.records, restore.app_backups
    return page(
        request,
        "placing_result.html",
        title=_("What came of it"),
        command=command,
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        about=[(_("What"), str(restore.what)), (_("Where"), _where(restore, target))],
        is_complete=is_complete(restore),
        table=_outcomes(records, backups),
        problems=_problems(restore, with_outcomes=True),
        now_heading=_("Now on the phone"),
        guides=_guides(restore) if records else [],
        copy_first=bool(records and not restore.wanted.serial),
        ways=_ways(backups) if backups else [],
    )


def _where(restore: Restore, target: str) -> str:
    if restore.records is not None and restore.wanted.serial:
        folder = readable(restore.records.folder)
        return _("{phone}, in its folder {folder}").format(phone=target, folder=folder)
    return target


# -- records -----------------------------------------------------------------------------------------------------------


def _records_table(plan: RecordsPlan) -> tuple[list[str], list[list[str]]]:
    rows = []
    for held, place in zip(plan.held, plan.placing.places, strict=True):
        told = held.told
        moments = [record_moment(time_ms) for time_ms in (told.first_ms, told.last_ms)] if told else []
        first, last = [formats.moment(one) if one else "" for one in moments] or ("", "")
        count = f"{told.count:,}" if told else ""
        rows.append([import_title(held.kind.kind), count, first, last, _name(place), _fate(place)])
    return [_("What"), _("How many"), _("First"), _("Last"), _("File"), _("There now")], rows


def _name(place: Place) -> str:
    return readable(place.path.rpartition(b"/")[2])


def _fate(place: Place) -> str:
    return {
        PlaceFate.NEW: _("nothing"),
        PlaceFate.SAME: _("the same"),
        PlaceFate.DIFFERS: _("a different file"),
        PlaceFate.IMPOSSIBLE: _("not possible"),
    }[place.fate]


def _guide(restore: Restore, plan: RecordsPlan, held: HeldRecords, place: Place) -> ImportGuide:
    folder = readable(plan.folder) if restore.wanted.serial else ""
    return import_guide(held.kind.kind, restore.maker, folder=folder, file=_name(place))


def _guides(restore: Restore) -> list[ImportGuide]:
    plan = restore.records
    if plan is None:
        return []
    pairs = zip(plan.held, plan.placing.places, strict=True)
    return [_guide(restore, plan, held, place) for held, place in pairs if place.is_there]


def _records_sections(restore: Restore) -> list[Section]:
    plan = restore.records
    if plan is None:
        return []
    sections = []
    for held, place in zip(plan.held, plan.placing.places, strict=True):
        guide = _guide(restore, plan, held, place)
        apps = _("Taken in by: {apps}.").format(apps=enumeration(way.app for way in guide.ways))
        pictured = held.told.pictured if held.told else 0
        with_pictures = ngettext(
            "{count} of the messages has pictures.", "{count} of the messages have pictures.", pictured
        ).format(count=f"{pictured:,}")
        lines = [apps, *([with_pictures] if pictured else []), *guide.not_back, guide.ways[0].twice]
        sections.append((guide.title, lines))
    return sections


# -- apps' own backups -------------------------------------------------------------------------------------------------


def _backups_table(plan: AppBackupsPlan) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            backup_name(one),
            formats.moment(one.backup.made) if one.backup.made else _("unknown"),
            formats.size(one.size),
        ]
        for one in plan.backups
    ]
    return [_("App"), _("Made"), _("Size")], rows


def _backups_sections(plan: AppBackupsPlan) -> list[Section]:
    return [(backup_name(one), list(backup_sentences(one))) for one in plan.backups]


def _ways(plan: AppBackupsPlan) -> list[dict[str, object]]:
    return [
        {"name": backup_name(one), "ways": backup_guide(one).put_back, "proof": backup_guide(one).proof}
        for one in plan.backups
        if one.is_there
    ]


# -- both --------------------------------------------------------------------------------------------------------------


def _outcomes(records: RecordsPlan | None, backups: AppBackupsPlan | None) -> tuple[list[str], list[list[str]]]:
    if records is not None:
        pairs = zip(records.held, records.placing.places, strict=True)
        rows = [[import_title(held.kind.kind), _name(place), place_words(place)] for held, place in pairs]
        return [_("What"), _("File"), _("Outcome")], rows
    rows = []
    for one in backups.backups if backups else []:
        there = sum(place.is_there for place in one.places)
        rows.append([backup_name(one), f"{one.written:,}", f"{there - one.written:,}", f"{len(one.places) - there:,}"])
    return [_("App"), _("Written"), _("There already"), _("Not written")], rows


def _problems(restore: Restore, *, with_outcomes: bool) -> list[str]:
    said: list[str] = []
    if restore.records is not None:
        said += [held.sentence() for held in restore.records.damaged]
        if restore.records.absent:
            kinds = enumeration(import_title(kind) for kind in restore.records.absent)
            said.append(_("Not in this snapshot: {kinds}. Why, the coverage says.").format(kinds=kinds))
    if restore.app_backups is not None:
        pattern = _("{path} of the snapshot cannot be read.")
        said += [pattern.format(path=readable(folder)) for folder in restore.app_backups.unreadable]
    for plan in (restore.records, restore.app_backups):
        for place in plan.placing.places if plan else []:
            if with_outcomes or place.outcome is PlaceOutcome.NOTHING:
                said.append(place.sentence())
    return [sentence for sentence in said if sentence][:NAMED]
