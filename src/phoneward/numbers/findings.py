"""What the numbers room finds: a plan that is late, services that still write to a number that was left."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.numbers import finding_codes as codes
from phoneward.numbers.account_words import account_words, holdings
from phoneward.numbers.carriers import compare, comparison_words, offer
from phoneward.numbers.errors import NoSuchOfferError, NotComparableError
from phoneward.numbers.facts import Facts
from phoneward.numbers.leaving import Group, Plan, State, Step, shown_number
from phoneward.texts import Day, Listed, Words, counted, verbatim, words

ROOM: Final = "numbers"
NAMED: Final = 3
_LAST_DAYS: Final = 7
_EVIDENCE: Final = 5
_STILL: Final = 20
"""Services that still write, which are told one by one."""
BY_MESSAGES: Final = words("recognised in the snapshot's text messages; no text and no code is kept")


def number_words(number: str) -> Words:
    """Return a number as a person in its country writes it."""
    return verbatim(shown_number(number))


def findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say."""
    if facts.inventory is None:
        return
    for plan in facts.plans:
        yield from _of_plan(facts, plan)
    if not facts.has_messages:
        yield _no_messages()
    if not facts.plans:
        yield from _hangs(facts)
    yield from _to_look_at(facts)
    yield from _counted_more(facts)


def sure_steps(plan: Plan) -> list[Step]:
    """Return what is left to do about accounts of which something shows that they are on the number."""
    return [step for step in plan.open_steps if step.group is not Group.MAYBE]


def see_plan(number: str) -> Action:
    """Return the action that shows a number's plan."""
    command = ("phoneward", "number", "leave", number)
    return Action(ROOM, "plan", words("See the plan"), {"number": number}, command)


def see_all() -> Action:
    """Return the action that shows what hangs on the person's numbers."""
    return Action(ROOM, "accounts", words("See what hangs on your numbers"), {}, ("phoneward", "number", "scan"))


def _of_plan(facts: Facts, plan: Plan) -> Iterator[Finding]:
    still = [step for step in plan.steps if step.standing.state is State.REOPENED]
    for step in still[:_STILL]:
        yield _still_sent(facts, plan, step)
    sure = [step for step in sure_steps(plan) if step.standing.state is State.OPEN]
    if sure:
        yield _left_open(facts, plan, sure) if plan.is_past else _leaving(facts, plan, sure)


def _leaving(facts: Facts, plan: Plan, left: list[Step]) -> Finding:
    days = (plan.on - plan.today).days
    late = [step for step in plan.overdue if step.group is Group.OLD_NUMBER]
    is_urgent = days <= _LAST_DAYS or bool(late)
    return Finding(
        code=codes.LEAVING,
        severity=Severity.DANGER if is_urgent else Severity.WARNING,
        tier=Tier.OBSERVED,
        title=counted(
            "You give up {number} on {day}, and {count} account still hangs on it.",
            "You give up {number} on {day}, and {count} accounts still hang on it.",
            len(left),
            number=number_words(plan.number),
            day=Day(_noon(plan.on)),
        ),
        loss=_loss(left),
        detail=counted(
            "{count} step is late. What needs the old number's codes comes first.",
            "{count} steps are late. What needs the old number's codes comes first.",
            len(plan.overdue),
        )
        if plan.overdue
        else words("What needs the old number's codes comes first."),
        evidence=tuple(_evidence(facts, left)),
        actions=(see_plan(plan.number),),
        subject=plan.number,
    )


def _left_open(facts: Facts, plan: Plan, left: list[Step]) -> Finding:
    detail = words("As long as a code sent to the number opens an account, whoever has the number can get in.")
    if plan.first_reissue is not None and plan.first_reissue > plan.today:
        detail = words(
            "The carrier keeps the number back until about {day}. Use that time; do not rely on it.",
            day=Day(_noon(plan.first_reissue)),
        )
    return Finding(
        code=codes.LEFT_OPEN,
        severity=Severity.DANGER,
        tier=Tier.INFERRED,
        title=counted(
            "You gave up {number} on {day}, and {count} account may still hang on it.",
            "You gave up {number} on {day}, and {count} accounts may still hang on it.",
            len(left),
            number=number_words(plan.number),
            day=Day(_noon(plan.on)),
        ),
        loss=_loss(left),
        detail=detail,
        evidence=tuple(_evidence(facts, left)),
        actions=(see_plan(plan.number),),
        subject=plan.number,
    )


