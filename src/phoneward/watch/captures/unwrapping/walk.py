"""One body, opened layer by layer until pictures lie bare."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl

from phoneward.media import FoundPicture, find_pictures
from phoneward.media.finding import LeftOut
from phoneward.media.headers import end_of
from phoneward.watch.captures.unwrapping import compressed, forms, multiparts, numbers, runs
from phoneward.watch.captures.unwrapping.budget import SHORTEST, Budget, Node, Problem

_ZIP: Final = b"PK\x03\x04"
_LONGEST_FIELD: Final = 200
_MOST_FIELDS: Final = 200
_SCALAR: Final = re.compile(rb'"([A-Za-z_][\w.-]{0,40})"\s*:\s*(?:"([^"\\]{0,200})"|(-?\d{1,18}))\s*[,}\]]')
_HEAD: Final = 4096
"""Bytes at each end of a body in which small values are looked for: what stands beside a long one."""


class Walk:
    """The way through one body.

    Attributes:
        fields: small values that the body holds beside its content: form fields, members of JSON.
        largest: the largest part without a layer left to open, and the way to it: a piece, if the body is one.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.fields: dict[str, str] = {}
        self.largest: Node | None = None

    def pictures(self, node: Node, depth: int = 0) -> Iterator[tuple[Node, FoundPicture]]:
        """Yield the pictures in what lies in a node, and the way to each."""
        if len(node.data) < SHORTEST or not self._budget.may_open(len(node.data), depth):
            return
        node = compressed.decoded(node, self._budget)
        whole = compressed.opened(node, self._budget)
        if whole is not None:
            yield from self.pictures(whole, depth + 1)
            return
        if boundary := multiparts.boundary_of(node):
            yield from self._named(multiparts.parts(node, boundary, self._budget), depth)
            return
        if forms.is_form(node):
            yield from self._named(forms.fields(node), depth)
            return
        yield from self._bare(node, depth)

    def _named(self, parts: Iterator[tuple[str, Node]], depth: int) -> Iterator[tuple[Node, FoundPicture]]:
        for name, part in parts:
            if len(part.data) <= _LONGEST_FIELD:
                self._note(name, part.data)
            yield from self.pictures(part, depth + 1)

    def _note(self, name: str, value: bytes) -> None:
        if name and len(self.fields) < _MOST_FIELDS:
            self.fields.setdefault(name, value.decode("utf-8", "replace"))

    def _bare(self, node: Node, depth: int) -> Iterator[tuple[Node, FoundPicture]]:
        """Look at a body that names no structure: pictures as they lie, then what may be written in it as text."""
        covered = 0
        is_whole = True
        lying: list[range] = []
        for found in find_pictures(node.data, on_left_out=self._left_out):
            covered += len(found.data)
            if not found.via:
                lying.append(range(found.offset, found.offset + len(found.data)))
            is_whole = is_whole and end_of(found.data, found.header) is not None
            self._budget.pictures_left -= 1
            if self._budget.pictures_left < 0:
                self._budget.note(Problem.PICTURES)
                return
            yield node, found
        if is_whole and covered * 20 >= len(node.data) * 19:
            return
        opened = 0
        for inner in self._within(node, lying):
            opened += len(inner.data)
            yield from self.pictures(inner, depth + 1)
        # Written as text, bytes take up to four times their size; less than that was a run by chance within binary.
        if opened * 4 < len(node.data):
            self._keep(node)
        for text in (node.data[:_HEAD], node.data[max(_HEAD, len(node.data) - _HEAD) :]):
            for match in _SCALAR.finditer(text):
                self._note(match[1].decode("ascii", "replace"), match[2] if match[2] is not None else match[3])

    def _left_out(self, reason: LeftOut) -> None:
        if reason is not LeftOut.FILM:
            self._budget.note(Problem.LEFT_OUT)

    def _within(self, node: Node, lying: Sequence[range]) -> Iterator[Node]:
        for one in (numbers.widened(node), forms.unescaped(node)):
            if one is not None:
                yield one
                return
        yield from runs.runs(node)
        yield from numbers.arrays(node)
        yield from numbers.characters(node)
        yield from compressed.within(node, lying, self._budget)
        archive = node.data.find(_ZIP, 1)
        if archive > 0 and not node.data.startswith(_ZIP):
            yield node.inner(node.data[archive:], "zip")
        if (turned := numbers.backwards(node)) is not None:
            yield turned

    def _keep(self, node: Node) -> None:
        if self.largest is None or len(node.data) > len(self.largest.data):
            self.largest = node


def shown_way(node: Node, found: FoundPicture) -> tuple[str, ...]:
    """Return the way to a picture, readable, outermost first; `body` where nothing lies around it."""
    way = (*node.form, *found.via)
    if found.offset and not found.via:
        way = (*way, f"at byte {found.offset:,}")
    return way or ("body",)


def fields_of(query: str) -> dict[str, str]:
    """Return what an address's query says."""
    try:
        return dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
