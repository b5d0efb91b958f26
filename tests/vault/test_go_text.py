import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.go_text import format_time, parse_time, quote_name, unquote_name

# Right-hand sides are what `strconv.Quote` of Go 1.24 (restic 0.18) wrote for files of these names.
QUOTED = [
    (b"plain name-1.jpg", "plain name-1.jpg"),
    (b"\xff", r"\xff"),
    (b"a\nb", r"a\nb"),
    (b'q"x', r"q\"x"),
    (b"q'x", "q'x"),
    (b"b\\s", r"b\\s"),
    (b"\x07\x08\x0c\x0b\r\t", r"\a\b\f\v\r\t"),
    (b"\x01\x1f\x7f", r"\x01\x1f\x7f"),
    ("\u2028".encode(), r"\u2028"),
    ("\u200b".encode(), r"\u200b"),
    ("\ufeff".encode(), r"\ufeff"),
    ("\ue000".encode(), r"\ue000"),
    ("\u00a0\u00ad\u0085".encode(), r"\u00a0\u00ad\u0085"),
    ("\U0010ffff".encode(), r"\U0010ffff"),
    ("\u0378".encode(), r"\u0378"),
    ("\U0001f600 守机 e\u0301 \ufffd".encode(), "\U0001f600 守机 e\u0301 \ufffd"),
    (b"\xed\xa0\x80", r"\xed\xa0\x80"),
    (b"\xe2\x82", r"\xe2\x82"),
    (b"\xf4\x90\x80\x80", r"\xf4\x90\x80\x80"),
]


@pytest.mark.parametrize(("name", "quoted"), QUOTED)
def test_names_are_quoted_as_go_does(name: bytes, quoted: str) -> None:
    assert quote_name(name) == quoted
    assert unquote_name(quoted) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [(r"\101\x42", b"AB"), (r"\u00e9\U0001F600", "é\U0001f600".encode()), ("\u0378", "\u0378".encode()), ("\t", b"\t")],
)
def test_other_spellings_go_reads(text: str, name: bytes) -> None:
    assert unquote_name(text) == name


@pytest.mark.parametrize(
    "text",
    ["\\", "a\\", r"\q", r"\'", r"\x4", r"\u12", r"\ud800", r"\U00110000", r"\400", '"', 'a"b', "a\nb", r"\8", "\\\n"],
)
def test_what_go_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        unquote_name(text)


@given(st.binary(max_size=300))
def test_any_name_comes_back(name: bytes) -> None:
    quoted = quote_name(name)
    assert unquote_name(quoted) == name
    assert "\n" not in quoted
    assert quoted.isprintable()


@given(st.text(max_size=100) | st.from_regex(r'[\\xuU0-9a-fA-F"\n]*', fullmatch=True))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = unquote_name(text)
    except ValueError:
        return
    assert unquote_name(quote_name(name)) == name


# What the Format method of Go’s time package writes with the layout RFC3339Nano.
TIMES = [
    (0, 0, "1970-01-01T00:00:00Z"),
    (1, 0, "1970-01-01T00:00:00.000000001Z"),
    (1_700_000_000_120_000_000, 0, "2023-11-14T22:13:20.12Z"),
    (-315_619_200_000_000_000, 0, "1960-01-01T00:00:00Z"),
    (-1, 0, "1969-12-31T23:59:59.999999999Z"),
    (1_709_164_800_000_000_000, 330, "2024-02-29T05:30:00+05:30"),
    (1_709_164_800_000_000_000, -570, "2024-02-28T14:30:00-09:30"),
    (-62_135_596_800 * 10**9, 0, "0001-01-01T00:00:00Z"),
    (-62_167_219_200 * 10**9, 0, "0000-01-01T00:00:00Z"),
    (253_402_300_799_999_999_999, 0, "9999-12-31T23:59:59.999999999Z"),
]


@pytest.mark.parametrize(("time_ns", "offset", "text"), TIMES)
def test_times_are_written_as_go_does(time_ns: int, offset: int, text: str) -> None:
    assert format_time(time_ns, offset) == text
    assert parse_time(text) == (time_ns, offset)


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (253_402_300_800 * 10**9, "9999-01-01T00:00:00Z"),
        (-62_167_219_201 * 10**9, "0000-12-31T23:59:59Z"),
        # 10000-02-29; Go's AddDate(-1, 0, 0) makes it 1 March
        ((253_402_300_800 + 59 * 86_400) * 10**9, "9999-03-01T00:00:00Z"),
        (10**40, None),
        (-(10**40), None),
    ],
)
def test_impossible_years_are_clamped_as_restic_does(time_ns: int, text: str | None) -> None:
    written = format_time(time_ns)
    assert text is None or written == text
    assert format_time(parse_time(written)[0]) == written


@given(
    st.datetimes(timezones=st.timezones().map(lambda _zone: dt.UTC)),
    st.integers(0, 999),
    st.integers(-1439, 1439),
)
def test_times_agree_with_the_standard_library(moment: dt.datetime, nanoseconds: int, offset: int) -> None:
    whole = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    time_ns = whole * 1000 + nanoseconds
    try:
        local = moment.astimezone(dt.timezone(dt.timedelta(minutes=offset)))
    except OverflowError:
        return
    text = format_time(time_ns, offset)
    assert text.startswith(local.strftime("%Y").rjust(4, "0") + local.strftime("-%m-%dT%H:%M:%S"))
    assert parse_time(text) == (time_ns, offset)


@pytest.mark.parametrize(
    "text",
    [
        "", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-00-10T00:00:00Z",
        "2024-01-00T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60", "2024-01-01T00:00:00.Z",
        "٢٠٢٤-01-01T00:00:00Z", "2024-01-01T00:00:00Z\n", "12024-01-01T00:00:00Z", "-024-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such|not an"):
        parse_time(text)


@given(st.text(max_size=40) | st.from_regex(r"[0-9TZ:.+-]{0,40}", fullmatch=True))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        time_ns, offset = parse_time(text)
    except ValueError:
        return
    assert parse_time(format_time(time_ns, offset)) == (time_ns, offset)
