"""Removing one snapshot: its risk first, then the work. The space is freed apart from it, on the vault's page."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.progress import Listener, PhaseDone, PhaseStarted
from phoneward.risks import FORGET
from phoneward.snapshots import SnapshotInfo, plan_named
from phoneward.texts import _, words
from phoneward.vault import FileId, load_snapshots, remove_snapshots
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.library import Opened
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.pages.snapshots import crumbs_of, held, snapshot_address, title_of


def ask(request: Request) -> Response:
    """Say what would be lost."""
    with context_of(request).library.open() as opened:
        return _ask(request, opened, opened.find(request.path_params["id"]))


def _ask(request: Request, opened: Opened, info: SnapshotInfo, error: str = "") -> Response:
    return page(
        request,
        "risk.html",
        title=_("Remove this snapshot"),
        command=("phoneward", "forget", info.snapshot.short_id),
        crumbs=crumbs_of(opened, info),
        status=400 if error else 200,
        shown=FORGET.shown(count=1),
        about=[(_("The snapshot"), title_of(opened, info)), (_("It holds"), held(info))],
        action=f"{snapshot_address(info)}/remove",
        safe=snapshot_address(info),
        fields={},
        error=error,
    )


def remove(request: Request) -> Response:
    """Remove it, once the word was typed."""
    context = context_of(request)
    with context.library.open() as opened:
        info = opened.find(request.path_params["id"])
        shown = FORGET.shown(count=1)
        if not shown.is_confirmed(form_of(request).get("typed", "")):
            return _ask(request, opened, info, _("That was not the word “{word}”.").format(word=shown.typed))
    name = FileId(info.snapshot.id or "")

    def work(listener: Listener) -> Outcome:
        listener(PhaseStarted("remove"))
        with context.door.own() as own, own.lock(exclusive=True) as lock:
            found = load_snapshots(own, on_damaged=lambda _name, _error: None)
            plan = plan_named(found, {name}, present={s.id for s in found if s.id is not None})
            done = remove_snapshots(own, plan.removed, lock)
        listener(PhaseDone("remove", len(done.removed), 0))
        context.checkups.forget()
        for failure in done.failed.values():
            raise failure
        return Outcome(
            words("The snapshot is removed."),
            (words("The space it took is still in use. It can be freed now or later, on the vault's page."),),
            next_label=words("Go to the vault"),
            next_href="/vault",
        )

    kind = Kind(words("Removing a snapshot"), ("phoneward", "forget", info.snapshot.short_id), can_stop=False)
    job, is_new = context.jobs.start(kind, f"remove:{name}", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


ROUTES: Final = (
    Route("/snapshots/{id}/remove", ask),
    Route("/snapshots/{id}/remove", remove, methods=["POST"]),
)
