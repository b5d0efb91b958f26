"""What a person tells of their case, put into its facts piece by piece; what is not told stays as it is."""

import datetime as dt
import re
from typing import Final, TypeVar

import msgspec

from phoneward.cases.errors import NotToldError
from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role
from phoneward.incidents import Incident
from phoneward.texts import N_

R = TypeVar("R")

MAX_ROWS: Final = 500
"""Parties, losses or events of a case."""
MAX_SENTENCE: Final = 4_000
"""Characters of one text."""

_COST: Final = re.compile(r"(?P<amount>\d+(?:[.,]\d{1,2})?)\s*(?P<currency>[A-Za-z]{3})?")
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


def with_text(facts: CaseFacts, field: str, text: str) -> CaseFacts:
    """Return the facts with one of `title`, `account` or `country` as it was told.

    Raises:
        NotToldError: it cannot be.
    """
    said = _sentence(text)
    if field == "title" and not said:
        raise NotToldError(text=text, why=N_("a case needs a name"))
    if field == "country":
        said = said.upper()
        if not _COUNTRY.fullmatch(said):
            raise NotToldError(text=text, why=N_("a country has two letters, such as CN"))
    return msgspec.structs.replace(facts, **{field: said})


def with_incident(facts: CaseFacts, incident: Incident) -> CaseFacts:
    """Return the facts with what happened."""
    return msgspec.structs.replace(facts, incident=incident)


def with_day(facts: CaseFacts, field: str, text: str) -> CaseFacts:
    """Return the facts with `happened` or `noticed` as it was told; empty takes it back.

    Raises:
        NotToldError: it is no day.
    """
    return msgspec.structs.replace(facts, **{field: _day(text) if text.strip() else None})


def with_device(facts: CaseFacts, field: str, text: str) -> CaseFacts:
    """Return the facts with `maker`, `model`, `build`, `android` or `serial` of the phone as it was told.

    Raises:
        NotToldError: a phone has no such thing.
    """
    if field not in Device.__struct_fields__:
        raise NotToldError(text=field, why=N_("of a phone there are maker, model, build, android and serial"))
    return msgspec.structs.replace(facts, device=msgspec.structs.replace(facts.device, **{field: _sentence(text)}))


def with_app(facts: CaseFacts, package: str, label: str = "") -> CaseFacts:
    """Return the facts with an app that the matter is about; what is known of it stays.

    Args:
        facts: as they are.
        package: its name in the system.
        label: as people call it; empty leaves it.

    Raises:
        NotToldError: it is no package's name.
    """
    said = package.strip()
    if not _PACKAGE.fullmatch(said):
        raise NotToldError(text=package, why=N_("an app's package looks like com.tencent.mm"))
    known = next((one for one in facts.apps if one.package == said), None)
    app = msgspec.structs.replace(known or App(package=said), **({"label": _sentence(label)} if label.strip() else {}))
    others = tuple(one for one in facts.apps if one is not known)
    return msgspec.structs.replace(facts, apps=_few((*others, app), said))


def with_party(facts: CaseFacts, role: Role, **told: str) -> CaseFacts:
    """Return the facts with a party: the one that has the role is changed, else it comes in.

    Args:
        facts: as they are.
        role: who it is in the matter.
        told: `name`, `address`, `phone`, `email`; `did` adds a sentence.

    Raises:
        NotToldError: a party has no name, or there are too many.
    """
    known = next((one for one in facts.parties if one.role is role), None)
    said = {field: _sentence(text) for field, text in told.items()}
    did = said.pop("did", "")
    party = msgspec.structs.replace(known or Party(role=role, name=""), **said)
    if not party.name:
        raise NotToldError(text=role.value, why=N_("a party needs a name: --party ROLE=NAME"))
    if did:
        party = msgspec.structs.replace(party, did=tuple(dict.fromkeys((*party.did, did))))
    others = [one for one in facts.parties if one is not known]
    at = facts.parties.index(known) if known else len(others)
    parties = (*others[:at], party, *others[at:])
    return msgspec.structs.replace(facts, parties=_few(parties, role.value))


