"""What a search takes for the same, and what a pattern matches. Expected values: Unicode's own tables and examples."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots.catalogue.folding import END, Query, fold, fold_names


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Straße.txt", "STRASSE"),
        ("ＩＭＧ＿１２３.jpg", "img_123"),  # full-width letters (UAX #15, table 4)
        ("ｶﾞｲﾄﾞ", "ガイド"),  # half-width katakana with marks of their own
        ("Cafe\u0301", "café"),  # composed and not (UAX #15, figure 1)
        ("Ångström", "a\u030angstro\u0308m"),
        ("\u212bngström", "ångström"),  # the Angstrom sign
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),  # the final sigma folds like any other
        ("İstanbul", "i\u0307stanbul"),
        ("聊天记录备份", "记录"),
        ("聊天", "聊"),
        ("한글.txt", "\u1112\u1161\u11ab\u1100\u1173\u11af"),  # Hangul, composed and in letters
    ],
)
def test_the_same_for_a_search(name: str, query: str) -> None:
    text = END + fold_names([b"before", name.encode(), b"after"])
    assert list(Query(query).places(text)) == [1]


def test_two_characters_do_not_match_halves_of_others() -> None:
    assert list(Query("记").places(END + fold_names(["訂".encode(), "记".encode()]))) == [1]


@pytest.mark.parametrize(
    ("pattern", "names", "found"),
    [
        ("*.jpg", [b"a.jpg", b"a.jpg2", b".jpg", b"A.JPG"], [0, 2, 3]),
        ("?", [b"a", "中".encode(), b"ab", b"\xff", b"", "中文".encode()], [0, 1, 3]),
        ("??", ["中文".encode(), "中".encode(), b"\xffa", "\U0001f600".encode()], [0, 2]),
        ("*??", ["中".encode(), "中文".encode(), "a中".encode()], [1, 2]),
        ("中*?", ["中".encode(), "中文".encode()], [1]),
        ("a*b*c", [b"abc", b"aXbXc", b"acb", b"abcb", b"aabbcc"], [0, 1, 4]),
        ("a*a", [b"a", b"aa", b"aba"], [1, 2]),
        ("*", [b"", b"\xff", b"x\ny"], [0, 1, 2]),
        ("IMG_*_?.*", [b"img_1_2.jpg", b"img_1_23.jpg", b"IMG__2."], [0, 2]),
        ("x.y", [b"xzy", b"x.y"], [1]),
        ("[ab]*", [b"a", b"[ab]c"], [1]),
    ],
)
def test_patterns(pattern: str, names: list[bytes], found: list[int]) -> None:
    assert list(Query(pattern).places(END + fold_names(names))) == found


def test_a_hostile_pattern_and_name_take_no_time() -> None:
    names = [b"a" * 4000] * 50
    text = END + fold_names(names)
    start = time.process_time()
    for pattern in ("*a" * 60 + "b", "*a?" * 40 + "*b*", "?" * 200 + "b", "*" * 250 + "b*a?*b"):
        assert list(Query(pattern).places(text)) == []
    assert time.process_time() - start < 5


@given(st.lists(st.binary(max_size=12).map(lambda name: name.replace(b"\0", b"")), max_size=12))
def test_every_name_stays_one(names: list[bytes]) -> None:
    folded = fold_names(names)
    assert folded.count(END) == len(names)
    assert list(Query("*").places(END + folded)) == list(range(len(names)))
    for number, name in enumerate(names):
        text = name.decode("utf-8", "surrogateescape")
        if text.strip() == text and text and "*" not in text and "?" not in text and fold(text):
            assert number in list(Query(text).places(END + folded))


@given(st.text(max_size=20))
def test_folding_is_done_once(text: str) -> None:
    assert "\0" in text or "\0" not in fold(text)
    assert fold(fold(text)) == fold(text)
