"""The vault: is it well, when was it last looked after, how much room it takes, and what to do about each."""

import datetime as dt
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import flows, schedules
from phoneward.errors import PhonewardError, readable
from phoneward.findings import Action
from phoneward.progress import Listener
from phoneward.schedules import wording
from phoneward.snapshots import LookedAfter, is_copy, looked_after, second_vaults
from phoneward.texts import Size, _, formats, running, words
from phoneward.vault import FileType, LockInfo, Repository, list_keys, list_locks, prune
from phoneward.web.addresses import time_of
from phoneward.web.errors import PageMissingError
from phoneward.web.jobs import Job, Kind, Outcome
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page, say, see_other
from phoneward.web.pages.setup_kit import KIT

CHECK: Final = Action("snapshots", "check", words("Check the vault"), {}, ("phoneward", "check"))
READ_DATA: Final = Action(
    "snapshots", "read-data", words("Read everything back"), {}, ("phoneward", "check", "--read-data", "--note")
)
TEST: Final = Action(
    "snapshots",
    "restore-test",
    words("Try restoring some files"),
    {},
    ("phoneward", "restore", "latest", "--target", "DIR", "--verify"),
)
WORK: Final = {"check": CHECK, "read-data": READ_DATA, "test": TEST}


def vault(request: Request) -> Response:
    """Show how the vault is."""
    context = context_of(request)
    with context.library.open() as opened:
        locks, trouble = _locks(opened.repo)
        noted = looked_after(opened.state)
        return page(
            request,
            "vault.html",
            title=_("Your vault"),
            command=("phoneward", "check"),
            place=readable(opened.repo.storage.location),
            noted=noted,
            cared=_cared(noted, _newest_proof(opened)),
            room=_room(opened),
            copies=_copies(opened),
            by_itself=_by_itself(context.settings.state_dir),
            keys=len(list_keys(opened.repo, on_damaged=lambda _name, _error: None)),
            locks=[_lock_row(lock) for lock in locks],
            is_stale=any(lock.stale for lock in locks),
            trouble=trouble,
            kit=KIT,
            running=[job for job in context.jobs.all() if job.is_running and job.key.startswith("vault")],
        )


def _by_itself(state_dir: Path) -> str:
    try:
        return wording.rhythm_sentence(schedules.load_schedule(state_dir))
    except schedules.NoScheduleError:
        return _("Nothing is set to happen by itself on this computer.")


def _newest_proof(opened: Opened) -> dt.datetime | None:
    """Return when a restore was last compared, by the proofs themselves."""
    return next((time_of(info.snapshot.time_ns) for info in opened.listed.infos if info.proof), None)


def _cared(noted: LookedAfter, proof: dt.datetime | None) -> list[tuple[str, str]]:
    tried = max((when for when in (noted.restore_test, proof) if when), default=None)
    never = _("never, as far as is noted")
    return [
        (label, formats.moment(when) if when else never)
        for label, when in (
            (_("Checked, nothing damaged"), noted.check),
            (_("Every byte read back, nothing damaged"), noted.read_data),
            (_("A restore was tried and compared"), tried),
        )
    ]


def _room(opened: Opened) -> list[tuple[str, str]]:
    used = sum(file.size for file in opened.repo.list_files(FileType.PACK))
    facts = [
        (_("Snapshots"), f"{sum(info.of_phone for info in opened.listed.infos):,}"),
        (_("Room it takes"), formats.size(used)),
    ]
    free = opened.repo.storage.free_space()
    if free is not None:
        facts.append((_("Free on its disk"), formats.size(free.free)))
    return facts


def _copies(opened: Opened) -> str:
    """Return in one sentence whether there is a second vault."""
    known = second_vaults(opened.state)
    if not known:
        return _("This is a copy of another vault.") if is_copy(opened.state) else _("No second vault is noted.")
    copied = known[0].copied
    if copied is None:
        return _("Not everything was ever copied into {place}.").format(place=known[0].shown)
    return _("All was copied into {place} on {time}.").format(place=known[0].shown, time=formats.moment(copied))


def _locks(repo: Repository) -> tuple[list[LockInfo], PhonewardError | None]:
    try:
        return list_locks(repo), None
    except PhonewardError as error:
        return [], error


def _lock_row(lock: LockInfo) -> list[object]:
    kind = _("nobody else may work meanwhile") if lock.exclusive else _("others may work, too")
    return [lock.holder, formats.moment(lock.since), kind, _("left behind") if lock.stale else _("at work")]


def look_after(request: Request) -> Response:
    """Check the vault, read it back, or try a restore: as a job."""
    context = context_of(request)
    action = WORK.get(request.path_params["work"])
    if action is None:
        raise PageMissingError
    chosen = action

    def work(listener: Listener) -> Outcome:
        with context.door.own(load_index=chosen is TEST) as own:
            done = flows.run(chosen, flows.Flow(own, context.settings, listener))
        context.checkups.forget()
        return Outcome(done, next_label=words("Go to the vault"), next_href="/vault")

    return _lead(*context.jobs.start(Kind(action.label, action.command), f"vault:{action.verb}", work))


def free(request: Request) -> Response:
    """Free what no snapshot needs any more: as a job."""
    context = context_of(request)

    def work(listener: Listener) -> Outcome:
        with context.door.own() as own, own.lock(exclusive=True) as lock:
            report = prune(own, lock, listener=listener)
        said = words("{size} freed.", size=Size(max(0, report.freed_bytes)))
        if report.figures.nothing_to_do:
            said = words("There was nothing to free.")
        if report.damaged:
            said = running(said, words("Something in the vault is damaged: check it."))
        return Outcome(
            said,
            (words("Every snapshot has all it had."),),
            next_label=words("Go to the vault"),
            next_href="/vault",
            is_incomplete=not report.ok,
        )

    return _lead(*context.jobs.start(Kind(words("Freeing space"), ("phoneward", "prune")), "vault:prune", work))


def unlock(request: Request) -> Response:
    """Remove locks that were left behind."""
    with context_of(request).door.own(load_index=False) as own:
        removed = own.unlock()
    say(request, words("Locks that were left behind and are removed now: {count}.", count=removed))
    return see_other("/vault")


def _lead(job: Job, is_new: bool) -> Response:  # noqa: FBT001 - as `Jobs.start` returns them
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


ROUTES: Final = (
    Route("/vault", vault),
    Route("/vault/free", free, methods=["POST"]),
    Route("/vault/unlock", unlock, methods=["POST"]),
    Route("/vault/look-after/{work}", look_after, methods=["POST"]),
)
