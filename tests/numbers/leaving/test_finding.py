"""Whoever says which account is done is understood, and a slip marks none."""

import pytest

from phoneward.numbers.errors import NoSuchAccountError, SeveralAccountsError
from phoneward.numbers.leaving.finding import account_meant
from tests.numbers.leaving.made import account

ACCOUNTS = [
    account("alibaba", service="淘宝"),
    account("icbc", service="工商银行"),
    account("~shopone", service="Shop One"),
    account("~shoptwo", service="Shop-Two"),
    account("~北京健康宝", service="北京健康宝"),
]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("alibaba", "alibaba"),
        ("taobao", "alibaba"),
        ("淘宝", "alibaba"),
        ("ICBC", "icbc"),
        ("工商", "icbc"),
        ("~shopone", "~shopone"),
        ("shop one", "~shopone"),
        ("two", "~shoptwo"),
        ("Shop T", "~shoptwo"),
        ("健康宝", "~北京健康宝"),
    ],
)
def test_any_name_will_do(text: str, key: str) -> None:
    """The key, a name in any language, a product, or a part of a name from the beginning of a word."""
    assert account_meant(ACCOUNTS, text).key == key


@pytest.mark.parametrize("text", ["", "~", "..", "a", "ab", "a\nb", "iba", "宝", "hop one", "x" * 5000])
def test_a_slip_marks_no_account(text: str) -> None:
    """Two letters out of the midst of a name are no account: what is marked by mistake stays bound to the number."""
    with pytest.raises(NoSuchAccountError):
        account_meant(ACCOUNTS, text)


def test_where_several_are_meant_nothing_is_guessed() -> None:
    """They are named; and what is nearly a name is asked about."""
    with pytest.raises(SeveralAccountsError):
        account_meant(ACCOUNTS, "shop")
    with pytest.raises(NoSuchAccountError) as caught:
        account_meant(ACCOUNTS, "shopp one")
    assert "Shop One" in caught.value.advice()
