"""What a person decided about numbers, in the vault's state: which are theirs, which they give up, what is done.

Kinds of entries (snapshots/state.py): `number-own` (subject E.164 → what the person calls it), `number-sims` (E.164 →
the SIMs that bear it, as phones count them, apart by spaces), `number-plan` (E.164 → `DAY DATED BEGUN`: the day it is
given up, the day from which the steps are spread, when the plan was first made), `number-done` (`E.164 ACCOUNT` → when,
RFC 3339; after `open ` where the person said that it is *not* done), `number-count` (`E.164 OFFER` → how many accounts
a carrier's or a state's list counts). Whoever knows the vault's password can write any of these: what makes no sense
counts as not there.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward.errors import readable
from phoneward.numbers.errors import NoSuchDayError, NotANumberError, NumberKeyError
from phoneward.numbers.leaving.standings import Mark

if TYPE_CHECKING:
    from phoneward.snapshots import Change, OwnerState

OWN: Final = "number-own"
SIMS: Final = "number-sims"
PLAN: Final = "number-plan"
DONE: Final = "number-done"
COUNT: Final = "number-count"

MAX_KEY: Final = 400
MAX_LABEL: Final = 100
MAX_SIMS: Final = 20
MAX_COUNT: Final = 100_000
DAYS: Final = (dt.date(1980, 1, 1), dt.date(2200, 1, 1))
"""Between these lie the days on which a number is given up; anything else is a slip."""
_OPEN: Final = "open "
_SIM: Final = re.compile(r"[0-9A-Za-z_-]{1,40}")
_E164: Final = re.compile(r"\+[1-9][0-9]{4,14}")


# -- what people write ----------------------------------------------------------------------------------


def parse_number(text: str, region: str | None = None) -> str:
    """Return a number as E.164.

    Args:
        text: as a person writes it.
        region: ISO 3166 code of the country whose number it is where it is written without `+`; None: a Chinese mobile
            number is known by its form, any other needs its `+`.

    Raises:
        NotANumberError: it is none.
    """
    import phonenumbers

    digits = re.sub(r"[\s().-]", "", text)
    guess = region or ("CN" if re.fullmatch(r"1[3-9][0-9]{9}", digits) else None)
    try:
        number = phonenumbers.parse(text, guess)
    except phonenumbers.NumberParseException as error:
        raise NotANumberError(text=readable(text[:60])) from error
    if not phonenumbers.is_possible_number(number):
        raise NotANumberError(text=readable(text[:60]))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def told_day(text: str) -> dt.date:
    """Return the day that a person wrote.

    Raises:
        NoSuchDayError: it is none, or none on which a number can be given up.
    """
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise NoSuchDayError(text=readable(text[:40])) from error
    if not _is_sensible(day):
        raise NoSuchDayError(text=readable(text[:40]))
    return day


def _is_sensible(day: dt.date) -> bool:
    return DAYS[0] <= day < DAYS[1]


# -- my numbers ----------------------------------------------------------------------------------------------------


def own_numbers(state: "OwnerState") -> dict[str, str]:
    """Return the numbers that the person called theirs: E.164 → what they call it, readable, or nothing."""
    return {
        number: readable(label[:MAX_LABEL])
        for number in _subjects(state, OWN)
        if _E164.fullmatch(number) and isinstance(label := state.value(OWN, number), str)
    }


def keep_own(number: str, label: str = "") -> "Change":
    """Return the change that calls a number the person's own."""
    return _change(OWN, number, readable(" ".join(label.split()))[:MAX_LABEL])


def forget_own(number: str) -> "Change":
    """Return the change after which it is not theirs any more."""
    return _change(OWN, number, None)


def own_sims(state: "OwnerState") -> dict[str, frozenset[str]]:
    """Return the numbers that the person called theirs, each with the SIMs that they said bear it."""
    return {number: frozenset(_sims(state.value(SIMS, number))) for number in own_numbers(state)}


def _sims(value: object) -> list[str]:
    parts = value.split(" ")[:MAX_SIMS] if isinstance(value, str) else []
    return [sim for sim in parts if _SIM.fullmatch(sim)]


def keep_sims(number: str, sims: Iterable[str]) -> "Change":
    """Return the change that keeps which SIMs bear a number; none takes it back."""
    return _change(SIMS, number, " ".join(sorted(filter(_SIM.fullmatch, sims))[:MAX_SIMS]) or None)


