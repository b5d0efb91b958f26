"""The words: found as whole words, the longest phrase first, however they are joined; and their files are in order."""

import pytest

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.lexicon import FOLDER, Lexicon, read_words
from phoneward.numbers.recognising.reading import read


def found(phrases: dict[str, int], text: str) -> list[str]:
    """Return what is found in a text, as it stands there."""
    reading = read(text)
    hits, _seen = Lexicon(phrases).look(reading.low, is_dense=reading.is_dense)
    return [reading.text[hit.start : hit.end] for hit in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please sign in now", ["sign in"]),
        ("please SIGN-IN now", ["SIGN-IN"]),
        ("sign\nin", ["sign\nin"]),
        ("design in wood", []),
        ("sign into it", []),
        ("do not shareware", []),
        ("your coupon code", ["coupon code"]),
        ("your code", ["code"]),
        ("codec", []),
        ("você código", ["código"]),
        ("输入验证码", ["验证码"]),
        ("验证身份", ["验证"]),
    ],
)
def test_phrases(text: str, expected: list[str]) -> None:
    phrases = {
        "sign in": kinds.LOGIN,
        "do not share": kinds.SECRECY,
        "code": kinds.WEAK,
        "coupon code": kinds.OTHER_CODE,
        "codigo": kinds.WEAK,
        "验证": kinds.CONFIRM,
        "验证码": kinds.CODE,
    }
    assert found(phrases, text) == expected


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_language_has_words_for_codes(path: object) -> None:
    words = read_words((FOLDER / str(path)).read_bytes())
    assert sum(bool(kind & kinds.CODE) for kind in words.values()) >= 9
    assert any(kind & kinds.STOP for kind in words.values())
    assert all(word == word.strip() and word for word in words)


def test_a_table_that_means_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        read_words(b'cod = ["x"]')