def _loss(left: list[Step]) -> Words:
    others = len(left) - NAMED
    more = (counted("{count} other", "{count} others", others),) if others > 0 else ()
    names = Listed((*(account_words(step.account) for step in left[:NAMED]), *more))
    things = holdings(left[0].system)
    if things is None:
        return words("Whoever has the number gets the codes of {accounts}.", accounts=names)
    return words(
        "Whoever has the number gets the codes of {accounts}. In {first}: {things}.",
        accounts=names,
        first=account_words(left[0].account),
        things=things,
    )


def _still_sent(facts: Facts, plan: Plan, step: Step) -> Finding:
    standing = step.standing
    return Finding(
        code=codes.STILL_SENT,
        severity=Severity.DANGER if plan.is_past else Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words(
            "{account} still writes to {number}, though you had finished with it.",
            account=account_words(step.account),
            number=number_words(plan.number),
        ),
        loss=words("It is still bound to that number, or you have a second account there."),
        evidence=tuple(
            Evidence(words("a message to the old number"), BY_MESSAGES, "/records/sms.xml", facts.snapshot, time)
            for time in standing.still
        ),
        actions=(see_plan(plan.number),),
        subject=f"{plan.number} {step.account.key}",
    )


def _no_messages() -> Finding:
    return Finding(
        code=codes.NO_MESSAGES,
        severity=Severity.ADVICE,
        tier=Tier.NOT_CHECKED,
        title=words("The snapshot has no text messages: which accounts send codes to this phone is not known."),
        detail=words(
            "A file of messages will do too: make one with the app SMS Backup & Restore, then: phoneward number scan "
            "--sms FILE"
        ),
        actions=(see_all(),),
    )


def _hangs(facts: Facts) -> Iterator[Finding]:
    alone = facts.open_alone
    if not alone:
        return
    names = Listed(tuple(account_words(account) for account, _system in alone[:10]))
    yield Finding(
        code=codes.HANGS,
        severity=Severity.FINE,
        tier=Tier.INFERRED,
        title=counted(
            "{count} account that matters opens with a code sent to your number alone.",
            "{count} accounts that matter open with a code sent to your number alone.",
            len(alone),
        ),
        detail=words(
            "These are: {names}. That is well as long as the number is yours. Before you give it up, make a plan.",
            names=names,
        ),
        evidence=tuple(
            Evidence(
                words("messages of {account}", account=account_words(account)),
                BY_MESSAGES,
                "/records/sms.xml",
                facts.snapshot,
                account.last,
            )
            for account, _system in alone[:_EVIDENCE]
        ),
        actions=(see_all(),),
    )


def _to_look_at(facts: Facts) -> Iterator[Finding]:
    """Yield what is to be looked at again; a "done" mark on it says that it was."""
    for one in facts.due:
        code, _colon, subject = one.mark.partition(":")
        if code not in {codes.LOOK_AGAIN, codes.REVIEW} or (code == codes.REVIEW and not facts.bound):
            continue
        yield Finding(
            code=code,
            severity=one.severity,
            tier=Tier.NOT_CHECKED,
            title=one.words,
            actions=(see_plan(one.number),) if one.number else (see_all(),),
            subject=subject,
        )


def _counted_more(facts: Facts) -> Iterator[Finding]:
    """Yield where a carrier's or a state's list counts more accounts than are named here."""
    for (number, offer_id), count in facts.counts.items():
        said = _compared(facts, number, offer_id, count)
        if said is None:
            continue
        yield Finding(
            code=codes.MORE_COUNTED,
            severity=Severity.ADVICE,
            tier=Tier.INFERRED,
            title=said,
            detail=words("A password manager's export or a mailbox may show the others: phoneward number scan"),
            actions=(see_all(),),
            subject=f"{number} {offer_id}",
        )


def _compared(facts: Facts, number: str, offer_id: str, count: int) -> Words | None:
    """Return what a count says beside our list, where more is counted than is named; None else."""
    assert facts.inventory is not None  # noqa: S101 - `findings` looks first
    try:
        found = compare(count, facts.inventory, number, offer(offer_id))
    except (NoSuchOfferError, NotComparableError):  # written by a version that knows more
        return None
    return comparison_words(found) if found.at_least_missing else None


def _evidence(facts: Facts, left: list[Step]) -> Iterator[Evidence]:
    for step in left[:_EVIDENCE]:
        account = step.account
        yield Evidence(
            words("messages of {account}", account=account_words(account)),
            BY_MESSAGES,
            "/records/sms.xml",
            facts.snapshot,
            account.last,
        )


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12)).astimezone()
