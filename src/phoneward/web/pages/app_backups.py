"""The backups that apps make of themselves: in the vault, on this computer, and step by step how to make one."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import flows, snapshots
from phoneward.errors import readable
from phoneward.findings import Severity
from phoneward.phones.appbackups import app_guide, app_guides
from phoneward.snapshots import Here, OwnBackupRow, Standing, app_called, app_title
from phoneward.texts import N_, _, formats, in_language, words
from phoneward.web.addresses import link
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, page, say, see_other

MAX_PHONES: Final = 10
MAX_HERE: Final = 50

STANDING_WORDS: Final = {
    Standing.FRESH: N_("fine"),
    Standing.OLD: N_("old"),
    Standing.UNDATED: N_("no date"),
    Standing.EXPORT: N_("only readable"),
    Standing.MISSING: N_("none"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A backup on this computer, as the page shows it.

    Attributes:
        whose: the account that the folder shows; empty where it shows none.
        facts: label and text.
        kept: id and name of the phones with which it goes along.
        others: those with which it does not.
        can_keep: whether it is a folder, which alone can go along.
    """

    id: str
    called: str
    path: str
    whose: str
    facts: list[tuple[str, str]]
    severity: Severity
    kept: list[tuple[str, str]]
    others: list[tuple[str, str]]
    can_keep: bool
    is_there: bool


def show(request: Request) -> Response:
    """Show what is in the vault and on this computer."""
    context = context_of(request)
    now = dt.datetime.now(dt.UTC)
    searched = context.on_computer.latest()
    with context.library.open() as opened:
        infos = list(reversed(opened.listed.infos))
        standing = snapshots.phones_own_backups(opened.repo, infos, opened.state, now)[:MAX_PHONES]
        computer = snapshots.known_computer_id(context.settings.state_dir)
        here = snapshots.found_here(searched.found, opened.state, computer, now)[:MAX_HERE]
        newest = {info.device: info for info in infos if info.device and info.of_phone and not info.backup_file}
        phones = [(device, opened.phone(info)) for device, info in newest.items()][:MAX_PHONES]
        # A phone whose snapshots are all gone can still be told to take a folder along: that can be taken back too.
        gone = {folder.device for one in here for folder in one.kept} - {device for device, _name in phones}
        names = {**dict(phones), **{device: opened.state.called(device, device) for device in gone}}
    return page(
        request,
        "app_backups.html",
        title=_("Backups that apps make of themselves"),
        command=("phoneward", "app-backups", "list"),
        standing=[(phone.name, rows_of(phone.rows, now)) for phone in standing],
        here=[_card(one, phones, names, now) for one in here],
        whole=searched.whole,
        refused=[readable(str(path)) for path in searched.refused[:5]],
        guides=[(guide.key, guide.name) for guide in app_guides()],
    )


def rows_of(rows: "tuple[OwnBackupRow, ...] | list[OwnBackupRow]", now: dt.datetime) -> list[list[object]]:
    """Return the rows of a table of apps and their own backups, each with the way to its guide."""
    return [_row(row, now) for row in rows]


def _row(row: OwnBackupRow, now: dt.datetime) -> list[object]:
    made = ""
    if row.made is not None:
        made = _("{day} ({ago})").format(day=formats.day(row.made), ago=formats.ago(row.made, now))
    newest = row.newest
    place = "" if newest is None else _("this computer") if newest.place == "computer" else _("the phone")
    steps = link(f"/app-backups/guide/{row.guide}", _("How to make one")) if row.guide else ""
    name = app_title(row.app)
    return [name, _(STANDING_WORDS[row.standing]), made, place, formats.size(newest.bytes) if newest else "", steps]


def _card(one: Here, phones: list[tuple[str, str]], names: dict[str, str], now: dt.datetime) -> Card:
    found = one.found
    kept = {folder.device for folder in one.kept}
    facts: list[tuple[str, str]] = []
    called = app_called(one.kept[0].package) or one.kept[0].package if one.kept else ""
    if found is not None:
        called = in_language(found.called) if found.called else called
        if found.made is not None:
            made = _("{day} ({ago})").format(day=formats.day(found.made), ago=formats.ago(found.made, now))
            facts.append((_("Made"), made))
        size = _("{files} ({size})").format(files=formats.files(found.files), size=formats.size(found.bytes))
        facts.append((_("Size"), size if found.whole else _("at least {size}").format(size=size)))
    return Card(
        one.id,
        called,
        readable(str(one.path)),
        readable(found.account) if found is not None else "",
        facts,
        one.severity,
        [(device, names[device]) for device in sorted(kept)],
        [(device, name) for device, name in phones if device not in kept],
        found is not None and found.path.is_dir(),
        one.is_there,
    )


def keep(request: Request) -> Response:
    """Have a backup that was found go along with the phone that the person names."""
    context, form = context_of(request), form_of(request)
    found = context.on_computer.named(form.get("folder", ""))
    if found is None or not found.path.is_dir():
        raise flows.AppBackupGoneError
    with context.door.own() as repo:
        done = flows.keep_app_backup(repo, context.settings.state_dir, found, form.get("device", ""))
    context.checkups.forget()
    say(request, done)
    return see_other("/app-backups")


def leave(request: Request) -> Response:
    """Have a folder go along no longer."""
    context, form = context_of(request), form_of(request)
    computer = snapshots.known_computer_id(context.settings.state_dir) or ""
    with context.door.own() as repo, repo.lock(exclusive=False) as lock:
        infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        stored = [info.snapshot for info in infos]
        folders = snapshots.kept_folders(snapshots.load_state(repo, snapshots=stored), computer=computer)
        wanted = (form.get("folder", ""), form.get("device", ""))
        going = [one for one in folders if (snapshots.path_id(one.path), one.device) == wanted]
        if not going:
            raise flows.AppBackupGoneError
        snapshots.change_state(repo, lock, map(snapshots.leave_folder, going), snapshots=stored)
    context.checkups.forget()
    say(request, words("It goes along no longer. What snapshots hold of it stays there."))
    return see_other("/app-backups")


def look(request: Request) -> Response:
    """Look again, or in a folder that the person names."""
    context, form = context_of(request), form_of(request)
    named = form.get("in", "").strip()
    if not named:
        context.on_computer.again()
        return see_other("/app-backups")
    path = Path(named).expanduser()
    if not path.is_absolute() or not path.is_dir():
        say(request, words("There is no such folder on this computer: {path}", path=readable(named[:300])))
        return see_other("/app-backups")
    found = context.on_computer.look_in(path)
    if not found.found:
        say(request, words("No app's backup was found in {path}.", path=readable(str(path))))
    return see_other("/app-backups")


def guide(request: Request) -> Response:
    """Show step by step how an app's own backup is made, and put back."""
    key = request.path_params["key"]
    found = app_guide(key)
    if found is None or found.key != key:
        raise PageMissingError
    return page(
        request,
        "app_guide.html",
        title=_("{app}: its own backup").format(app=found.name),
        command=("phoneward", "app-backups", "guide", found.key),
        crumbs=(("/app-backups", _("Backups that apps make of themselves")),),
        guide=found,
    )


ROUTES: Final = (
    Route("/app-backups", show),
    Route("/app-backups/guide/{key}", guide),
    Route("/app-backups/keep", keep, methods=["POST"]),
    Route("/app-backups/leave", leave, methods=["POST"]),
    Route("/app-backups/look", look, methods=["POST"]),
)