def with_loss(
    facts: CaseFacts, what: str, *, kind: str = "", meaning: str = "", cost: str = "", count: int | None = None
) -> CaseFacts:
    """Return the facts with something that was lost; one of that name is changed.

    Args:
        facts: as they are.
        what: in the person's words.
        kind: see `Loss.kind`; empty leaves it.
        meaning: why it matters; empty leaves it.
        cost: what it costs to restore, such as `5000` or `200 EUR`; empty leaves it.
        count: of items; None leaves it.

    Raises:
        NotToldError: it says nothing, or the cost is no amount.
    """
    said = _sentence(what)
    if not said:
        raise NotToldError(text=what, why=N_("it does not say what was lost"))
    known = next((one for one in facts.losses if one.what == said), None)
    loss = known or Loss(what=said)
    if meaning.strip():
        loss = msgspec.structs.replace(loss, meaning=_sentence(meaning))
    if kind.strip():
        loss = msgspec.structs.replace(loss, kind=_sentence(kind))
    if count is not None:
        loss = msgspec.structs.replace(loss, count=count)
    if cost.strip():
        amount, currency = _cost(cost)
        loss = msgspec.structs.replace(loss, cost=amount, currency=currency or loss.currency)
    losses = tuple(loss if one is known else one for one in facts.losses) if known else (*facts.losses, loss)
    return msgspec.structs.replace(facts, losses=_few(losses, said))


def with_event(
    facts: CaseFacts, day: str, what: str, *, who: Role | None = None, is_against: bool = False
) -> CaseFacts:
    """Return the facts with something that happened; telling it twice changes nothing.

    Raises:
        NotToldError: it is no day, or says nothing.
    """
    said = _sentence(what)
    if not said:
        raise NotToldError(text=day, why=N_("it does not say what happened"))
    event = Event(at=_moment(day), what=said, who=who, is_against=is_against)
    if event in facts.events:
        return facts
    return msgspec.structs.replace(facts, events=_few((*facts.events, event), said))


def without(facts: CaseFacts, what: str) -> CaseFacts:
    """Return the facts without a party (named by its role), or a loss or an event (named by what it says).

    Raises:
        NotToldError: nothing of that name is there.
    """
    kept = msgspec.structs.replace(
        facts,
        parties=tuple(one for one in facts.parties if one.role != what),
        losses=tuple(one for one in facts.losses if one.what != what),
        events=tuple(one for one in facts.events if one.what != what),
    )
    if kept == facts:
        raise NotToldError(text=what, why=N_("nothing of that name is in the case"))
    return kept


def _few(rows: tuple[R, ...], text: str) -> tuple[R, ...]:
    if len(rows) > MAX_ROWS:
        raise NotToldError(text=text, why=N_("a case holds at most 500 of them"))
    return rows


def _sentence(text: str) -> str:
    said = " ".join(text.split())
    if len(said) > MAX_SENTENCE:
        raise NotToldError(text=said[:40] + "…", why=N_("it is too long: put a longer text into the case as a file"))
    return said


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotToldError(text=text, why=N_("it is no day: write it as 2026-11-29")) from error


def _moment(text: str) -> dt.date | dt.datetime:
    """Return a day, or a moment with the offset of this computer's time zone where none is named."""
    if "T" not in text and ":" not in text:
        return _day(text)
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise NotToldError(text=text, why=N_("it is no day: write it as 2026-11-29 or 2026-11-29T08:30")) from error
    return moment if moment.tzinfo else moment.astimezone()


def _cost(text: str) -> tuple[float, str]:
    found = _COST.fullmatch(text.strip())
    if found is None:
        raise NotToldError(text=text, why=N_("it is no amount: write it as 5000 or as 200 EUR"))
    return float(found["amount"].replace(",", ".")), (found["currency"] or "").upper()
