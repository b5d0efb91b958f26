"""Strength, on passwords whose place in real lists is published, and on made ones whose entropy is counted."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.setup import judge
from phoneward.setup.habits import Habit, habit_of

# The most used passwords of Chinese sites: Li, Han, Xu, "A Large-Scale Empirical Analysis of Chinese Web Passwords"
# (USENIX Security 2014), table 2, over 100 million leaked passwords; and Wang et al., "Birthday, Name and Bifacial-
# security" (USENIX Security 2019), table 4.
PUBLISHED = [
    *("123456", "123456789", "111111", "12345678", "000000", "123123", "5201314", "123321", "1314520", "1234567890"),
    *("a123456", "woaini1314", "qq123456", "abc123456", "123456a", "123456789a", "147258369", "zxcvbnm", "987654321"),
    *(
        "12345678910",
        "abc123",
        "qq5201314",
        "123456abc",
        "woaini",
        "wo1234",
        "520520",
        "88888888",
        "666666",
        "woaini520",
    ),
    *("password", "qwerty", "iloveyou", "1qaz2wsx", "7758521", "asdasd", "31415926", "q1w2e3r4"),
]

HABITS = {
    "13812345678": Habit.MOBILE,
    "+8613812345678": Habit.MOBILE,
    "zhangwei13912345678": Habit.MOBILE,
    "19620304": Habit.DATE,
    "1962-3-4": Habit.DATE,
    "620304": Habit.DATE,
    "mama19620304": Habit.DATE,
    "1962年3月4日": Habit.DATE,
    "lihua1985": Habit.DATE,
    "110101196203041234": Habit.IDENTITY,
    "11010119620304123x": Habit.IDENTITY,
    "zhangwei": Habit.PINYIN,
    "zhangwei123": Habit.PINYIN,
    "Zhang.Wei888": Habit.PINYIN,
    "wangxiaoming": Habit.PINYIN,
    "123liming": Habit.PINYIN,
    "ouyangxiaolin520": Habit.PINYIN,
    "5201314": Habit.COMMON,
    "我爱你": Habit.COMMON,
    "52013145201314": Habit.COMMON,
    "748391": Habit.DIGITS,
    "7483 9162": Habit.DIGITS,
}

STRONG = [
    "stroller-anime-shy-unblock-algebra",
    "8745-3629-7528-5002-4375",
    "87453629752850024375",
    "correct horse battery staple",
    "correct horse 电池 staple",
    "山里的老树今年又开了白花",
    "月亮河边的旧自行车",
    "xQ7#mK2$vB9!pL4",
    "lan tree 8 kuo river 2 window",
    "13812345678 stroller anime shy unblock",
]


@pytest.mark.parametrize("password", PUBLISHED)
def test_what_many_people_use_is_weak(password: str) -> None:
    assert judge(password).is_weak


@pytest.mark.parametrize(("password", "habit"), HABITS.items())
def test_habits_are_recognised_and_weak(password: str, habit: Habit) -> None:
    assert habit_of(password) is habit
    found = judge(password)
    assert found.is_weak
    assert found.reason is not None
    assert found.advice is not None


@pytest.mark.parametrize("password", STRONG)
def test_a_strong_one_is_never_called_weak(password: str) -> None:
    assert habit_of(password) is None
    assert not judge(password).is_weak
    assert judge(password).reason is None


@pytest.mark.parametrize(
    "password", ["a", "!", "猫", "aaaaaaaa", "abcdefgh", "monkey", "P@ssw0rd", "jessica", "summer2024"]
)
def test_weak_ones_have_a_reason_in_both_languages(password: str) -> None:
    reason = judge(password).reason
    with texts.speaking(["en"]):
        english = str(reason)
    with texts.speaking(["zh_CN"]):
        chinese = str(reason)
    assert english.endswith(".")
    assert len(password) < 3 or password not in english
    assert chinese.endswith("。")


@given(st.text(min_size=1, max_size=300))
def test_anything_is_judged(password: str) -> None:
    found = judge(password)
    assert found.is_weak == (found.reason is not None)
    assert found.bits >= 0
    assert password not in repr(found) or len(password) < 12  # short ones may be part of any sentence


@given(st.text(alphabet="0123456789-./年月日 +", max_size=40))
def test_digits_and_signs_never_fail(password: str) -> None:
    habit_of(password)


@pytest.mark.parametrize("piece", ["a", "1", "zhuang", "我", "p@ssw0rd", "qwertyuiop", "19900101", "é", "\0"])
def test_long_ones_take_no_time(piece: str) -> None:
    begun = time.perf_counter()
    judge(piece * 100_000)
    assert time.perf_counter() - begun < 2


def test_a_weak_beginning_does_not_make_a_long_one_weak() -> None:
    assert not judge("1" * 70 + "stroller-anime-shy-unblock-algebra").is_weak
    assert judge("1" * 200).is_weak
