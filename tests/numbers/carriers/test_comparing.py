"""They say 23, we name 19: what a person learns from it, and what nobody claims."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import (
    Account,
    Counts,
    Inventory,
    NotComparableError,
    Offer,
    Relation,
    compare,
    comparison_words,
    offer,
    offers,
)

MINE = "+8613800138000"
OTHER = "+8613900139000"
LIST = offer("yizhengtongcha")
ANY_FIRM = dataclasses.replace(LIST, systems=frozenset())


def account(key: str, *numbers: str, grade: Relation = Relation.ACCOUNT) -> Account:
    system = None if key.startswith("~") else key
    return Account(key=key, system=system, service=key, grade=grade, numbers=frozenset(numbers))


def inventory(*accounts: Account) -> Inventory:
    return Inventory(accounts=accounts)


def test_they_say_23_we_name_19() -> None:
    found = compare(23, inventory(*(account(f"~{n}", MINE) for n in range(19))), MINE, ANY_FIRM)
    assert len(found.named) == 19
    assert found.at_least_missing == 4
    assert not found.is_matched
    text = str(comparison_words(found))
    assert text.startswith("They count 23 accounts on this number. 19 are named here.")
    assert "at least 4 that they count are not named here" in text


def test_only_firms_that_they_cover_are_set_against_their_count() -> None:
    """A bank that is named here does not make up for an account at a firm of theirs that nobody named."""
    found = compare(2, inventory(account("alipay", MINE), account("~a bank", MINE)), MINE, LIST)
    assert [one.key for one in found.covered] == ["alipay"]
    assert found.at_least_missing == 1
    assert "Of these, 1 is at a firm" in str(comparison_words(found))


def test_an_account_on_another_number_counts_for_nothing() -> None:
    found = compare(1, inventory(account("alipay", OTHER)), MINE, LIST)
    assert found.named == ()
    assert found.at_least_missing == 1


@pytest.mark.parametrize("grade", [Relation.WEAK, Relation.CUSTOMER, Relation.NONE])
def test_a_guess_is_not_set_against_an_official_count(grade: Relation) -> None:
    assert compare(1, inventory(account("alipay", MINE, grade=grade)), MINE, LIST).named == ()


def test_an_account_of_which_nobody_knows_the_number_may_be_what_they_count() -> None:
    found = compare(1, inventory(account("alipay")), MINE, LIST)
    assert [one.key for one in found.unplaced] == ["alipay"]
    assert found.at_least_missing == 0
    text = str(comparison_words(found))
    assert "nobody can tell on which number it is" in text
    assert "may be the ones that they count" in text


def test_figures_that_agree_are_not_sold_as_proof() -> None:
    found = compare(1, inventory(account("alipay", MINE)), MINE, LIST)
    assert found.is_matched
    assert "no proof" in str(comparison_words(found))


def test_more_names_than_they_count_is_no_reason_to_stop() -> None:
    found = compare(0, inventory(account("alipay", MINE), account("jd", MINE)), MINE, LIST)
    assert found.at_least_missing == 0
    assert "Look at each before you take it as done" in str(comparison_words(found))


def test_a_list_of_sites_is_said_to_name_sites() -> None:
    found = compare(3, inventory(), "+821012345678", offer("eprivacy"))
    assert found.offer.counts is Counts.SITES
    assert str(comparison_words(found)).startswith("They name 3 sites. 0 are named here.")


@pytest.mark.parametrize("one", [one for one in offers() if not one.is_comparable], ids=lambda one: one.id)
def test_phone_lines_are_not_compared_with_accounts(one: Offer) -> None:
    with pytest.raises(NotComparableError):
        compare(3, inventory(), MINE, one)


ACCOUNTS = st.builds(
    lambda key, numbers, grade: account(key, *numbers, grade=grade),
    st.sampled_from(["alipay", "jd", "douyin", "~a", "~b", "google"]),
    st.sampled_from([(), (MINE,), (OTHER,), (MINE, OTHER)]),
    st.sampled_from(Relation),
)


@given(count=st.integers(0, 60), accounts=st.lists(ACCOUNTS, max_size=20))
def test_whatever_is_named_no_more_is_said_to_be_missing_than_they_count(count: int, accounts: list[Account]) -> None:
    found = compare(count, inventory(*accounts), MINE, LIST)
    assert 0 <= found.at_least_missing <= count
    assert set(found.covered) <= set(found.named)
    assert found.at_least_missing + len(found.covered) + len(found.unplaced) >= count
    assert str(comparison_words(found))
