"""If I give up this number, who gets in where? What hangs on it, and the plan for leaving it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import numbers
from phoneward.errors import readable
from phoneward.findings import Severity
from phoneward.numbers import Account, Group, Harm, OwnNumber, Plan, Relation, Step
from phoneward.snapshots import Page
from phoneward.texts import _, formats, words
from phoneward.web.addresses import address, number_of, pager
from phoneward.web.errors import PageMissingError
from phoneward.web.numbers import NUMBERS, OfPhone, decide, inventories, plan_of
from phoneward.web.page import context_of, form_of, page, say, see_other

PLAN: Final = "/numbers/plan"
PER_PAGE: Final = 50
MAX_STEPS: Final = 500

_HARM_SEVERITIES: Final = {
    Harm.GRAVE: Severity.DANGER,
    Harm.SERIOUS: Severity.WARNING,
    Harm.SOME: Severity.ADVICE,
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A number that is given up, as the first page shows it."""

    number: str
    href: str
    sentence: str
    severity: Severity


def show(request: Request) -> Response:
    """Show what hangs on the numbers, and the form that makes a plan."""
    context = context_of(request)
    report = context.checkups.known()
    answer = next((part.answer for part in report.rooms if part.room.name == "numbers"), None) if report else None
    with context.library.open() as opened:
        known, job = inventories(context, opened)
        state = opened.state
    phones = known.phones if known is not None else ()
    rows = _rows(phones)
    listed = _page_of(rows, number_of(request))
    own = list(dict.fromkeys(o.e164 for one in phones for o in one.inventory.own if o.e164 is not None))
    plans = []
    for kept in numbers.kept_plans(state):
        inventory = known.of_number(kept.number) if known is not None else None
        if inventory is not None:
            plans.append(_leaving(plan_of(state, kept, inventory)))
    return page(
        request,
        "numbers.html",
        title=_("Numbers"),
        command=("phoneward", "number", "scan"),
        answer=answer,
        plans=plans,
        own=[(number, numbers.shown_number(number)) for number in own],
        unknown=[_unknown(one) for phone in phones for one in phone.inventory.own if one.e164 is None],
        listed=listed,
        pager=pager(request, listed) if listed is not None else None,
        is_looking=job is not None and job.is_running,
        job=job,
        has_phones=bool(phones),
        looked=[line for one in phones for line in _looked(one)],
        not_looked=list(
            dict.fromkeys(str(numbers.missed_words(m)) for one in phones for m in one.inventory.not_looked_at)
        ),
        today=dt.datetime.now().astimezone().date().isoformat(),
    )


def _rows(phones: Sequence[OfPhone]) -> list[list[object]]:
    rows = []
    for one in phones:
        for account in one.inventory.accounts:
            if account.grade is Relation.NONE:
                continue
            rows.append(_row(account, one.name if len(phones) > 1 else ""))
    return rows


def _row(account: Account, phone: str) -> list[object]:
    on = ", ".join(sorted(map(numbers.shown_number, account.numbers)))
    name = numbers.account_name(account)
    return [
        f"{name} · {phone}" if phone else name,
        str(numbers.grade_words(account.grade)),
        on or "?",
        "?" if account.last is None else formats.day(account.last),
        str(numbers.alone_words(account)),
    ]


def _unknown(one: OwnNumber) -> dict[str, object]:
    """Return a SIM of which nobody knows the number."""
    return {"sim": min(one.sims, default=""), "messages": one.messages}


def _looked(one: OfPhone) -> list[str]:
    return [str(numbers.looked_words(looked)) for looked in one.inventory.looked_at]


def _missed(one: OfPhone) -> list[str]:
    return [str(numbers.missed_words(missed)) for missed in one.inventory.not_looked_at]


def _page_of(rows: list[list[object]], number: int) -> "Page[list[object]] | None":
    if not rows:
        return None
    start = (number - 1) * PER_PAGE
    return Page(tuple(rows[start : start + PER_PAGE]), len(rows), number, PER_PAGE)


def _leaving(plan: Plan) -> Leaving:
    return Leaving(
        numbers.shown_number(plan.number),
        address(PLAN, number=plan.number),
        str(numbers.progress_words(plan)),
        numbers.severity_of(plan),
    )


