"""The plan as JSON."""

import datetime as dt

from phoneward.errors import readable
from phoneward.numbers.leaving.general import (
    cut_loose,
    first_steps,
    first_steps_after,
    grace_words,
    intruders_words,
    log_demand,
    not_undone,
    recheck_day,
)
from phoneward.numbers.leaving.planning import Plan, Step
from phoneward.numbers.leaving.standings import State
from phoneward.numbers.leaving.wording import (
    Way,
    after_reissue,
    holds,
    irreversible,
    needs_old,
    opened_by,
    service_words,
    shown_by,
    standing_words,
    unknown,
    until_words,
    ways,
)
from phoneward.numbers.rulebook import Claim, OldNumber


def step_document(step: Step, plan: Plan) -> dict[str, object]:
    """Return one step; sentences are in the reader's language."""
    system, found = step.system, step.standing
    held, said, opens = holds(step), standing_words(step), opened_by(step)
    return {
        "number": plan.number,
        "key": step.account.key,
        "account_system": None if system is None else system.id,
        "service": str(service_words(step)),
        "group": step.group.value,
        "grade": step.account.grade.value,
        "harm": step.harm.value,
        "by": None if step.by is None else step.by.isoformat(),
        "overdue": plan.is_late(step),
        "state": found.state.value,
        "since": _time(found.since),
        "proof": None if found.proof is None else {"ref": readable(found.proof.ref), "time": _time(found.proof.time)},
        "proof_is_sure": found.is_sure,
        "still": [_time(when) for when in found.still],
        "holds": [] if system is None else [holding.value for holding in system.holds],
        "sms_login": _claim(system.sms_login if system is not None else None),
        "sms_reset": _claim(system.sms_reset if system is not None else None),
        "one_tap": _claim(system.one_tap if system is not None else None),
        "old_number": _claim(system.old_number if system is not None else None),
        "ways": [_way(way) for way in ways(step)],
        "without_number": [str(one) for one in cut_loose(step, plan)] if plan.is_past else [],
        "action": _action(step, plan) if plan.is_past else None,
        "sentences": {
            "until": str(until_words(step, plan)),
            "shown_by": str(shown_by(step)),
            "who_gets_in": None if opens is None else str(opens),
            "holds": None if held is None else str(held),
            "old_number": str(needs_old(step)),
            "state": None if said is None else str(said),
            "final": [str(one) for one in irreversible(step)],
            "unknown": [str(one) for one in unknown(step)],
            "after_reissue": after_reissue(step) or None,
        },
    }


def plan_document(plan: Plan) -> dict[str, object]:
    """Return what the plan says beside its steps."""
    counts = {state.value: sum(step.standing.state is state for step in plan.steps) for state in State}
    return {
        "number": plan.number,
        "on": plan.on.isoformat(),
        "past": plan.is_past,
        "dated": plan.dated.isoformat(),
        "steps": len(plan.steps),
        "states": counts,
        "overdue": len(plan.overdue),
        "seen": plan.is_seen,
        "looked_at": _time(plan.looked_at),
        "quarantine": None
        if plan.grace is None
        else {
            "least_days": plan.grace.least_days,
            "most_days": plan.grace.most_days,
            "source": plan.grace.source or None,
        },
        "first_reissue": None if plan.first_reissue is None else plan.first_reissue.isoformat(),
        "look_again": recheck_day(plan).isoformat(),
        "sentences": {
            "first": [str(one) for one in (first_steps_after() if plan.is_past else first_steps())],
            "final": [str(one) for one in not_undone()],
            "quarantine": str(grace_words(plan)),
            "who_since": str(intruders_words(plan)) if plan.is_past else None,
        },
    }


def _way(way: Way) -> dict[str, object]:
    return {
        "title": str(way.title),
        "steps": list(way.sentences),
        "link": way.link or None,
        "confirmed": way.is_confirmed,
        "source": way.source or None,
        "checked": None if way.checked is None else way.checked.isoformat(),
    }


def _claim(claim: Claim[bool] | Claim[OldNumber] | None) -> dict[str, object] | None:
    if claim is None:
        return None
    return {"is": str(claim.value) if isinstance(claim.value, str) else claim.value, "source": claim.source or None}


def _action(step: Step, plan: Plan) -> dict[str, object]:
    action = log_demand(step, plan)
    return {"room": action.room, "verb": action.verb, "label": str(action.label), "arguments": dict(action.arguments)}


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat()
