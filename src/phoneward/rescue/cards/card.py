"""One card, read from `rescue/data/cards.toml`: the steps for one kind of incident."""

import enum
import functools
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from phoneward.incidents import INCIDENT_WORDS, Incident
from phoneward.texts import Named, Words


class Kind(enum.StrEnum):
    """Whether a step is to be done or to be left."""

    DO = "do"
    DONT = "dont"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or not to do.

    Attributes:
        key: a stable word for programs.
        text, why: one or two sentences each.
        run: the command of this program that does it; empty where none does.
        sources: where the reason stands; those that begin with `unconfirmed` were not looked up at the source.
    """

    key: str
    kind: Kind
    text: Words
    why: Words
    run: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What to do first after one kind of incident.

    Attributes:
        title: as a person would say what happened.
        steps: in the order they are to be done, those to be left among them.
    """

    incident: Incident
    title: Words
    steps: tuple[Step, ...]


class _Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    kind: Kind
    text: dict[str, str]
    why: dict[str, str]
    run: str = ""
    sources: tuple[str, ...]


class _Cards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cards: dict[Incident, tuple[str, ...]]
    step: tuple[_Step, ...]


@functools.cache
def _cards() -> dict[Incident, Card]:
    data = msgspec.toml.decode((files("phoneward.rescue") / "data" / "cards.toml").read_bytes(), type=_Cards)
    steps = {
        one.key: Step(one.key, one.kind, _named(one.text), _named(one.why), one.run, one.sources) for one in data.step
    }
    return {
        incident: Card(incident, Words(INCIDENT_WORDS[incident]), tuple(steps[key] for key in keys))
        for incident, keys in data.cards.items()
    }


def _named(texts: dict[str, str]) -> Words:
    return Words("{text}", details={"text": Named(texts)})


def card_of(incident: Incident) -> Card:
    """Return the card for what happened."""
    return _cards()[incident]


def card_document(card: Card) -> dict[str, object]:
    """Return a card for programs; sentences are in the reader's language."""
    return {
        "incident": card.incident.value,
        "is_leak": card.incident.is_leak,
        "title": str(card.title),
        "steps": [
            {
                "key": step.key,
                "kind": step.kind.value,
                "text": str(step.text),
                "why": str(step.why),
                "run": step.run,
                "sources": list(step.sources),
            }
            for step in card.steps
        ],
    }