def leave(request: Request) -> Response:
    """Make the plan for a number, or put its day off."""
    context, form = context_of(request), form_of(request)
    number = numbers.parse_number(form.get("number", "").strip() or form.get("other", ""))
    try:
        day = numbers.told_day(form.get("on", ""))
    except numbers.NoSuchDayError:
        say(request, words("Please write the day as year, month and day, such as 2027-01-31."))
        return see_other(NUMBERS)
    with context.library.open() as opened:
        _kept, changes = numbers.keep_plan(opened.state, number, day, dt.datetime.now(dt.UTC))
    decide(context, changes)
    return see_other(address(PLAN, number=number))


def plan(request: Request) -> Response:
    """Show the plan of a number."""
    shown = _plan_asked_for(request)
    said = numbers.plan_document(shown)
    parts = []
    for group in Group:
        steps = [_step(step, shown) for step in shown.steps[:MAX_STEPS] if step.group is group]
        if steps:
            title, about = numbers.group_words(group)
            parts.append((group.value, str(title), str(about), steps))
    return page(
        request,
        "number_plan.html",
        title=_("Leaving {number}").format(number=numbers.shown_number(shown.number)),
        command=("phoneward", "number", "leave", shown.number, "--on", shown.on.isoformat()),
        crumbs=((NUMBERS, _("Numbers")),),
        plan=shown,
        on=str(numbers.day_words(shown.on)),
        progress=str(numbers.progress_words(shown)),
        said=said["sentences"],
        parts_of=parts,
        paper=address(f"{PLAN}/paper.html", number=shown.number),
        calendar=address(f"{PLAN}/calendar.ics", number=shown.number),
        more=max(0, len(shown.steps) - MAX_STEPS),
    )


def _plan_asked_for(request: Request) -> Plan:
    context = context_of(request)
    number = request.query_params.get("number", "")
    with context.library.open() as opened:
        known, _job = inventories(context, opened)
        kept = numbers.kept_plan(opened.state, number)
        if kept is None:
            raise PageMissingError
        inventory = known.of_number(number) if known is not None else None
        return plan_of(opened.state, kept, inventory if inventory is not None else numbers.Inventory())


def _step(step: Step, plan: Plan) -> dict[str, object]:
    return {
        **numbers.step_document(step, plan),
        "severity": _HARM_SEVERITIES[step.harm],
        "harm": str(numbers.harm_words(step.harm)),
        "is_open": step.is_open,
    }


def own(request: Request) -> Response:
    """Note which number a SIM has, or that a number is the person's own."""
    context, form = context_of(request), form_of(request)
    number, sim = numbers.parse_number(form.get("own", "")), form.get("sim", "")
    with context.library.open() as opened:
        sims = numbers.own_sims(opened.state).get(number, frozenset())
    decide(context, [numbers.keep_own(number), numbers.keep_sims(number, sims | ({sim} if sim else set()))])
    return see_other(NUMBERS)


def done(request: Request) -> Response:
    """Mark a step as done, or as not done."""
    context, form = context_of(request), form_of(request)
    number, key = form.get("number", ""), form.get("account", "")
    with context.library.open() as opened:
        if numbers.kept_plan(opened.state, number) is None:
            raise PageMissingError
    is_done = form.get("done", "") == "yes"
    decide(context, [numbers.mark_account(number, key, dt.datetime.now(dt.UTC), done=is_done)])
    return see_other(address(PLAN, number=number))


def drop(request: Request) -> Response:
    """Keep the number after all."""
    context, form = context_of(request), form_of(request)
    number = form.get("number", "")
    decide(context, [numbers.drop_plan(number)])
    say(request, words("The number is not given up. What you marked as done stays."))
    return see_other(NUMBERS)


def paper(request: Request) -> Response:
    """Return the plan in large type, for printing: one file that needs nothing else."""
    shown = _plan_asked_for(request)
    return _download(numbers.html_plan(shown), "text/html; charset=utf-8", f"{shown.number}.html")


def calendar(request: Request) -> Response:
    """Return the plan's days for a calendar."""
    shown = _plan_asked_for(request)
    content = numbers.plan_calendar(shown, dt.datetime.now(dt.UTC))
    return _download(content, "text/calendar; charset=utf-8", f"{shown.number}.ics")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{readable(name)}"'}
    return Response(content, media_type=kind, headers=headers)


ROUTES: Final = (
    Route(NUMBERS, show),
    Route(PLAN, plan),
    Route("/numbers/leave", leave, methods=["POST"]),
    Route("/numbers/own", own, methods=["POST"]),
    Route("/numbers/done", done, methods=["POST"]),
    Route("/numbers/drop", drop, methods=["POST"]),
    Route(f"{PLAN}/paper.html", paper),
    Route(f"{PLAN}/calendar.ics", calendar),
)
