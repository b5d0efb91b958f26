"""The pictures in one body that was sent, however it is wrapped. Runs in the confined worker."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from phoneward.media import Format
from phoneward.media.headers import end_of
from phoneward.watch.captures.unwrapping.budget import Budget, Node, Problem, encodings_of
from phoneward.watch.captures.unwrapping.pieces import Mark, mark_of
from phoneward.watch.captures.unwrapping.walk import Walk, fields_of, shown_way

__all__ = ["Body", "Found", "Mark", "Piece", "Problem", "Unwrapped", "unwrap"]

LARGEST_ANSWER = 96 << 20
"""Bytes of pictures in one answer; what is left comes with the next."""


@dataclass(frozen=True, slots=True)
class Found:
    """A picture that was found in a body.

    Attributes:
        data: its bytes.
        format: how it is written.
        form: the way to it, readable, outermost first.
        is_whole: its end is there.
    """

    data: bytes
    format: Format
    form: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """The piece of an upload that a body carries.

    Attributes:
        mark: which piece of which upload; None where nothing says so.
        data: its bytes, unwrapped.
        form: the way to them.
    """

    mark: Mark | None
    data: bytes
    form: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a body holds.

    Attributes:
        pictures: found in it.
        piece: what it carries of an upload in pieces.
        problems: what was not looked at.
        next: with which picture the next answer begins; 0 where this one is the last.
    """

    pictures: tuple[Found, ...]
    piece: Piece | None
    problems: tuple[Problem, ...]
    next: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body to unwrap.

    Attributes:
        data: as sent, without transfer encoding.
        headers: of the request: content type and encodings, marks of pieces.
        method: HTTP's.
        url: asked for.
        first: how many pictures of this body were told before.
        goes_on: it may go on with what an earlier body began, though nothing marks it.
    """

    data: bytes
    headers: tuple[tuple[str, str], ...] = ()
    method: str = ""
    url: str = ""
    first: int = 0
    goes_on: bool = False


def unwrap(body: Body) -> Unwrapped:
    """Return the pictures in a body, and the piece of an upload that it carries."""
    said = {name.lower(): value for name, value in body.headers}
    encodings = encodings_of(said.get("content-encoding", ""))
    budget = Budget()
    walk = Walk(budget)
    pictures: list[Found] = []
    size = number = 0
    for node, found in walk.pictures(Node(body.data, (), said.get("content-type", ""), encodings)):
        number += 1
        if number <= body.first:
            continue
        if pictures and size + len(found.data) > LARGEST_ANSWER:
            return Unwrapped(tuple(pictures), None, tuple(budget.problems), number - 1)
        size += len(found.data)
        is_whole = end_of(found.data, found.header) is not None
        pictures.append(Found(found.data, found.header.format, shown_way(node, found), is_whole))
    return Unwrapped(tuple(pictures), _piece(walk, body, said, pictures), tuple(budget.problems))


def _piece(walk: Walk, body: Body, headers: dict[str, str], pictures: list[Found]) -> Piece | None:
    if walk.largest is None:
        return None
    mark = mark_of(body.method, body.url, headers, fields_of(urlsplit(body.url).query) | walk.fields)
    if mark is None and not body.goes_on and all(one.is_whole for one in pictures):
        return None
    return Piece(mark, walk.largest.data, walk.largest.form)
