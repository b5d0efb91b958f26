"""Keeping fewer snapshots: the family's rules, what would stay and what would go, and only then the removing."""

import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.progress import Listener, PhaseDone, PhaseStarted
from phoneward.risks import FORGET
from phoneward.snapshots import FamilyRules, ForgetPlan, family_rules
from phoneward.texts import _, counted, enumeration, formats, words
from phoneward.vault import (
    FileId,
    ForgetGroup,
    Repository,
    Span,
    load_snapshots,
    names_of,
    parse_span,
    remove_snapshots,
)
from phoneward.web.errors import PlanOutdatedError
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.page import context_of, form_of, page, say, see_other

THIN: Final = "/vault/thin"
COMMAND: Final = ("phoneward", "forget", "--family")
SHOWN: Final = 300
"""Snapshots of a phone that are listed; all are counted."""
FIELDS: Final = ("everything", "daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Looked:
    """A plan that a person was shown, and the rules it was made with."""

    rules: FamilyRules
    plan: ForgetPlan


def thin(request: Request) -> Response:
    """Show the rules, and what they would do where that was looked at."""
    return _page(request)


def _page(request: Request, *, error: str = "", typed: str = "") -> Response:
    context = context_of(request)
    with context.library.open() as opened:
        rules = family_rules(opened.state)
    looked = context.answers.get(THIN, Looked)
    if looked is not None and looked.rules != rules:
        looked = None
    count = len(looked.plan.removed) if looked else 0
    return page(
        request,
        "vault_thin.html",
        title=_("Keep fewer snapshots"),
        command=(*COMMAND, "--dry-run"),
        crumbs=(("/vault", _("Your vault")),),
        status=400 if error or typed else 200,
        said=str(rules.words),
        fields=[(name, _label(name), str(getattr(rules, name)) or "0d") for name in FIELDS],
        is_usual=rules == FamilyRules(),
        looked=looked is not None,
        phones=[_phone(group, looked.plan) for group in looked.plan.groups] if looked else [],
        proofs=len(looked.plan.proofs) if looked else 0,
        partial=len(looked.plan.outdated) if looked else 0,
        count=count,
        shown=FORGET.shown(count=f"{count:,}"),
        action=f"{THIN}/go",
        error=error,
        typed_error=typed,
    )


def _label(name: str) -> str:
    labels = {
        "everything": _("Everything of the last"),
        "daily": _("One a day for"),
        "weekly": _("One a week for"),
        "monthly": _("One a month for"),
    }
    return labels[name]


def _phone(group: ForgetGroup, plan: ForgetPlan) -> dict[str, object]:
    """Return one phone's snapshots, the newest first, with what becomes of each."""
    stays = {kept.snapshot.id: kept.reasons for kept in group.keep}
    proofs = [snapshots.proof_subject(proof) for proof in plan.proofs]
    every = sorted([kept.snapshot for kept in group.keep] + group.remove, key=lambda one: -one.time_ns)
    rows = []
    for snapshot in every[:SHOWN]:
        reasons = stays.get(snapshot.id)
        lost = [app for reason in reasons or () for app in reason.before_loss]
        why = _("the last before more than half of it was lost: {apps}").format(apps=enumeration(lost)) if lost else ""
        if reasons is None and (going := sum(proofs.count(name) for name in names_of(snapshot))):
            why = _("{count} proofs about it go with it").format(count=going)
        rows.append([formats.moment(snapshot.time), _("goes") if reasons is None else _("stays"), readable(why)])
    return {
        "name": readable(group.key.host or ""),
        "rows": rows,
        "keep": len(group.keep),
        "remove": len(group.remove),
        "more": max(0, len(every) - SHOWN),
    }


def look(request: Request) -> Response:
    """Look what the rules would do: as a job, since the sizes of apps in every snapshot are compared."""
    context = context_of(request)

    def work(listener: Listener) -> Outcome:
        with context.door.own() as own:
            looked = _looked(own, listener)
        context.answers.put(THIN, looked)
        stay = sum(len(group.keep) for group in looked.plan.groups)
        return Outcome(
            words(
                "{stay} would stay, and {go} would go. Nothing was changed.",
                stay=counted("{count} snapshot", "{count} snapshots", stay),
                go=counted("{count} snapshot", "{count} snapshots", len(looked.plan.removed) - len(looked.plan.proofs)),
            ),
            next_label=words("See which"),
            next_href=THIN,
        )

    kind = Kind(words("Looking what could go"), (*COMMAND, "--dry-run"))
    job, is_new = context.jobs.start(kind, "vault:thin", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def _looked(repo: Repository, listener: Listener) -> Looked:
    found = load_snapshots(repo, on_damaged=lambda _name, _error: None)
    state = snapshots.load_state(repo, snapshots=found)
    rules = family_rules(state)
    lost = snapshots.losses(repo, found, listener=listener)
    return Looked(rules, snapshots.plan_family(found, rules, lost, state=state, present=_present(repo), now_ns=_now()))


def _present(repo: Repository) -> set[FileId]:
    from phoneward.vault import FileType

    return {file.name for file in repo.list_files(FileType.SNAPSHOT)}


def _now() -> int:
    return time.time_ns()


def change(request: Request) -> Response:
    """Keep other rules, or the usual ones again."""
    context, form = context_of(request), form_of(request)
    rules = FamilyRules()
    if form.get("usual") != "yes":
        try:
            spans = [parse_span(form.get(name, "")) for name in FIELDS]
        except ValueError:
            return _page(request, error=_("Write years, months, days and hours like 1y6m, 30d or 12h."))
        rules = FamilyRules(*(span or Span() for span in spans))
    with context.door.own() as own, own.lock(exclusive=False) as lock:
        snapshots.change_state(own, lock, [snapshots.note_family_rules(rules)])
    say(request, words("These rules are kept. Nothing is removed by them until you say so."))
    return see_other(THIN)


def go(request: Request) -> Response:
    """Remove what was shown, once the word was typed; nothing else, whatever has changed since."""
    context = context_of(request)
    looked = context.answers.get(THIN, Looked)
    if looked is None or not looked.plan.removed:
        return see_other(THIN)
    shown = FORGET.shown(count=f"{len(looked.plan.removed):,}")
    if not shown.is_confirmed(form_of(request).get("typed", "")):
        return _page(request, typed=_("That was not the word “{word}”.").format(word=shown.typed))
    agreed = set(looked.plan.removed)

    def work(listener: Listener) -> Outcome:
        with context.door.own() as own, own.lock(exclusive=True) as lock:
            now = _looked(own, listener)
            context.answers.forget(THIN)
            if now.rules != looked.rules or not set(now.plan.removed) <= agreed:
                raise PlanOutdatedError
            listener(PhaseStarted("remove"))
            done = remove_snapshots(own, now.plan.removed, lock)
        listener(PhaseDone("remove", len(done.removed), 0))
        context.checkups.forget()
        for failure in done.failed.values():
            raise failure
        return Outcome(
            counted("{count} snapshot was removed.", "{count} snapshots were removed.", len(done.removed)),
            (words("The space they took is still in use. It can be freed now or later, on the vault's page."),),
            next_label=words("Go to the vault"),
            next_href="/vault",
        )

    kind = Kind(words("Removing snapshots"), COMMAND, can_stop=False)
    job, is_new = context.jobs.start(kind, "vault:thin-go", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


ROUTES: Final = (
    Route(THIN, thin),
    Route(f"{THIN}/look", look, methods=["POST"]),
    Route(f"{THIN}/rules", change, methods=["POST"]),
    Route(f"{THIN}/go", go, methods=["POST"]),
)
