"""Names of services: what they are called, and to which account system they belong."""

import functools
import itertools
import operator
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from phoneward.numbers.recognising.reading import Read, fold, letters, read
from phoneward.numbers.rulebook import Kind, Rulebook, System

_FILE: Final = Path(__file__).with_name("names.toml")
_WORD: Final = re.compile(r"[^\W_]+")
_FORMS: Final = re.compile(r"\(주\)|주식회사|株式会社|\(株\)|^(?:ПАО|АО|ООО|ОАО|ЗАО|ТОВ|АТ)\s")
"""Legal forms beside a name; NFKC has made two signs of the one that is a single sign."""
_NUMBERED: Final = re.compile(r"no\d+|[a-z]?\d{5,}[a-z]?")
"""What NFKC makes of a numero sign and the number after it, and what accounts are numbered by."""
_OF_MONEY: Final = frozenset({"bank", "pay", "银行", "은행", "手机银行"})
_YOUR: Final = ("your ", "ur ")
"""What stands before a name that is written in small letters."""
_LONGEST: Final = 40
"""Letters of a name that is looked up."""


class Name(NamedTuple):
    """A service.

    Attributes:
        shown: what it is called, as the message names it or as it is usually called.
        system: the account system, where the rulebook knows it.
        is_known: it is in the rulebook or in our own list; else it is taken from the message alone.
        is_carrier: it gives out the number itself.
        signs_for_many: it signs for services of other names as well, or nobody knows whether it does.
    """

    shown: str
    system: System | None = None
    is_known: bool = False
    is_carrier: bool = False
    signs_for_many: bool = True


