"""Sizes, times and counts as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.texts import formats


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        # The units of Android's Formatter.formatFileSize: powers of 1000.
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1500, "1.5 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (16 << 20, "16.8 MB"),
        (11_000_000_000, "11.0 GB"),
        (10**18, "1.0 EB"),
        (10**21, "1000.0 EB"),
    ],
)
def test_sizes(count: int, shown: str) -> None:
    assert formats.size(count) == shown


@given(st.integers(0, 10**18))
def test_a_size_is_never_far_from_the_truth(count: int) -> None:
    number, unit = formats.size(count).split()
    factor = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "EB": 10**18}[unit]
    assert abs(float(number) * factor - count) <= 0.05001 * factor
    assert float(number) < 1000


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.9, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert formats.duration(seconds) == shown


def test_times_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert formats.moment(datetime(2025, 10, 1, 20, 30, tzinfo=UTC)) == "2025-10-02 04:30"
        assert formats.day(datetime(2025, 10, 1, 20, 30, tzinfo=UTC)) == "2025-10-02"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_counts() -> None:
    assert [formats.files(count) for count in (0, 1, 2, 12345)] == ["0 files", "1 file", "2 files", "12,345 files"]


@pytest.mark.parametrize(("days", "english", "chinese"), [
    (-1, "in the future", "在将来"),
    (0, "today", "今天"),
    (1, "yesterday", "昨天"),
    (2, "2 days ago", "2天前"),
    (59, "59 days ago", "59天前"),
    (60, "2 months ago", "2个月前"),
    (800, "2 years ago", "2年前"),
])  # fmt: skip
def test_how_long_ago(days: int, english: str, chinese: str) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    for language, said in (("en", english), ("zh_CN", chinese)):
        with texts.speaking([language]):
            assert formats.ago(now - timedelta(days=days), now) == said


def test_a_date_in_words() -> None:
    noon = datetime(2026, 10, 3, 12, tzinfo=UTC)
    with texts.speaking(["en"]):
        assert formats.date(noon) == "3 October 2026"
    with texts.speaking(["zh_CN"]):
        assert formats.date(noon) == "2026年10月3日"
