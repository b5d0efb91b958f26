"""What a person's exports and mailboxes showed, kept in the vault so that later commands know it too.

One entry of the vault's state an account: kind `number-account`, subject the account's key, value compact JSON of at
most `MAX_VALUE` characters. It says that an account exists, where that was seen and when. It holds no text, no password
and no code, and of user names only one that is a phone number.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from phoneward.numbers.inventory import Account, Evidence, LookedAt, SourceKind, What
from phoneward.numbers.recognition import Purpose, Relation
from phoneward.numbers.sources.gathering import Gathered, Gathering, strength
from phoneward.snapshots import Change, OwnerState

KIND: Final = "number-account"
KEPT: Final = "kept"
"""`LookedAt.kind` of what was kept."""
MAX_VALUE: Final = 1_000
MAX_KEPT: Final = 3_000
"""Accounts that are kept, the best proof first: the state has room for 20,000 entries of all kinds."""
_MAX_REF: Final = 60
_MAX_KEY: Final = 400
_FORM: Final = 1


class _Seen(msgspec.Struct, array_like=True, frozen=True):
    source: SourceKind
    what: What
    ref: str
    time: int | None
    number: str | None
    purpose: Purpose
    is_done: bool
    grade: Relation


class _Kept(msgspec.Struct, frozen=True):
    form: int
    service: str
    system: str | None
    count: int
    seen: list[_Seen]


_decoder: Final = msgspec.json.Decoder(_Kept)


def keep_accounts(state: OwnerState, accounts: Iterable[Account]) -> list[Change]:
    """Return the changes that keep accounts, beside what was kept of them before.

    Args:
        state: what was decided so far.
        accounts: of their evidence is kept what lies in no snapshot.
    """
    before = kept(state)
    gathering = Gathering()
    counts: dict[str, int] = {}
    for account in (*(() if before is None else before.accounts), *accounts):
        evidence = tuple(
            _as_kept(one) for one in account.evidence if not one.snapshot and one.source is not SourceKind.APP
        )
        if evidence and len(account.key) <= _MAX_KEY:
            gathering.take(dataclasses.replace(account, evidence=evidence))
            # The same export may be looked through again: the greater number, not the sum.
            counts[account.key] = max(account.count, counts.get(account.key, 0))
    found = sorted(gathering.accounts(), key=lambda one: (-one.grade.rank, one.key))[:MAX_KEPT]
    return [
        Change(KIND, one.key, _value(dataclasses.replace(one, count=counts[one.key]), one.evidence)) for one in found
    ]


def forget_accounts(state: OwnerState) -> list[Change]:
    """Return the changes that take back all that was kept."""
    return [Change(KIND, key, None) for key in _keys(state)]


def kept(state: OwnerState) -> Gathered | None:
    """Return what was kept; None where nothing was. What cannot be understood is passed over."""
    gathering = Gathering()
    newest: dict[SourceKind, list[dt.datetime]] = {}
    items: dict[SourceKind, int] = {}
    for key in _keys(state):
        account = _account(key, state.value(KIND, key))
        if account is None:
            continue
        gathering.take(account)
        for source in {one.source for one in account.evidence}:
            items[source] = items.get(source, 0) + 1
            newest.setdefault(source, []).extend(
                one.time for one in account.evidence if one.time and one.source is source
            )
    if not items:
        return None
    looked = tuple(
        LookedAt(
            source=source,
            name="",
            items=count,
            first=min(newest[source], default=None),
            last=max(newest[source], default=None),
            kind=KEPT,
        )
        for source, count in sorted(items.items())
    )
    return Gathered(looked_at=looked, accounts=gathering.accounts())


def _as_kept(one: Evidence) -> Evidence:
    """Return what will come back of it, so that the same finding is known for the same."""
    time = None if one.time is None else one.time.replace(microsecond=0)
    return dataclasses.replace(one, ref=one.ref[-_MAX_REF:], time=time, sim="")


def _keys(state: OwnerState) -> list[str]:
    return sorted(subject for kind, subject in state.entries if kind == KIND and state.value(kind, subject) is not None)


def _value(account: Account, seen: Sequence[Evidence]) -> str:
    """Return as much of the evidence as there is room for, the strongest first."""
    entries = [
        _Seen(
            one.source,
            one.what,
            one.ref,
            None if one.time is None else int(one.time.timestamp()),
            one.number,
            one.purpose,
            one.is_done,
            one.grade,
        )
        for one in sorted(seen, key=strength, reverse=True)
    ]
    while True:
        value = msgspec.json.encode(_Kept(_FORM, account.service, account.system, account.count, entries)).decode()
        if len(value) <= MAX_VALUE or not entries:
            return value
        entries.pop()


def _account(key: str, value: object) -> Account | None:
    if not isinstance(value, str):
        return None
    try:
        kept_one = _decoder.decode(value)
        evidence = tuple(
            Evidence(
                source=one.source,
                what=one.what,
                ref=one.ref,
                time=None if one.time is None else dt.datetime.fromtimestamp(one.time, dt.UTC),
                number=one.number,
                purpose=one.purpose,
                is_done=one.is_done,
                grade=one.grade,
            )
            for one in kept_one.seen
        )
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError):
        return None
    if kept_one.form != _FORM or not evidence:
        return None
    account = Account(
        key=key, system=kept_one.system, service=kept_one.service, grade=evidence[0].grade, evidence=evidence
    )
    return dataclasses.replace(account, count=kept_one.count)
