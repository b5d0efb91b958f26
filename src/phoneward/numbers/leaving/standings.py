"""Whether an account still hangs on the number: what the person said, and what the service's messages show since.

Three things close a step: the person's mark; the service's own word, in a message or a letter, that the number was
changed or taken off, or the account deleted; and a message of the service that comes to another number of the
person's, to which none came before the plan began. A code to the number that is given up opens it again.
"""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from phoneward.numbers.inventory import Account, Evidence, SourceKind, What
from phoneward.numbers.recognition import Purpose, Relation

SAME_VISIT: Final = dt.timedelta(hours=1)
"""Codes that come to the old number within this time belong to the change itself."""
_LEFT: Final = frozenset({Purpose.CHANGE_NUMBER, Purpose.UNBIND, Purpose.DELETE})
_SHOWN: Final = 5
"""Messages to the old number that are named, the newest last."""


class State(enum.StrEnum):
    """How a step stands."""

    OPEN = "open"
    DONE = "done"
    """The person says so."""
    PROVED = "proved"
    """A message of the service shows it."""
    REOPENED = "reopened"
    """It was done, and the service still writes to the old number."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the person said about a step.

    Attributes:
        when: aware.
        is_done: False: they said that it is *not* done; what was seen before that proves nothing.
    """

    when: dt.datetime
    is_done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a step stands, and why.

    Attributes:
        state: see there.
        since: when it was done, or shown to be; None where it is open.
        proof: what shows it; None where only the person says so, or nobody.
        is_sure: the proof is the service's own word, not only a message to the new number.
        still: when it still wrote to the old number after that, the newest last; at most a handful.
    """

    state: State = State.OPEN
    since: dt.datetime | None = None
    proof: Evidence | None = None
    is_sure: bool = False
    still: tuple[dt.datetime, ...] = ()

    @property
    def is_open(self) -> bool:
        """There is something left to do."""
        return self.state in {State.OPEN, State.REOPENED}


def standing(
    account: Account,
    mark: Mark | None,
    evidence: Iterable[Evidence] | None = None,
    *,
    number: str,
    begun: dt.datetime,
    is_only: bool = False,
) -> Standing:
    """Tell how a step stands.

    Args:
        account: which.
        mark: what the person said last; None where nothing.
        evidence: what was found of it; None for what the account has.
        number: the one that is given up, E.164.
        begun: when the plan was first made, aware.
        is_only: the person has no other number: messages of which nobody knows where they came to came to it.
    """
    timed = [e for e in (account.evidence if evidence is None else evidence) if e.time is not None]
    found = [e for e in timed if e.source is SourceKind.SMS]
    after = mark.when if mark is not None and not mark.is_done else None
    letters = [e for e in timed if e.source is SourceKind.MAIL]
    proof = _proof(found, letters, number, begun, after, is_only=is_only)
    closed = [mark.when] if mark is not None and mark.is_done else []
    if proof is not None and proof.time is not None:
        closed.append(proof.time)
    if not closed:
        return Standing()
    since = max(closed)
    still = sorted(
        _time(e) for e in found if _time(e) > since + SAME_VISIT and _still_bound(e, account, number, is_only)
    )
    is_sure = proof is not None and proof.purpose in _LEFT and proof.is_done
    if not still:
        state = State.DONE if proof is None else State.PROVED
        return Standing(state=state, since=since, proof=proof, is_sure=is_sure)
    if mark is None and since < begun:
        return Standing()  # it was left long ago, and joined again
    return Standing(
        state=State.REOPENED, since=since, proof=proof, is_sure=is_sure, still=tuple(still[-_SHOWN:])
    )  # fmt: skip


def _time(evidence: Evidence) -> dt.datetime:
    assert evidence.time is not None  # noqa: S101 - those without one are left out above
    return evidence.time


def _at(evidence: Evidence, number: str, is_only: bool) -> bool:  # noqa: FBT001 - within this file
    return evidence.number == number or (evidence.number is None and is_only)


def _still_bound(evidence: Evidence, account: Account, number: str, is_only: bool) -> bool:  # noqa: FBT001
    """Tell whether a message to the old number shows that it is still bound."""
    if not _at(evidence, number, is_only) or (evidence.purpose in _LEFT and evidence.is_done):
        return False
    if evidence.what is What.BUSINESS:
        return account.grade is not Relation.ACCOUNT  # a parcel of an account's shop shows no account
    return evidence.what in {What.CODE, What.NOTICE}


def _proof(
    found: list[Evidence],
    letters: list[Evidence],
    number: str,
    begun: dt.datetime,
    after: dt.datetime | None,
    *,
    is_only: bool,
) -> Evidence | None:
    """Return what shows that the number was left: the service's newest own word, else its first message elsewhere."""
    counted = [e for e in found if after is None or _time(e) > after]
    said = [*counted, *(e for e in letters if after is None or _time(e) > after)]
    sure = [e for e in said if e.is_done and e.purpose in _LEFT and _says_left(e, number, begun, is_only=is_only)]
    if sure:
        return max(sure, key=_time)
    # Where it wrote before the plan began, or a new account was made, another account is.
    others = {e.number for e in found if _time(e) < begun or e.purpose is Purpose.REGISTER} | {None, number}
    elsewhere = [e for e in counted if e.number not in others and e.what in {What.CODE, What.NOTICE}]
    return min(elsewhere, key=_time, default=None)


def _says_left(evidence: Evidence, number: str, begun: dt.datetime, *, is_only: bool) -> bool:
    """Tell whether "done" means away from this number.

    An earlier change may have been the one to it; what is taken off another number says nothing of this one.
    """
    if evidence.source is SourceKind.MAIL:
        return _time(evidence) >= begun and evidence.purpose is not Purpose.UNBIND
    if evidence.purpose is Purpose.CHANGE_NUMBER:
        return _time(evidence) >= begun
    return _at(evidence, number, is_only)
