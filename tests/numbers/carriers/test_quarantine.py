"""How long a number rests: a person sees it as grace, with whoever says so."""

import datetime as dt
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import country_of, quarantine, quarantine_words
from phoneward.numbers.carriers.stored import FOLDER, StoredQuarantine, read
from phoneward.texts import speaking

STORED = read("quarantine.toml", "quarantine", StoredQuarantine)


@pytest.mark.parametrize(
    ("number", "country", "least", "most"),
    [
        ("+8613800138000", "CN", 90, None),
        ("+12125550123", "US", 45, 90),
        ("+919876543210", "IN", 90, None),
        ("+821012345678", "KR", 90, None),
        ("+886912345678", "TW", 90, None),
        ("+33612345678", "FR", 45, 120),
        ("+61412345678", "AU", 180, None),
        ("+447400123456", "GB", None, None),
        ("+819012345678", "JP", None, None),
    ],
)
def test_a_number_tells_the_country_and_the_country_the_days(
    number: str, country: str, least: int | None, most: int | None
) -> None:
    assert country_of(number) == country
    found = quarantine(number)
    assert found is not None
    assert (found.least_days, found.most_days) == (least, most)
    assert found == quarantine(country) == quarantine(country.lower())
    grace = found.grace
    told = (grace.least_days, grace.most_days, grace.source, grace.checked)
    assert told == (least, most, found.source, found.checked)


def test_a_canadian_number_is_not_taken_for_one_of_the_united_states() -> None:
    """+1 is shared by many countries, and the rule is of one."""
    assert country_of("+15062345678") == "CA"
    assert quarantine("+15062345678") is None


@pytest.mark.parametrize(
    "number", ["+1", "+19990000000", "+999123456789", "", "number", "+", "12", "+80012345678", "ＣＮ"]
)
def test_where_the_country_is_not_known_nothing_is_promised(number: str) -> None:
    assert quarantine(number) is None
    assert "not known" in str(quarantine_words(quarantine(number)))


def test_what_is_not_confirmed_is_said_to_be_so_and_what_is_confirmed_is_not() -> None:
    assert "not confirmed" in str(quarantine_words(quarantine("CN")))
    assert "45 to 90 days" in str(quarantine_words(quarantine("US")))
    assert "not confirmed" not in str(quarantine_words(quarantine("US")))
    assert "at least 90 days" in str(quarantine_words(quarantine("IN")))
    assert "No fixed time" in str(quarantine_words(quarantine("GB")))


@pytest.mark.parametrize("country", ["CN", "US", "IN"])
def test_it_is_never_said_to_be_a_plan(country: str) -> None:
    assert "no plan" in str(quarantine_words(quarantine(country)))


@pytest.mark.parametrize("one", STORED, ids=lambda one: one.country)
def test_each_entry_stands_in_order(one: StoredQuarantine) -> None:
    assert one.country in phonenumbers.SUPPORTED_REGIONS
    assert one.least_days is None or one.most_days is None or one.least_days <= one.most_days
    assert one.checked is None or one.checked <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    assert one.note.en.endswith(".")
    assert one.note.zh_CN.endswith("。")


def test_a_country_stands_once() -> None:
    countries = [one.country for one in STORED]
    assert len(set(countries)) == len(countries)


def test_it_can_be_read_in_chinese() -> None:
    with speaking(["zh_CN"]):
        for one in STORED:
            text = str(quarantine_words(quarantine(one.country)))
            assert not re.search("[a-z]{4}", text), text


@given(st.text(max_size=20))
def test_no_text_whatever_breaks_it(text: str) -> None:
    country = country_of(text)
    assert country is None or (len(country) == 2 and country.isascii() and country.isupper())
    quarantine(text)


def test_the_files_are_part_of_the_package() -> None:
    assert {path.name for path in FOLDER.iterdir()} >= {"README.md", "offers.toml", "quarantine.toml"}