class Names:
    """Finds services by their names."""

    def __init__(self, book: Rulebook) -> None:
        """Index the rulebook's names and our own."""
        own = _own()
        self._book: Final = book
        self._generic: Final = frozenset(fold(name) for name in own["generic"])
        self._gateways: Final = self._generic | {fold(name) for name in own["gateways"]}
        self._only_signed: Final = frozenset(fold(name) for name in own["only_signed"])
        umbrellas = frozenset(fold(name) for name in own["umbrellas"])
        carriers = frozenset(fold(name) for name in own["carriers"])
        self._endings: Final = tuple(sorted({fold(name) for name in own["endings"]}, key=len, reverse=True))
        self._notices: Final = tuple(sorted(own["notices"], key=len, reverse=True))
        self._hosts: Final = {host: fold(name) for host, name in own["hosts"].items()}
        self._countries: Final = frozenset(own["countries"])
        self._trade: Final = frozenset(own["header_endings"])
        self._senders: Final = {number: fold(name) for number, name in own["senders"].items()}
        self._beginnings: Final = tuple(fold(name) for name in own["beginnings"])
        self._known: Final[dict[str, Name]] = {}
        for system in book.systems:
            for alias in (*system.names.values(), *system.aliases):
                self._known.setdefault(fold(alias), Name(_usual(system, alias), system, is_known=True))
        for name in own["others"]:
            self._known.setdefault(fold(name), Name(name, None, is_known=True))
        for short, usual in own["usual"].items():
            known = self._known.get(fold(usual)) or self._known.get(fold(short))
            self._known[fold(short)] = Name(usual, known.system if known else None, is_known=True)
            self._known.setdefault(fold(usual), Name(usual, None, is_known=True))
        for letter, usual in own["letters"].items():
            self._known[fold(letter)] = Name(letter, self._known[fold(usual)].system, is_known=True)
        for carrier in own["carriers"]:
            self._known.setdefault(fold(carrier), Name(carrier, None, is_known=True))
        for key, name in self._known.items():
            shown = fold(name.shown)
            carrier = shown in carriers or (name.system is not None and name.system.kind is Kind.CARRIER)
            self._known[key] = name._replace(is_carrier=carrier, signs_for_many=shown in umbrellas)
        self.heads: Final[dict[str, int]] = {}
        """First word of a known name → how many words the longest such name has."""
        self._pairs: Final[dict[str, int]] = {}
        """First two signs of a known name of a script without spaces → how many signs the longest such name has."""
        for written in (*self._written(), *own["usual"], *own["usual"].values(), *own["carriers"], *own["others"]):
            self._index(written)

    def signing(self, written: str) -> Name | None:
        """Return who signs so; None where it is nobody's name: a gateway's, or a word like "Info"."""
        written = written[:_LONGEST].strip()
        if not written.isascii():
            written = _FORMS.sub("", written).strip()
        folded = fold(written)
        if not folded or folded in self._gateways:
            return None
        if (found := self._of(folded)) is not None:
            return found
        low = written.lower()
        firm, _blank, last = low.rpartition(" ")
        if last in self._countries and (found := self._known.get(fold(firm))) is not None:
            return found
        if low.endswith(self._notices):
            for notice in self._notices:
                if low.endswith(notice) and len(rest := written[: -len(notice)].strip(" -·:|")) > 1:
                    return self.signing(rest)
        return Name(written)

    def known(self, written: str) -> Name | None:
        """Return a service of the rulebook or of our list by what it is called or signs; None where it is in neither.

        Endings like "official" and "account" are taken off where the rest is known.
        """
        folded = fold(written[:_LONGEST])
        return self._of(folded) if folded else None

    def by_domain(self, host: str) -> Name | None:
        """Return the service of a host name."""
        if (short := self._hosts.get(host)) is not None:
            return self._known.get(short)
        system = self._book.by_domain(host)
        return None if system is None else Name(self._book.name(system, "en"), system, is_known=True)

    def by_header(self, header: str) -> Name | None:
        """Return whose abbreviation a sender's header is: a known name and a word of the trade, or a name cut off."""
        folded = fold(header)
        for length in range(len(folded) - 1, 2, -1):
            found = self._known.get(folded[:length])
            if found is not None and (length > 3 or folded[length:] in self._trade):
                return found
        if len(folded) < 5:
            return None
        begin = folded[:5]
        cut = {name.shown: name for key, name in self._known.items() if key.startswith(begin)}
        return next(iter(cut.values())) if len(cut) == 1 else None

    def by_number(self, sender: str) -> Name | None:
        """Return whose short number a message was sent from, where that is known."""
        short = self._senders.get(sender)
        return None if short is None else self._known.get(short)

    def of_sentence(self, written: str) -> Name | None:
        """Return who is named by words of a sentence that are written as a name; None where they are nobody's name."""
        folded = fold(written)
        if written == "X":
            return self._known.get("x")
        if len(folded) < 2 or folded in self._generic or folded.isdigit() or _NUMBERED.fullmatch(folded):
            return None
        known = self._of(folded) if written.isascii() else None  # "über" is not Uber
        return known or Name(written)

    def is_generic(self, written: str) -> bool:
        """Return whether words of a sentence are nobody's name."""
        folded = fold(written)
        return not folded or folded in self._generic

    def in_sentence(self, low: str, written: str) -> Name | None:
        """Return a known service by how a sentence names it: not by a short name that is an ordinary word.

        Args:
            low: the words as they are compared.
            written: the same as they are written.
        """
        key = self.key(low)
        if len(key) < 2 or key in self._only_signed or (key.isascii() and not written.isascii()):
            return None  # "über" is not Uber
        return self._known.get(key)

    @staticmethod
    def key(low: str) -> str:
        """Return what names are compared by, of text that is in the form for comparing already."""
        return low if low.isalnum() else letters(low)

    def mentioned(self, read: Read) -> Name | None:
        """Return the first known service that is written as a name in a text, of scripts with spaces."""
        for found in _WORD.finditer(read.low):
            if found[0] in self.heads and (named := self._at(read, found)) is not None:
                return named[1]
        return None

    def beginning(self, read: Read, at: int) -> tuple[int, Name] | None:
        """Return the known service that a text begins with at a place, written as a name, and where its name ends."""
        found = _WORD.match(read.low, at)
        return self._at(read, found) if found is not None and found[0] in self.heads else None

    def _at(self, read: Read, found: re.Match[str]) -> tuple[int, Name] | None:
        """Return the known name that a word begins, and where it ends."""
        text, low = read.text, read.low
        start, end = found.span()
        is_small = text[start:end] == found[0] and not (read.is_dense and end - start >= 5)
        if is_small and not low.endswith(_YOUR, 0, start):
            return None
        longest = self.heads[found[0]]
        ends = [end, *(one.end() for one in itertools.islice(_WORD.finditer(low, end), longest - 1))]
        for last in reversed(ends):
            if (name := self.in_sentence(low[start:last], text[start:last])) is not None:
                return last, name
        return None

    def all_in(self, low: str) -> Iterator[tuple[int, int, Name]]:
        """Yield where known names of scripts without spaces stand in a text that was read."""
        after = 0
        pairs = self._pairs
        for at in [at for at, pair in enumerate(map(operator.add, low, low[1:])) if pair in pairs]:
            if at >= after:
                for length in range(min(pairs[low[at : at + 2]], len(low) - at), 1, -1):
                    key = low[at : at + length]
                    if (name := self._known.get(key)) is not None and key not in self._only_signed:
                        after = at + length
                        yield at, after, name
                        break

    def _written(self) -> Iterator[str]:
        for system in self._book.systems:
            yield from system.names.values()
            yield from system.aliases

    def _index(self, written: str) -> None:
        folded = fold(written)
        if folded in self._only_signed or len(folded) < 2:
            return
        if folded[0] >= "\u0590":
            self._pairs[folded[:2]] = max(len(folded), self._pairs.get(folded[:2], 0))
            return
        words = _WORD.findall(read(written).low)
        self.heads[words[0]] = max(len(words), self.heads.get(words[0], 0))
        self.heads[folded] = max(1, self.heads.get(folded, 0))

    def _of(self, folded: str) -> Name | None:
        if (found := self._known.get(folded)) is not None:
            return found
        if folded.endswith(self._endings):
            for ending in self._endings:
                rest = folded.removesuffix(ending)
                if rest != folded and rest not in self._only_signed and (found := self._known.get(rest)) is not None:
                    if found.is_carrier and ending in _OF_MONEY:
                        continue  # a carrier's bank is another firm
                    return found
        if folded.startswith(self._beginnings):
            for beginning in self._beginnings:
                if (found := self._known.get(folded.removeprefix(beginning))) is not None:
                    return found
        return None


def _usual(system: System, alias: str) -> str:
    """Return what a system is called where a message calls it `alias`: its own name where the alias contains that."""
    folded = fold(alias)
    for name in system.names.values():
        if len(name) > 1 and fold(name) in folded:
            return name
    return alias


@functools.cache
def _own() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
