"""Names of services: what they are called, and to which account system they belong."""

import functools
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from phoneward.numbers.recognising.reading import fold
from phoneward.numbers.rulebook import Kind, Rulebook, System

_FILE: Final = Path(__file__).with_name("names.toml")
_LONGEST: Final = 40
"""Letters of a name that is looked up."""


class Name(NamedTuple):
    """A service.

    Attributes:
        shown: what it is called, as the message names it or as it is usually called.
        system: the account system, where the rulebook knows it.
        is_known: it is in the rulebook or in our own list; else it is taken from the message alone.
    """

    shown: str
    system: System | None = None
    is_known: bool = False


class Names:
    """Finds services by their names."""

    def __init__(self, book: Rulebook) -> None:
        """Index the rulebook's names and our own."""
        own = _own()
        self._book: Final = book
        self._generic: Final = frozenset(fold(name) for name in own["generic"])
        self._gateways: Final = self._generic | {fold(name) for name in own["gateways"]}
        self._only_signed: Final = frozenset(fold(name) for name in own["only_signed"])
        self._carriers: Final = frozenset(fold(name) for name in own["carriers"])
        self._endings: Final = tuple(sorted({fold(name) for name in own["endings"]}, key=len, reverse=True))
        self._beginnings: Final = tuple(fold(name) for name in own["beginnings"])
        self._known: Final[dict[str, Name]] = {}
        for system in book.systems:
            for alias in (*system.names.values(), *system.aliases):
                self._known.setdefault(fold(alias), Name(_usual(system, alias), system, True))
        for short, usual in own["usual"].items():
            known = self._known.get(fold(usual)) or self._known.get(fold(short))
            self._known[fold(short)] = Name(usual, known.system if known else None, True)
            self._known.setdefault(fold(usual), Name(usual, None, True))
        for carrier in own["carriers"]:
            self._known.setdefault(fold(carrier), Name(carrier, None, True))
        self.words: Final = _heads(self._known.keys() - self._only_signed)

    def known(self, written: str) -> Name | None:
        """Return a service of the rulebook or of our list by what it is called or signs; None where it is in neither.

        Endings like "official" and "account" are taken off where the rest is known.
        """
        folded = fold(written[:_LONGEST])
        return self._of(folded) if folded else None

    def by_domain(self, host: str) -> Name | None:
        """Return the service of a host name."""
        system = self._book.by_domain(host)
        return None if system is None else Name(_usual(system, host), system, True)

    def is_gateway(self, written: str) -> bool:
        """Return whether a signature or sender is nobody's name: a gateway's, or a word like "Info"."""
        folded = fold(written)
        return not folded or folded in self._gateways

    def is_generic(self, written: str) -> bool:
        """Return whether words of a sentence are nobody's name."""
        folded = fold(written)
        return not folded or folded in self._generic

    def in_sentence(self, written: str) -> Name | None:
        """Return a known service by how a sentence names it: not by a short name that is an ordinary word."""
        folded = fold(written[:_LONGEST])
        return None if folded in self._only_signed else self.exactly(folded)

    def is_carrier(self, name: Name) -> bool:
        """Return whether the service is the one that gives out the number."""
        return fold(name.shown) in self._carriers or (name.system is not None and name.system.kind is Kind.CARRIER)

    def exactly(self, folded: str) -> Name | None:
        """Return a known service by its folded name."""
        return self._known.get(folded)

    def _of(self, folded: str) -> Name | None:
        if (found := self._known.get(folded)) is not None:
            return found
        for ending in self._endings:
            if folded.endswith(ending) and len(folded) > len(ending) + 1:
                if (found := self._known.get(folded.removesuffix(ending))) is not None:
                    return found
        for beginning in self._beginnings:
            if folded.startswith(beginning) and (found := self._known.get(folded.removeprefix(beginning))) is not None:
                return found
        return None


def _usual(system: System, alias: str) -> str:
    """Return what a system is called where a message calls it `alias`: its own name where the alias contains that."""
    folded = fold(alias)
    for name in system.names.values():
        if len(name) > 1 and fold(name) in folded:
            return name
    return alias


def _heads(known: Iterable[str]) -> frozenset[str]:
    """Return the first two signs of every name of a script without spaces: for looking through a text."""
    return frozenset(name[:2] for name in known if len(name) > 1 and name[0] >= "\u2e80")


@functools.cache
def _own() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def spans(text: str, heads: frozenset[str], names: Names) -> Iterator[tuple[int, int, Name]]:
    """Yield where known names of scripts without spaces stand in a text that was read."""
    at = 0
    while at < len(text) - 1:
        if text[at : at + 2] in heads:
            for length in range(min(10, len(text) - at), 1, -1):
                name = names.in_sentence(text[at : at + length])
                if name is not None:
                    yield at, at + length, name
                    at += length - 1
                    break
        at += 1