# -- plans ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class KeptPlan:
    """A number that is, or was, given up.

    Attributes:
        number: E.164.
        on: the day.
        dated: the day from which the steps are spread: the one on which `on` was last decided.
        begun: when the plan was first made, aware.
    """

    number: str
    on: dt.date
    dated: dt.date
    begun: dt.datetime


def kept_plans(state: "OwnerState") -> list[KeptPlan]:
    """Return the numbers that are given up, in the order of the numbers."""
    found = (kept_plan(state, number) for number in sorted(_subjects(state, PLAN)))
    return [kept for kept in found if kept is not None]


def kept_plan(state: "OwnerState", number: str) -> KeptPlan | None:
    """Return when a number is given up; None where nothing is decided."""
    value = state.value(PLAN, number)
    parts = value.split(" ") if isinstance(value, str) and _E164.fullmatch(number) else []
    if len(parts) != 3:
        return None
    try:
        on, dated = (dt.date.fromisoformat(part) for part in parts[:2])
        begun = dt.datetime.fromisoformat(parts[2])
    except ValueError:
        return None
    is_sound = begun.tzinfo is not None and all(map(_is_sensible, (on, dated, begun.date())))
    return KeptPlan(number, on, dated, begun) if is_sound else None


def keep_plan(state: "OwnerState", number: str, on: dt.date, now: dt.datetime) -> "tuple[KeptPlan, list[Change]]":
    """Return the plan as it stands now, and the changes that keep it; none where that day was decided already.

    Args:
        state: what was decided.
        number: E.164.
        on: the day it is given up.
        now: aware.
    """
    before = kept_plan(state, number)
    if before is not None and before.on == on:
        return before, []
    begun = before.begun if before is not None else now.replace(microsecond=0)
    kept = KeptPlan(number, on, now.astimezone().date(), begun)
    return kept, [_change(PLAN, number, f"{on.isoformat()} {kept.dated.isoformat()} {begun.isoformat()}")]


def drop_plan(number: str) -> "Change":
    """Return the change after which the number is not given up. What was marked as done stays."""
    return _change(PLAN, number, None)


# -- what is done --------------------------------------------------------------------------------------------------


def marks(state: "OwnerState", number: str) -> dict[str, Mark]:
    """Return what the person said about the accounts of a number, by the accounts' keys."""
    found = {}
    for subject in _subjects(state, DONE):
        own, _space, key = subject.partition(" ")
        mark = _mark(state.value(DONE, subject)) if own == number and key else None
        if mark is not None:
            found[key] = mark
    return found


def _mark(value: object) -> Mark | None:
    if not isinstance(value, str):
        return None
    try:
        when = dt.datetime.fromisoformat(value.removeprefix(_OPEN))
    except ValueError:
        return None
    return Mark(when, is_done=not value.startswith(_OPEN)) if when.tzinfo is not None else None


def mark_account(number: str, key: str, now: dt.datetime, *, done: bool = True) -> "Change":
    """Return the change that marks an account of a number as done, or as not done whatever was seen so far.

    Raises:
        NumberKeyError: the account's name cannot be kept: it is too long, or no text.
    """
    from phoneward.snapshots import stored_text

    if len(key) > MAX_KEY or stored_text(key) != key:
        raise NumberKeyError(account=readable(key[:60]))
    when = now.replace(microsecond=0).isoformat()
    return _change(DONE, f"{number} {key}", when if done else _OPEN + when)


# -- what the lists of carriers and states say ---------------------------------------------------------------------


def counts(state: "OwnerState", number: str) -> dict[str, int]:
    """Return how many accounts each offer's list counts, as the person typed it in."""
    found = {}
    for subject in _subjects(state, COUNT):
        own, _space, offer = subject.partition(" ")
        value = state.value(COUNT, subject)
        if own == number and offer and type(value) is int and 0 <= value <= MAX_COUNT:
            found[offer] = value
    return found


def keep_count(number: str, offer: str, count: int | None) -> "Change":
    """Return the change that keeps what an offer's list counts; None takes it back.

    Raises:
        ValueError: no list counts so many, or fewer than none.
    """
    if count is not None and not 0 <= count <= MAX_COUNT:
        raise ValueError("no count of accounts")
    return _change(COUNT, f"{number} {offer}", count)


def _subjects(state: "OwnerState", kind: str) -> set[str]:
    return {subject for its_kind, subject in state.entries if its_kind == kind}


def _change(kind: str, subject: str, value: str | int | None) -> "Change":
    """Services use this package too, and need no vault: it is loaded where something is to be kept."""
    from phoneward.snapshots import Change

    return Change(kind, subject, value)
