"""Look at one DEX file, within the confined worker: find what is wanted, then who it belongs to.

Looking at every instruction would take Python a minute for a large app. So the numbers of what is wanted are looked up
in the tables first; then the bytes are searched for an opcode that is followed by such a number; and only methods in
which that is found are walked, instruction by instruction, which sorts out what merely looks like one.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.apk.dex import instructions as code
from phoneward.apk.dex.facts import CallSite, DexFacts, FieldSite, Member, TextSite, Wanted
from phoneward.apk.dex.header import DexError, Header, headers
from phoneward.apk.dex.methods import Methods
from phoneward.apk.dex.platform import PLATFORM_PACKAGES, SUPERS
from phoneward.apk.dex.tables import NO_INDEX, Tables, having
from phoneward.apk.dex.words import find_texts

MAX_SITES: Final = 20_000
"""Of one file; the largest apps have some thousand."""
MAX_SHOWN: Final = 300
"""Letters of a text that are told."""
_WINDOW: Final = 1 << 20
"""Bytes of code that are searched at once; an even number."""
_OBJECT: Final = "java.lang.Object"
_PLATFORM: Final = ("[", "java.", "javax.", "dalvik.", *(f"android.{part}." for part in PLATFORM_PACKAGES))


def look_at_dex(data: bytes, wanted: Wanted) -> DexFacts:
    """Return what a DEX file, or a container of several, tells of what is wanted.

    A file that cannot be read is no error here: `damage` says why.
    """
    found = DexFacts()
    try:
        for header in headers(data):
            found = _joined(found, _Look(data, header, wanted).facts())
    except DexError as error:
        return DexFacts(damage=str(error))
    except (IndexError, struct.error, OverflowError):  # an offset or a number that leads out of the file
        return DexFacts(damage="damaged")
    return found


def _joined(one: DexFacts, other: DexFacts) -> DexFacts:
    return DexFacts(
        version=max(one.version, other.version),
        classes=one.classes + other.classes,
        methods=one.methods + other.methods,
        calls=one.calls + other.calls,
        fields=one.fields + other.fields,
        texts=one.texts + other.texts,
        supers=one.supers | other.supers,
        prefixes=one.prefixes | other.prefixes,
        present=one.present + other.present,
        broken=one.broken + other.broken,
        is_cut=one.is_cut or other.is_cut,
    )


@dataclass(slots=True)
class _Targets:
    """Numbers to look for, by the opcodes that carry them."""

    calls: dict[int, Member] = field(default_factory=dict)
    fields: dict[int, Member] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def kinds(self) -> Iterator[tuple[tuple[int, ...], Iterable[int]]]:
        """Opcodes, with the numbers that are wanted behind them."""
        yield code.INVOKES, self.calls
        yield code.GETS, self.fields
        yield (code.CONST_STRING, code.CONST_STRING_JUMBO), self.texts


class _Look:
    def __init__(self, data: bytes, header: Header, wanted: Wanted) -> None:
        self.data = data
        self.tables = Tables(data, header)
        self.wanted = wanted
        self.supers = self._supers()
        self.is_cut = False
        self.broken = 0

    def facts(self) -> DexFacts:
        """Return all that is wanted."""
        tables, wanted = self.tables, self.wanted
        targets = self._targets()
        methods = Methods(tables)
        sites = list(self._sites(methods, targets))
        return DexFacts(
            version=tables.header.version,
            classes=tables.header.classes,
            methods=len(methods.placed),
            calls=[site for site in sites if isinstance(site, CallSite)],
            fields=[site for site in sites if isinstance(site, FieldSite)],
            texts=[site for site in sites if isinstance(site, TextSite)],
            supers=self.supers,
            prefixes={prefix: name for prefix in wanted.prefixes if (name := tables.beginning(prefix)) is not None},
            present=[name for name in wanted.classes if tables.defines(name)],
            broken=self.broken,
            is_cut=self.is_cut,
        )

    def _targets(self) -> _Targets:
        """Look up in the tables what is wanted."""
        tables = self.tables
        calls: dict[int, Member] = {}
        by_name = _by_name(tables, self.wanted.calls)
        for index in having(tables.method_names, by_name):
            owner = tables.type_name(tables.method_owners[index] & 0xFFFF)
            members = [one for one in by_name[tables.method_names[index]] if self._may_be(owner, one)]
            prototype = tables.prototype(tables.method_owners[index] >> 16) if members else ""
            if any(one.prototype in {"", prototype} for one in members):
                calls[index] = Member(owner, members[0].name, prototype)
        fields: dict[int, Member] = {}
        by_name = _by_name(tables, self.wanted.fields)
        for index in having(tables.field_names, by_name):
            owner = tables.type_name(tables.field_owners[index] & 0xFFFF)
            for member in by_name[tables.field_names[index]]:
                if member.owner == owner:
                    fields[index] = member
        return _Targets(calls, fields, find_texts(tables, self.wanted.texts))

    def _may_be(self, owner: str, wanted: Member) -> bool:
        """Tell whether a class is the wanted one, or may be a subclass: where another file may tell, it may be.

        A constructor is named by its own class always.
        """
        if wanted.name == "<init>" or owner == wanted.owner:
            return owner == wanted.owner
        seen: set[str] = set()
        while owner not in seen and owner != wanted.owner:
            seen.add(owner)
            above = self.supers.get(owner) or SUPERS.get(owner)
            if above is None:
                return not owner.startswith(_PLATFORM) and not self.tables.defines(owner)
            owner = above
        return owner == wanted.owner

    def _supers(self) -> dict[str, str]:
        """Return the superclass of each class that has another than `java.lang.Object`."""
        tables, plain = self.tables, self.tables.find_type(_OBJECT)
        rows = zip(tables.classes[::8], tables.classes[2::8], strict=True)
        return {tables.type_name(one): tables.type_name(above) for one, above in rows if above not in {plain, NO_INDEX}}

    def _sites(self, methods: Methods, targets: _Targets) -> Iterator[CallSite | FieldSite | TextSite]:
        starts = methods.starts
        by_code: dict[int, set[int]] = {}
        for at in self._candidates(starts, targets):
            by_code.setdefault(starts[bisect_right(starts, at) - 1], set()).add(at)
        count = 0
        for start in sorted(by_code):
            begin, end = code.span(self.data, start)
            candidates = {at for at in by_code[start] if begin <= at < end}
            try:
                true = [at for at in code.walk(self.data, begin, end) if at in candidates] if candidates else []
            except DexError:  # Android runs no such method; the others of the file it does
                self.broken += 1
                continue
            found = [(at, target) for at in true if (target := self._carried(at, targets)) is not None]
            for owner in methods.at(start) if found else ():
                caller = self.tables.method(owner)
                for at, target in found:
                    count += 1
                    if count > MAX_SITES:
                        self.is_cut = True
                        return
                    yield _site(target, caller, (at - begin) // 2)

    def _candidates(self, starts: list[int], targets: _Targets) -> Iterator[int]:
        """Yield where an opcode stands that may carry a wanted number: by chance too, in a payload for instance.

        Opcodes and the lower halves of numbers stand at even places, the upper halves at odd ones.
        """
        if not starts:
            return
        first, last = starts[0], code.span(self.data, starts[-1])[1]
        searches = [_Search(opcodes, numbers) for opcodes, numbers in targets.kinds if numbers]
        for begin in range(first, last if searches else first, _WINDOW):
            window = self.data[begin : min(begin + _WINDOW + 2, last)]
            low, high = window[::2], window[1::2]
            for search in searches:
                for at in search.places(low, high):
                    yield begin + 2 * at

    def _carried(self, at: int, targets: _Targets) -> Member | str | None:
        """Return what the instruction there speaks of."""
        opcode, number = self.data[at], self.data[at + 2] | self.data[at + 3] << 8
        if opcode in code.INVOKES:
            return targets.calls.get(number)
        if opcode in code.GETS:
            return targets.fields.get(number)
        if opcode == code.CONST_STRING_JUMBO:
            number |= self.data[at + 4] << 16 | self.data[at + 5] << 24
        return targets.texts.get(number)


def _site(target: Member | str, caller: tuple[str, str, str], at: int) -> CallSite | FieldSite | TextSite:
    if isinstance(target, str):
        return TextSite(target[:MAX_SHOWN], *caller, at)
    if target.prototype.startswith("("):
        return CallSite(target, target.owner, *caller, at)
    return FieldSite(target, *caller, at)


def _by_name(tables: Tables, members: Iterable[Member]) -> dict[int, list[Member]]:
    """Return members by the number of their name."""
    found: dict[int, list[Member]] = {}
    for member in members:
        name = tables.find(member.name)
        if name is not None:
            found.setdefault(name, []).append(member)
    return found


class _Search:
    """Searches for one of some opcodes with one of some numbers behind it."""

    def __init__(self, opcodes: Iterable[int], numbers: Iterable[int]) -> None:
        self._by_low: dict[int, set[int]] = {}
        for number in numbers:
            self._by_low.setdefault(number & 0xFF, set()).add(number >> 8 & 0xFF)
        self._pattern = re.compile(_one_of(opcodes) + b"(?=" + _one_of(self._by_low) + b")")

    def places(self, low: bytes, high: bytes) -> Iterator[int]:
        """Yield the units with such an opcode; see `_Look._candidates`."""
        for match in self._pattern.finditer(low):
            at = match.end()
            if at < len(high) and high[at] in self._by_low[low[at]]:
                yield at - 1


def _one_of(numbers: Iterable[int]) -> bytes:
    return b"[" + b"".join(re.escape(bytes([number])) for number in sorted(numbers)) + b"]"
