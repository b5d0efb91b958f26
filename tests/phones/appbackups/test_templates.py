"""Templates of names: what they fit, what they say, and that no name takes them longer than a moment."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.appbackups.data import app_files
from phoneward.phones.appbackups.templates import Template

EVERY = sorted(
    {
        text
        for app in app_files()
        for text in (
            *(one for layout in app.phone for one in (*layout.folder, *layout.name)),
            *(one for layout in app.computer for one in (layout.path, *layout.markers)),
        )
    }
)
"""Every template of the data."""


@pytest.mark.parametrize(
    ("text", "name", "fits"),
    [
        ("signal-{Y}.backup", b"signal-2024.backup", True),
        ("signal-{Y}.backup", b"signal-202.backup", False),
        ("signal-{Y}.backup", b"signal-2024xbackup", False),
        ("signal-{Y}.backup", b"signal-2024.backup\n", False),
        ("**", b"", True),
        ("**", b"a/b/c", True),
        ("**/x", b"x", True),
        ("**/x", b"a/b/x", True),
        ("**/x", b"ax", False),
        ("*", b"a/b", False),
        ("*", b"a" * 255, True),
        ("*", b"a" * 256, False),
        ("{n}", "٣".encode(), False),
    ],
)
def test_a_template_fits_whole_names_only(text: str, name: bytes, fits: bool) -> None:
    assert (Template.of(text).match(name) is not None) == fits


def test_a_name_tells_when_whose_and_of_which_app() -> None:
    found = Template.of("*({package}).bak").match("微信(com.tencent.mm).bak".encode())
    assert found is not None
    assert found.package == "com.tencent.mm"
    found = Template.of("x-{Y}{M}{D}-{h}{m}{s}").match(b"x-20240229-235958")
    assert found is not None
    assert found.made == dt.datetime(2024, 2, 29, 23, 59, 58, tzinfo=dt.UTC)
    no_day = Template.of("x-{Y}-{M}-{D}").match(b"x-2023-02-29")
    assert no_day is not None
    assert no_day.made is None, "there was no such day"
    account = Template.of("xwechat_files/Backup/{account}", ignore_case=True).match(b"XWECHAT_FILES/backup/wxid_a")
    assert account is not None
    assert account.account == b"wxid_a"


def test_an_unknown_placeholder_is_a_fault_of_the_data() -> None:
    with pytest.raises(ValueError, match="unknown placeholder"):
        Template.of("a{what}b")


@pytest.mark.parametrize("text", EVERY)
def test_no_pattern_repeats_a_repetition(text: str) -> None:
    """Nested repetitions are what makes a search take for ever; and only one part of a path may reach over folders."""
    pattern = Template.of(text).pattern.pattern.decode()
    assert not re.search(r"[*+}]\)[*+{]", pattern), pattern
    assert pattern.count(".*") <= 1, pattern


@given(st.sampled_from(EVERY), st.binary(max_size=40), st.integers(0, 400))
def test_long_and_hostile_names_are_answered(text: str, piece: bytes, times: int) -> None:
    """Whatever is repeated how often: head and tail of the template around it are the worst that can be sent."""
    template = Template.of(text)
    template.match(template.head + piece * times + template.tail)


@given(st.sampled_from(EVERY), st.binary(max_size=60))
def test_what_matches_begins_and_ends_as_the_template_says(text: str, name: bytes) -> None:
    template = Template.of(text)
    if template.match(name) is not None:
        assert name.startswith(template.head)
        assert name.endswith(template.tail)
