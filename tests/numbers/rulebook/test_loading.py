"""Who adds to the rulebook is told what is wrong and where; who asks it finds the account behind a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import OldNumber, Rulebook
from phoneward.numbers.rulebook import RulebookDefectError, folded, read_systems

WHOLE = """
[[system]]
id = "huizhou-bank"
names = { en = "Huizhou Bank", zh_CN = "徽州银行", ja = "徽州銀行" }
aliases = ["徽州 手机银行", "95000"]
packages = ["com.example.huizhou"]
domains = ["huizhou.example", "mail.other.example"]
kind = "bank"
countries = ["CN"]
holds = ["money", "identity"]
harm = "grave"
sms_login = { is = false, source = "https://huizhou.example/help", checked = 2026-11-29 }
old_number = { is = "needed", unconfirmed = true }

[system.rebind]
link = "https://huizhou.example/change"
en = ["Go there.", "Show your card."]
zh_CN = ["去那里。", "出示身份证。"]
unconfirmed = true

[system.reissue]
en = "It asks for the card."
zh_CN = "它会要身份证。"
source = "https://huizhou.example/reissue"
checked = 2026-11-28
"""


def read(text: str) -> Rulebook:
    return Rulebook(read_systems(text.encode(), "cn-test.toml"))


def test_everything_written_is_there_and_nothing_else() -> None:
    (bank,) = read(WHOLE).systems
    assert bank.sms_login is not None
    assert (bank.sms_login.value, bank.sms_login.is_confirmed) == (False, True)
    assert bank.old_number is not None
    assert (bank.old_number.value, bank.old_number.is_confirmed) == (OldNumber.NEEDED, False)
    assert (bank.sms_reset, bank.one_tap, bank.unbind, bank.delete) == (None, None, None, None)
    assert bank.rebind is not None
    assert bank.rebind.steps == {"en": ("Go there.", "Show your card."), "zh_CN": ("去那里。", "出示身份证。")}
    assert (bank.rebind.link, bank.rebind.is_confirmed) == ("https://huizhou.example/change", False)
    assert bank.reissue is not None
    assert bank.reissue.text["zh_CN"] == "它会要身份证。"
    assert bank.reissue.is_confirmed


@pytest.mark.parametrize(
    "written", ["徽州银行", "HUIZHOU  bank", "【徽州手机银行】", "９５０００", "徽州銀行", "huizhou-bank"]
)
def test_a_name_is_found_however_it_is_written(written: str) -> None:
    found = read(WHOLE).by_alias(written)
    assert found is not None
    assert found.id == "huizhou-bank"


@pytest.mark.parametrize("written", ["徽州", "徽州银行股份", "【】", "", "银行"])
def test_a_part_of_a_name_is_no_name(written: str) -> None:
    assert read(WHOLE).by_alias(written) is None


def test_a_host_is_found_by_its_longest_domain() -> None:
    text = WHOLE + WHOLE.replace("huizhou", "second").replace("Huizhou", "Second").replace("徽州", "第二").replace(
        "95000", "95001"
    ).replace('"second.example", "mail.other.example"', '"other.example"')
    book = read(text)
    ids = {host: found.id for host in HOSTS if (found := book.by_domain(host)) is not None}
    assert ids == {
        "huizhou.example": "huizhou-bank",
        "www.Huizhou.example.": "huizhou-bank",
        "a.mail.other.example": "huizhou-bank",
        "other.example": "second-bank",
        "amail.other.example": "second-bank",
    }


HOSTS = [
    "huizhou.example",
    "www.Huizhou.example.",
    "a.mail.other.example",
    "other.example",
    "amail.other.example",
    "nothuizhou.example",
    "example",
    "",
]


def test_ids_and_packages_are_taken_exactly() -> None:
    book = read(WHOLE)
    assert book.by_id("huizhou-bank") is book.by_package("com.example.huizhou") is book.systems[0]
    assert book.by_id("Huizhou-bank") is book.by_package("com.example") is None


def test_a_name_is_told_in_the_readers_language_or_one_near_it() -> None:
    book = read(WHOLE)
    told = {language: book.name(book.systems[0], language) for language in ("en", "zh_CN", "zh_TW", "ja", "fr")}
    assert told == {
        "en": "Huizhou Bank",
        "zh_CN": "徽州银行",
        "zh_TW": "徽州银行",
        "ja": "徽州銀行",
        "fr": "Huizhou Bank",
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "bank"', 'kind = "bakery"', "bakery"),
        ('harm = "grave"', "", "harm"),
        ('"identity"]', '"souls"]', "souls"),
        ('harm = "grave"', 'harm = "grave"\nhurt = 1', "hurt"),
        (", zh_CN = ", ", zh_HK = ", "names: there must be one in zh_CN"),
        (", checked = 2026-11-29 }", " }", "sms_login: a source goes with the day"),
        ("https://huizhou.example/help", "http://huizhou.example/help", "sms_login: a source is an address"),
        ("unconfirmed = true }", 'unconfirmed = true, source = "https://a.example" }', "old_number: it is both"),
        ("unconfirmed = true }", "unconfirmed = true, checked = 2026-11-29 }", "old_number: it is both"),
        ('"needed", unconfirmed = true', '"needed"', "old_number: it has neither"),
        ('"needed", unconfirmed = true', '"needed", unconfirmed = false', "old_number: it has neither"),
        ('"去那里。", ', "", "rebind: there must be steps, and as many"),
        ('"https://huizhou.example/change"', '"javascript:alert(1)"', "rebind: a link begins"),
        ('zh_CN = "它会要身份证。"\n', "", "zh_CN"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in WHOLE
    with pytest.raises(RulebookDefectError, match=r"cn-test\.toml: system huizhou-bank: ") as caught:
        read(WHOLE.replace(old, new, 1))
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["", "[[system", "other = 1\n" + WHOLE, 'system = "x"', "[system]\nid = 1"])
def test_a_file_of_another_shape_is_named(text: str) -> None:
    with pytest.raises(RulebookDefectError, match=r"cn-test\.toml"):
        read(text)


def test_a_system_without_a_name_is_counted() -> None:
    with pytest.raises(RulebookDefectError, match=r"system number 2: .*`id`"):
        read(WHOLE + "\n[[system]]\nholds = []\n")


@pytest.mark.parametrize("shared", ["huizhou-bank", "95000", "com.example.huizhou", "mail.other.example"])
def test_two_systems_share_nothing(shared: str) -> None:
    """Whoever signs as both would be put down to the one that happens to come first."""
    second = WHOLE
    for number, word in enumerate(("huizhou-bank", "95000", "com.example.huizhou", "mail.other.example")):
        second = second.replace(word, word if word == shared else f"{word}{number}")
    second = second.replace("Huizhou Bank", "Other").replace("徽州", "别处").replace('"huizhou.ex', '"elsewhere.ex')
    with pytest.raises(RulebookDefectError, match=f"share the (id|alias|package|domain) {shared}"):
        read(WHOLE + second)


WRITTEN = st.text("abzé09银行戶", min_size=1, max_size=8)


@given(WRITTEN, WRITTEN, st.sampled_from([" ", "-", "·", "】【", "&", "　", "\u200b"]))
def test_case_width_and_signs_never_tell_two_names_apart(one: str, other: str, between: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() else sign for sign in one)
    assert folded(f"【{wide}{between}{other.upper()}】") == folded(one + other) == one + other
