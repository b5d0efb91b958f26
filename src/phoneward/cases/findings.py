"""What the cases room finds: evidence that no seal covers, days that run out, cases that are not as they were."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.cases import finding_codes as codes
from phoneward.cases.glance import Glance
from phoneward.cases.known import case_key
from phoneward.cases.letters import LIMITATION_YEARS, REPLY_DAYS, letter_kinds
from phoneward.errors import readable
from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.texts import Day, Moment, Words, counted, words

ROOM: Final = "cases"
LIMITATION_NEAR: Final = dt.timedelta(days=183)
NAMED: Final = 5
"""Problems of a log that a finding names."""


def findings(cases: Sequence[Glance], now: dt.datetime) -> Iterator[Finding]:
    """Yield what there is to say."""
    whole = 0
    for one in cases:
        found = list(_of(one, now))
        yield from found
        whole += not found and one.seals > 0
    if whole:
        yield Finding(
            code=codes.KEPT,
            severity=Severity.FINE,
            tier=Tier.OBSERVED,
            title=counted(
                "{count} case is sealed, and an authority was asked for the time.",
                "{count} cases are sealed, and an authority was asked for the time.",
                whole,
            ),
            detail=words("Whether anything was changed since, only a whole look tells: phoneward case verify FOLDER"),
        )


def called(one: Glance) -> str:
    """Return what a case is called; its folder where it does not say."""
    return readable(one.facts.title) if one.facts is not None else readable(one.folder.name)


def see_case(one: Glance) -> Action:
    """Return the action that shows a case."""
    return Action(ROOM, "case", words("See the case"), {"case": case_key(one.folder)}, _command("verify", one))


def _of(one: Glance, now: dt.datetime) -> Iterator[Finding]:
    if not one.is_there:
        yield _gone(one)
        return
    if one.problems:
        yield _altered(one)
        return
    if one.originals and (one.seals == 0 or one.since > 0):
        yield _not_sealed(one)
    elif one.seals and not one.is_stamped:
        yield _no_time(one)
    yield from _limitation(one, now)
    yield from _answers(one, now)


def _finding(one: Glance, code: str, severity: Severity, title: Words, **more: object) -> Finding:
    whole: dict[str, object] = {"tier": Tier.OBSERVED, "subject": case_key(one.folder), "actions": (see_case(one),)}
    return Finding(code=code, severity=severity, title=title, **(whole | more))  # type: ignore[arg-type]


def _command(name: str, one: Glance) -> tuple[str, ...]:
    return ("phoneward", "case", name, readable(str(one.folder)))


def _gone(one: Glance) -> Finding:
    return _finding(
        one,
        codes.GONE,
        Severity.WARNING,
        words("The case “{case}” is not in its folder any more.", case=called(one)),
        detail=words(
            "If it was moved, open it there once: phoneward case tell FOLDER. If its disk is not attached, attach it."
        ),
        evidence=(Evidence(words("Nothing is there."), source=readable(str(one.folder))),),
    )


def _altered(one: Glance) -> Finding:
    return _finding(
        one,
        codes.LOG_ALTERED,
        Severity.DANGER,
        words("The custody log of the case “{case}” is not as Phoneward wrote it.", case=called(one)),
        loss=words("As it is, the case proves nothing any more."),
        detail=words("Bring back a copy from before, and add nothing to this one: a repair would be a change too."),
        evidence=tuple(Evidence(problem, source=readable(str(one.folder))) for problem in one.problems[:NAMED]),
    )


def _not_sealed(one: Glance) -> Finding:
    title = (
        words("The evidence in the case “{case}” is not sealed.", case=called(one))
        if not one.seals
        else words("The case “{case}” was changed since it was sealed; the changes are not sealed.", case=called(one))
    )
    return _finding(
        one,
        codes.NOT_SEALED,
        Severity.ADVICE,
        title,
        detail=words(
            "A seal shows every later change, and with a time stamp since when it is so. A case can be sealed again at "
            "any time."
        ),
        actions=(
            Action(ROOM, "seal", words("Seal the case"), {"case": case_key(one.folder)}, _command("seal", one)),
            see_case(one),
        ),
    )


def _no_time(one: Glance) -> Finding:
    return _finding(
        one,
        codes.NO_TRUSTED_TIME,
        Severity.ADVICE,
        words("The case “{case}” is sealed, but nobody says since when.", case=called(one)),
        detail=words(
            "Who doubts it can say that all of it was made later. A time stamp authority answers that; it gets a hash "
            "and nothing of the case: phoneward case seal FOLDER --timestamp URL"
        ),
        evidence=(Evidence(words("Sealed on {time}, by this computer's clock.", time=Moment(one.sealed))),)
        if one.sealed
        else (),
    )


def _limitation(one: Glance, now: dt.datetime) -> Iterator[Finding]:
    facts = one.facts
    known = None if facts is None or facts.country != "CN" else facts.noticed or facts.happened
    if known is None:
        return
    end = _years_later(known, LIMITATION_YEARS)
    left = end - now.date()
    if left > LIMITATION_NEAR:
        return
    moment = dt.datetime(end.year, end.month, end.day, 12, tzinfo=now.tzinfo)
    details: dict[str, str | Day] = {"case": called(one), "day": Day(moment)}
    title = (
        words("The time in which the claim of “{case}” can be raised ends on {day}, as a rule.", **details)
        if left.days >= 0
        else words("The time in which the claim of “{case}” could be raised ended on {day}, as a rule.", **details)
    )
    yield _finding(
        one,
        codes.TIME_RUNS_OUT,
        Severity.WARNING,
        title,
        tier=Tier.INFERRED,
        detail=words(
            "Three years from the day on which a person knows of the harm and of who did it (Civil Code of China, "
            "article 188). Whether something made them begin anew, a lawyer or legal aid can say (12348): ask before "
            "they end. This is information, not legal advice."
        ),
    )


def _years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _answers(one: Glance, now: dt.datetime) -> Iterator[Finding]:
    latest: dict[str, dt.date] = {}
    for day, kind in one.letters:
        latest[kind] = max(day, latest.get(kind, day))
    for kind, day in sorted(latest.items()):
        due = day + dt.timedelta(days=REPLY_DAYS)
        meant = letter_kinds().get(kind)
        if meant is None or due >= now.date():
            continue
        moment = dt.datetime(due.year, due.month, due.day, 12, tzinfo=now.tzinfo)
        yield _finding(
            one,
            codes.ANSWER_DUE,
            Severity.ADVICE,
            words("The letter “{letter}” asked for an answer by {day}.", letter=meant.title_words, day=Day(moment)),
            tier=Tier.INFERRED,
            subject=f"{case_key(one.folder)}:{kind}:{day.isoformat()}",
            detail=words(
                "If you sent it and nothing came, the next step is a complaint (phoneward case letter FOLDER lists "
                "where). If an answer came, put it into the case and have it looked at: phoneward case reply FILE"
            ),
        )
