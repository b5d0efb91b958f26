"""Made passwords: their words are the EFF's, their entropy is counted, and they come out evenly."""

import hashlib
import math
import re
from collections import Counter
from pathlib import Path

import pytest

from phoneward import setup, texts
from phoneward.setup import PhraseKind, judge, make_phrase
from phoneward.setup.phrases import word_list

WORDLIST = Path(setup.__file__).parent / "wordlist"
# The EFF's own file: https://www.eff.org/files/2016/07/18/eff_large_wordlist.txt
EFF_SHA256 = "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e"


def test_the_word_list_is_the_effs_unchanged_and_its_licence_beside_it() -> None:
    data = (WORDLIST / "eff_large_wordlist.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == EFF_SHA256
    licence = (WORDLIST / "LICENSE.md").read_text()
    assert "Attribution 3.0 United States" in licence
    assert "Electronic Frontier Foundation" in licence


def test_words_between_hyphens_can_be_told_apart() -> None:
    words = word_list()
    assert len(words) == len(set(words)) == 7776 - 4
    assert all(re.fullmatch("[a-z]+", word) for word in words)


def test_five_words() -> None:
    phrase = make_phrase(PhraseKind.WORDS)
    parts = phrase.text.split("-")
    assert len(parts) == 5
    assert set(parts) <= set(word_list())
    assert phrase.bits == pytest.approx(5 * math.log2(7772))
    assert phrase.bits > 64
    assert not judge(phrase.text).is_weak


def test_digits_in_groups() -> None:
    phrase = make_phrase(PhraseKind.DIGITS)
    assert re.fullmatch(r"(\d{4}-){4}\d{4}", phrase.text)
    assert phrase.bits == pytest.approx(20 * math.log2(10))
    assert phrase.bits > 64


def test_made_ones_are_never_called_weak() -> None:
    for kind in PhraseKind:
        assert not [phrase for phrase in (make_phrase(kind).text for _ in range(300)) if judge(phrase).is_weak]


def test_every_digit_and_word_is_as_likely_as_any_other() -> None:
    """Chi-square with nine degrees of freedom: above 33.7 once in 10,000 times."""
    count = Counter("".join(make_phrase(PhraseKind.DIGITS).text.replace("-", "") for _ in range(500)))
    expected = 500 * 20 / 10
    assert sum((count[digit] - expected) ** 2 / expected for digit in "0123456789") < 33.7
    words = Counter(word[0] < "m" for _ in range(400) for word in make_phrase(PhraseKind.WORDS).text.split("-"))
    share = sum(word[0] < "m" for word in word_list()) / len(word_list())
    assert abs(words[True] / 2000 - share) < 5 * math.sqrt(share * (1 - share) / 2000)


@pytest.mark.parametrize(("language", "pattern"), [("en", r"[a-z-]+"), ("zh_CN", r"[\d-]+")])
def test_it_suits_the_readers_language(language: str, pattern: str) -> None:
    with texts.speaking([language]):
        assert re.fullmatch(pattern, make_phrase().text)


def test_it_is_in_no_traceback() -> None:
    phrase = make_phrase()
    assert phrase.text not in repr(phrase)
