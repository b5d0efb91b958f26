"""The phones: those that are plugged in, with what to do, and those of which the vault holds snapshots."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import snapshots
from phoneward.errors import PhonewardError, readable
from phoneward.phones import SITUATION_WORDS, Diagnosis, Seen
from phoneward.settings import NoRepositoryNamedError
from phoneward.setup import Source
from phoneward.snapshots import OwnerState, SnapshotInfo
from phoneward.texts import Ago, Moment, _, words
from phoneward.vault import NoRepositoryError
from phoneward.web import backups
from phoneward.web.errors import PhoneNotReadyError
from phoneward.web.jobs import Again, Job
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.setups import SetupDesk


@dataclass(frozen=True, slots=True)
class Plugged:
    """A phone that is seen now.

    Attributes:
        name: readable.
        situation: in a few words, to be translated.
        job: its backup that runs; None where none does.
    """

    name: str
    serial: str
    situation: str
    is_ready: bool
    problem: PhonewardError | None
    job: Job | None


@dataclass(frozen=True, slots=True)
class Known:
    """A phone of the vault.

    Attributes:
        name: the person's, else its own label; readable.
        own_name: the person's; empty where they gave none.
        last: when its newest finished snapshot was taken; None where every backup was cut short.
    """

    device: str
    name: str
    own_name: str
    label: str
    last: Moment | None
    ago: Ago | None


def show(request: Request) -> Response:
    """Show both."""
    context = context_of(request)
    found = context.desk.look()
    known: list[Known] = []
    has_vault = True
    try:
        with context.library.open() as opened:
            oldest_first = list(reversed(opened.listed.infos))
            known = known_phones(oldest_first, opened.state, dt.datetime.now(dt.UTC))
    except (NoRepositoryError, NoRepositoryNamedError):
        has_vault = False
    return page(
        request,
        "phones.html",
        title=_("Phones"),
        command=("phoneward", "devices"),
        plugged=_plugged(request, found),
        problem=None if found.phones else found.obstacle,
        known=known,
        folder=context.desk.source.folder,
        can_back_up=any(phone.last for phone in known),
        has_vault=has_vault,
        seen=digest(found),
    )


def status(request: Request) -> Response:
    """Tell htmx to load the page anew where another phone is there, or another state."""
    is_new = digest(context_of(request).desk.look()) != request.query_params.get("seen")
    return Response(status_code=204, headers={"HX-Refresh": "true"} if is_new else {})


def digest(found: Diagnosis) -> str:
    """Return what changes when the list does."""
    what = [(phone.serial, phone.situation.value, phone.model) for phone in found.phones]
    return hashlib.sha256(repr((found.situation.value, sorted(what))).encode()).hexdigest()[:16]


def back_up(request: Request) -> Response:
    """Start a backup of a phone that is ready, or lead to the one that runs."""
    context, form = context_of(request), form_of(request)
    source = _chosen(context.desk, form.get("serial", ""))
    again = Again(backups.GO_ON, "/phones/backup", {"serial": form.get("serial", "")}, back="/phones")
    with context.door.vault() as repo:
        is_first = context.desk.journey(repo).newest() is None
    if is_first:
        return see_other("/setup")  # the recovery kit comes before the first backup
    job, is_new = backups.start(context, source, again)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def rename(request: Request) -> Response:
    """Keep the name that the person gives to a phone, in the vault."""
    context, form = context_of(request), form_of(request)
    device = form.get("device", "")
    with context.door.own() as repo, repo.lock(exclusive=False) as lock:
        infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        stored = [info.snapshot for info in infos]
        if device not in {info.device for info in infos if info.of_phone}:
            raise PhoneNotReadyError
        change = snapshots.name_phone(device, form.get("name", ""))
        state = snapshots.change_state(repo, lock, [change], snapshots=stored)
    context.checkups.forget()
    name = state.phone_name(device)
    if name is None:
        say(request, words("The phone has no name of yours any more."))
    else:
        say(request, words("The phone is now called {name}.", name=name))
    return see_other("/phones")


def known_phones(infos: list[SnapshotInfo], state: OwnerState, now: dt.datetime) -> list[Known]:
    """Return the phones of a vault, the one that was backed up last first."""
    newest: dict[str, SnapshotInfo] = {}
    label: dict[str, str] = {}
    for info in infos:
        if info.of_phone and info.device:
            label[info.device] = readable(info.label)
            if not info.partial:
                newest[info.device] = info
    found = []
    for device, own in label.items():
        last = newest.get(device)
        time = dt.datetime.fromtimestamp(last.snapshot.time_ns / 1e9, dt.UTC) if last is not None else None
        given = state.phone_name(device)
        when = (Moment(time), Ago(time, now)) if time is not None else (None, None)
        found.append(
            (time or dt.datetime.min.replace(tzinfo=dt.UTC), Known(device, given or own, given or "", own, *when))
        )
    return [phone for _time, phone in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _plugged(request: Request, found: Diagnosis) -> list[Plugged]:
    return [_plugged_one(request, phone) for phone in found.phones]


def _plugged_one(request: Request, phone: Seen) -> Plugged:
    return Plugged(
        readable(phone.model) or _("The phone"),
        phone.serial,
        SITUATION_WORDS[phone.situation],
        phone.ready,
        phone.obstacle,
        backups.running(context_of(request), Source(phone.serial)) if phone.ready else None,
    )


def _chosen(desk: SetupDesk, serial: str) -> Source:
    """Return the phone that a form names; it must be one that was seen here, or the folder that was chosen."""
    if serial == "folder" and desk.source.folder is not None:
        return Source(folder=Path(desk.source.folder))
    if serial and serial in desk.known_serials():
        return Source(serial)
    raise PhoneNotReadyError


ROUTES: Final = (
    Route("/phones", show),
    Route("/phones/status", status),
    Route("/phones/backup", back_up, methods=["POST"]),
    Route("/phones/rename", rename, methods=["POST"]),
)
