"""The second vault: where it lies, how old it is, and copying into it, as a job."""

import datetime as dt
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import setup, snapshots
from phoneward.errors import PhonewardError, readable
from phoneward.progress import Listener, Notice
from phoneward.snapshots import SecondVault, VaultCopyPlan, second_vaults
from phoneward.texts import Size, _, counted, formats, labelled, words
from phoneward.vault import Repository, WrongPasswordError, open_repository, open_storage, repository_exists
from phoneward.vaultplace import VaultPlace, parse_place
from phoneward.web.context import WebContext
from phoneward.web.errors import SecondPasswordWeakError
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.pages.keys import MAX_PASSWORD
from phoneward.web.pages.setup_vault import whole_path

COPY: Final = "/vault/copy"
NAMED: Final = 50
"""Snapshots that could not be copied and are named one by one."""


def ask(request: Request) -> Response:
    """Show the second vaults, and ask where to copy to."""
    return _page(request)


def _page(request: Request, *, typed: str = "", problem: PhonewardError | None = None, wrong: str = "") -> Response:
    with context_of(request).library.open() as opened:
        known = second_vaults(opened.state)
    there = next((one for one in known if one.is_attached), None)
    return page(
        request,
        "vault_copy.html",
        title=_("Copy the vault onto another disk"),
        command=("phoneward", "copy") if known else ("phoneward", "copy", "--to", "FOLDER", "--init"),
        crumbs=(("/vault", _("Your vault")),),
        status=400 if problem or wrong else 200,
        known=known,
        rows=[_row(one) for one in known],
        place=typed or (readable(there.place) if there else ""),
        problem=problem,
        wrong=wrong,
    )


def _row(one: SecondVault) -> list[object]:
    copied = formats.moment(one.copied) if one.copied else _("never, as far as is noted")
    return [one.shown, copied, _("attached") if one.is_attached else _("not attached")]


def copy(request: Request) -> Response:
    """Open the second vault, or make it, and copy."""
    context, form = context_of(request), form_of(request)
    typed, password = form.get("place", "").strip(), form.get("password", "")
    if not password or len(password) > MAX_PASSWORD:
        wrong = _("A password is needed, of at most {count} letters.").format(count=MAX_PASSWORD)
        return _page(request, typed=typed, wrong=wrong)
    try:
        place = _place(typed)
        snapshots.refuse_nested(context.door.place(), place)
        with context.door.own() as source:
            second = _opened(source, context, place, password, is_new=form.get("new") == "yes")
    except WrongPasswordError as error:
        return _page(request, typed=typed, wrong=error.sentence())
    except PhonewardError as error:
        return _page(request, typed=typed, problem=error)

    def work(listener: Listener) -> Outcome:
        begun = dt.datetime.now(dt.UTC)
        with context.door.own() as own, own.lock(exclusive=False) as lock:
            second.load_index()
            with second.lock(exclusive=False) as second_lock:
                plan = snapshots.plan_vault_copy(own, second, listener=listener)
                snapshots.copy_vault(own, second, second_lock, plan, listener=listener)
            changes = snapshots.note_second(second.config.id, place, begun if plan.is_whole else None)
            snapshots.keep_noted(own, lock, changes, listener)
        context.checkups.forget()
        return _outcome(plan, listener)

    command = ("phoneward", "copy", "--to", str(place))
    job, is_new = context.jobs.start(Kind(words("Copying the vault"), command), f"vault-copy:{place}", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def _place(typed: str) -> VaultPlace:
    place = parse_place(typed)
    return whole_path(typed) if isinstance(place, Path) else place


def _opened(source: Repository, context: WebContext, place: VaultPlace, password: str, *, is_new: bool) -> Repository:
    """Open the second vault, or make it where there is none and the person asked for that.

    Raises:
        SecondPasswordWeakError: a new vault would have a password that is easily guessed, other than the first one's.
        PhonewardError: it cannot be opened, or made.
    """
    storage = open_storage(place, context.settings.second_access)
    if not is_new or repository_exists(storage):
        return snapshots.open_second(source, storage, password, cache=context.settings.cache_dir)
    if isinstance(place, Path):
        setup.check_place(place)
    strength = setup.judge(password)
    if strength.is_weak:
        try:
            open_repository(source.storage, password)
        except WrongPasswordError:
            raise SecondPasswordWeakError(reason=str(strength.reason or "")) from None
    return snapshots.make_second(source, storage, password)


def _outcome(plan: VaultCopyPlan, listener: Listener) -> Outcome:
    report = plan.copy.report
    lost = {**plan.damaged, **report.failed}
    for name, error in list(lost.items())[:NAMED]:
        listener(Notice(None, labelled(_("Not copied: {snapshot}").format(snapshot=name[:8]), error.sentence())))
    if report.copied:
        done = words(
            "Copied: {snapshots}, {size} of which were not there yet.",
            snapshots=counted("{count} snapshot", "{count} snapshots", len(report.copied)),
            size=Size(report.bytes),
        )
    else:
        done = words("There was nothing new to copy.") if not lost else words("Nothing could be copied.")
    said = (words("Keep that disk somewhere else than the first one: fire and thieves take both."),)
    if lost:
        said = (
            counted(
                "{count} snapshot was not copied, because something it needs is damaged.",
                "{count} snapshots were not copied, because something they need is damaged.",
                len(lost),
            ),
        )
    return Outcome(done, said, words("Go to the vault"), "/vault", is_incomplete=bool(lost))


def forget(request: Request) -> Response:
    """Do not count on a second vault any more."""
    wanted = form_of(request).get("second", "")
    with context_of(request).door.own() as own, own.lock(exclusive=False) as lock:
        found = next((one for one in second_vaults(snapshots.load_state(own)) if one.id == wanted), None)
        if found is not None:
            snapshots.change_state(own, lock, snapshots.forget_second(found))
            say(request, words("This second vault is not counted on any more. Nothing in it was touched."))
    context_of(request).checkups.forget()
    return see_other(COPY)


ROUTES: Final = (
    Route(COPY, ask),
    Route(COPY, copy, methods=["POST"]),
    Route(f"{COPY}/forget", forget, methods=["POST"]),
)
