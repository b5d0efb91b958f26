"""Uploads that went in pieces are put together; what is too large is given up and counted, and memory stays bounded."""

import random

import pytest

from phoneward.watch import Exchange
from phoneward.watch.captures import joining
from phoneward.watch.captures.joining import Joins
from phoneward.watch.captures.unwrapping import Mark, Piece
from phoneward.watch.captures.unwrapping.pieces import mark_of


def exchange(number: int, url: str = "https://a.example/up", connection: str = "") -> Exchange:
    """Return a request."""
    return Exchange(number=number, time=None, app=None, host="a.example", url=url, method="POST", connection=connection)


def joined(joins: Joins) -> list[bytes]:
    """Return what was put together of more than one piece."""
    return [one.data for one in joins.uploads() if len(one.exchanges) > 1]


def piece(place: int, data: bytes, upload: str = "u", *, is_offset: bool = False) -> Piece:
    """Return a marked piece."""
    return Piece(Mark(upload=upload, place=place, is_offset=is_offset, how="chunk"), data, ())


def test_in_any_order_and_sent_twice() -> None:
    data = random.Random(1).randbytes(1000)
    pieces = [(start, data[start : start + 100]) for start in range(0, 1000, 100)]
    random.Random(2).shuffle(pieces)
    for is_offset in (True, False):
        joins = Joins()
        for number, (start, part) in enumerate([*pieces, pieces[3], pieces[7]]):
            joins.add(exchange(number), piece(start, part, is_offset=is_offset))
        assert joined(joins) == [data]


def test_a_piece_sent_again_from_its_middle() -> None:
    """A resumed upload begins where the server says it got to, which lies within an earlier piece."""
    joins = Joins()
    for number, (start, part) in enumerate([(0, b"abcdef"), (4, b"efghi"), (9, b"jk")]):
        joins.add(exchange(number), piece(start, part, is_offset=True))
    assert joined(joins) == [b"abcdefghijk"]


def test_two_uploads_that_nothing_tells_apart_are_not_mixed() -> None:
    joins = Joins()
    for number, (place, part) in enumerate([(0, b"one-"), (1, b"ONE"), (0, b"two-"), (1, b"TWO")]):
        joins.add(exchange(number), piece(place, part))
    assert joined(joins) == [b"one-ONE", b"two-TWO"]


def test_the_messages_of_one_websocket_go_together() -> None:
    joins = Joins()
    for number, (connection, part) in enumerate([("a", b"1"), ("b", b"x"), ("a", b"2"), ("b", b"y"), ("a", b"3")]):
        one = exchange(number, connection=connection)
        assert joins.goes_on(one)
        joins.add(one, Piece(None, part, ()))
    assert sorted(joined(joins)) == [b"123", b"xy"]


def test_a_film_in_pieces_does_not_push_out_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest upload is given up, counted once, and not begun again."""
    monkeypatch.setattr(joining, "MOST_BYTES", 10_000)
    joins = Joins()
    joins.add(exchange(0), piece(0, b"pic", "picture"))
    for number in range(1, 40):
        joins.add(exchange(number), piece(number, bytes(1000), "film"))
    joins.add(exchange(40), piece(1, b"ture", "picture"))
    assert joined(joins) == [b"picture"]
    assert joins.given_up == 1


def test_what_nothing_marks_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that only begins like a picture does not draw in everything that is sent after it."""
    monkeypatch.setattr(joining, "UNMARKED_BYTES", 5_000)
    joins = Joins()
    joins.add(exchange(0), Piece(None, bytes(1000), ()))
    kept = 0
    for number in range(1, 100):
        one = exchange(number)
        if joins.goes_on(one):
            joins.add(one, Piece(None, bytes(1000), ()))
            kept += 1
    assert kept == 4


@pytest.mark.parametrize(
    ("headers", "fields", "place", "is_offset"),
    [
        ({"content-range": "bytes 100-199/1000"}, {}, 100, True),
        ({"upload-offset": "700"}, {}, 700, True),
        ({"x-goog-upload-offset": "5"}, {}, 5, True),
        ({"dropbox-api-arg": '{"cursor": {"session_id": "s", "offset": 8}}'}, {}, 8, True),
        ({}, {"partNumber": "3", "uploadId": "x"}, 3, False),
        ({}, {"resumableChunkNumber": "2"}, 2, False),
        ({}, {"flowChunkNumber": "9"}, 9, False),
        ({}, {"dzchunkindex": "4"}, 4, False),
        ({}, {"chunk": "0", "chunks": "5", "name": "a.jpg"}, 0, False),
        ({}, {"partseq": "1"}, 1, False),
        ({}, {"comp": "block", "blockid": "YmxvY2stMDAwMDA3"}, 7, False),
        ({"x-chunk-index": "6"}, {}, 6, False),
    ],
)
def test_marks_of_upload_libraries(
    headers: dict[str, str],
    fields: dict[str, str],
    place: int,
    is_offset: bool,
) -> None:
    mark = mark_of("POST", "https://a.example/up", headers, fields)
    assert mark is not None
    assert (mark.place, mark.is_offset) == (place, is_offset)


def test_what_is_no_mark() -> None:
    for fields in ({"page": "3"}, {"id": "7"}, {"chunk": "x"}, {"offsets": "1"}, {"index": "-1"}, {"version": "12"}):
        assert mark_of("POST", "https://a.example/up", {"content-length": "5"}, fields) is None, fields
