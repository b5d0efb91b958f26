"""Content lines of calendars and address books: any text goes through them, and no text breaks out of its line."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.records.contentlines import (
    ContentLine,
    ContentLineError,
    escaped,
    fold,
    one,
    parse_line,
    shown,
    split_value,
    unescaped,
    unfolded,
)

odd = st.text(st.sampled_from("\0\t\n\r\x0b\x1f\x7f\x85\u2028\ud83d\ude00😀信é^'\"\\;:,=nN a"), max_size=60)
texts = st.one_of(st.text(st.characters(), max_size=200), odd)


def read(data: bytes, limit: int = 1 << 20) -> list[ContentLine]:
    return [parse_line(line, number) for number, line in unfolded(io.BytesIO(data), limit)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(texts, st.lists(texts, min_size=1, max_size=3)), min_size=1, max_size=3))
def test_any_text_comes_back_and_stays_in_its_line(found: list[tuple[str, list[str]]]) -> None:
    """Whatever a title or a name holds, the file has the lines that were meant, and no other."""
    lines = [one("SUMMARY", escaped(text), ("CN", parameters)) for text, parameters in found]
    data = b"".join(line.encoded() for line in lines)
    rows = data.split(b"\r\n")
    assert rows.pop() == b""
    assert all(len(row) <= 75 for row in rows)
    assert b"\n" not in b"".join(rows)
    assert all(row.decode() for row in rows), "a character was cut in two"
    again = read(data)
    assert [unescaped(line.value) for line in again] == [
        shown(text.replace("\n", "\0LF")).replace("\ufffdLF", "\n") for text, _parameters in found
    ]
    assert [line.parameters[0][1] for line in again] == [
        tuple(shown(text.replace("\n", "\0LF")).replace("\ufffdLF", "\n") for text in parameters)
        for _text, parameters in found
    ]


@given(st.text(st.sampled_from("aé信😀"), max_size=300))
def test_folding_as_the_rule_says(text: str) -> None:
    """RFC 5545, 3.1: taking out each line break with the space behind it gives the line again."""
    assert re.sub(rb"\r\n[ \t]", b"", fold("X:" + text)) == f"X:{text}\r\n".encode()


def test_files_of_other_programs() -> None:
    """Line feeds alone, a fold inside a character, tabs, empty lines, a byte order mark, names in small letters."""
    data = (
        "\ufeffBEGIN:VCARD\n\nnote;Language=zh:信".encode()[:-1]
        + b'\r\n \xa1x\r\n\ty\r\nitem1.TEL;CELL;TYPE=a,"b,c":1\n'
    )
    first, second, third = read(data)
    assert (first.name, first.value) == ("BEGIN", "VCARD")
    assert (second.name, second.value, second.parameter("LANGUAGE")) == ("NOTE", "信xy", "zh")
    assert (third.group, third.name, third.value) == ("item1", "TEL", "1")
    assert third.parameters == (("", ("CELL",)), ("TYPE", ("a", "b,c")))
    assert third.parameter("VALUE") is None


@pytest.mark.parametrize("data", [b":x", b"SUMMARY", b"SUMMARY;X=1", b'SUMMARY;X="1:2', b"S\xff:x", b"S:\xff", b"=:x"])
def test_what_is_no_line_is_named(data: bytes) -> None:
    with pytest.raises(ContentLineError, match=r"^line 1 "):
        read(data)


def test_a_line_without_end_is_refused() -> None:
    """Neither one endless row nor endlessly many folded ones fill the memory."""
    assert len(read(b"X:" + b"a" * 98, 100)) == 1
    for data in (b"X:" + b"a" * 99, b"X:" + b"a\n " * 200, b"X:a\n" + b"Y:" + b"b" * 500):
        with pytest.raises(ContentLineError, match="longer than any can be"):
            read(data, 100)


def test_parts_of_a_value() -> None:
    r"""`a\;b;c` are two parts."""
    assert split_value(r"a\;b;c\\;d", ";") == [r"a\;b", r"c\\", "d"]
    assert unescaped(r"a\;b\N\:\\n") == "a;b\n:\\n"
    assert unescaped("a\\") == "a\\"
