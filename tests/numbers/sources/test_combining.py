"""Which of a person's numbers an account hangs on, and how sure that is."""

import io
from pathlib import Path

import pytest

from phoneward.numbers import Inventory
from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.messages import read_messages
from phoneward.numbers.sources.naming import safe_name
from phoneward.numbers.sources.own_hints import number_in
from phoneward.numbers.sources.passwords import read_passwords
from phoneward.numbers.sources.phone_numbers import NoRegionError, fits, told_region
from tests.numbers.sources.made import MINE, OTHER, Recogniser, made_up_rulebook, sms_xml, text


def of(*messages: dict[str, str], told: dict[str, frozenset[str]] | None = None, region: str = "") -> Inventory:
    return combined([read_messages(io.BytesIO(sms_xml(messages)), "a", Recogniser())], told=told, region=region)


def numbers_of(inventory: Inventory) -> dict[str, set[str]]:
    return {one.key: set(one.numbers) for one in inventory.accounts}


def test_a_sim_has_the_number_that_its_messages_name() -> None:
    found = of(
        text("京东 notice 您的手机号13800138000已登录", sub_id="1"),
        text("Taobao code 1", sub_id="1"),
        text("Shop code 1", sub_id="2"),
        text("Bank notice 尊敬的13900139000用户", sub_id="2"),
        text("Else code 1", sub_id="3"),
        region="CN",
    )
    assert numbers_of(found) == {
        "jd": {MINE}, "alibaba": {MINE}, "~shop": {OTHER}, "~bank": {OTHER}, "~else": set()
    }  # fmt: skip
    assert [(one.e164, one.sims, one.messages, one.hint) for one in found.own] == [
        (MINE, frozenset({"1"}), 2, "message"),
        (OTHER, frozenset({"2"}), 2, "message"),
        (None, frozenset({"3"}), 1, "sim"),
    ]


@pytest.mark.parametrize(
    ("user", "numbers"),
    [
        ("(415) 555-2671", {"+14155552671"}),
        ("+1 415 555 2671", {"+14155552671"}),
        ("13800138000", {MINE}),
        ("13900139000", {OTHER}),
        ("555 2671", set()),  # of any place
    ],
)
def test_a_user_name_without_the_country_is_a_number_of_mine_first(
    tmp_path: Path, user: str, numbers: set[str]
) -> None:
    """Read as one of the country that most numbers are of, it would be a stranger's."""
    export = tmp_path / "a.csv"
    export.write_text(f"name,url,username,password\nJD,https://jd.com,{user},x\n", encoding="utf-8")
    gathered = read_passwords(export, made_up_rulebook())
    found = combined([gathered], told={MINE: frozenset(), "+14155552671": frozenset()}, region="CN")
    assert numbers_of(found) == {"jd": numbers}


def test_hidden_digits_and_ends_are_compared_with_numbers_that_are_known() -> None:
    found = of(
        text("京东 notice 您的手机号138****8000", sub_id="1"),
        text("Bank notice 尾号9000的手机", sub_id="2"),
        told={MINE: frozenset(), OTHER: frozenset()},
    )
    assert numbers_of(found) == {"jd": {MINE}, "~bank": {OTHER}}


def test_the_only_number_is_that_of_the_only_sim_and_of_no_more() -> None:
    assert numbers_of(of(text("京东 code", sub_id="1"), told={MINE: frozenset()})) == {"jd": {MINE}}
    assert numbers_of(of(text("京东 code"), told={MINE: frozenset()})) == {"jd": {MINE}}
    two = of(text("京东 code", sub_id="1"), text("Shop code", sub_id="2"), told={MINE: frozenset()})
    assert numbers_of(two) == {"jd": set(), "~shop": set()}, "nobody knows which of the two it is"
    said = of(text("京东 code", sub_id="1"), text("Shop code", sub_id="2"), told={MINE: frozenset({"2"})})
    assert numbers_of(said) == {"jd": set(), "~shop": {MINE}}


def test_a_message_about_another_number_does_not_name_the_sims() -> None:
    found = of(text("京东 changed 您的手机号13900139000", sub_id="1"), text("Shop code", sub_id="1"), region="CN")
    assert found.own[0].e164 is None, "it may name the old number or the new one"


def test_one_stray_number_does_not_give_a_sim_another_name() -> None:
    many = [text(f"S{n} notice 您的号码13800138000", sub_id="1") for n in range(4)]
    found = of(*many, text("Odd notice 您的号码13900139000", sub_id="1"), region="CN")
    assert found.own[0].e164 == MINE
    assert numbers_of(found)["~s1"] == {MINE}
    split = of(many[0], text("Odd notice 您的号码13900139000", sub_id="1"), text("Shop code", sub_id="1"), region="CN")
    assert numbers_of(split)["~shop"] == set(), "where they disagree nobody can tell"


@pytest.mark.parametrize(
    ("more", "told", "region", "expected"),
    [
        ({}, None, "TW", ("TW", "told")),
        ({"service_center": "+8613800100500"}, {"+4915112345678": frozenset()}, "", ("DE", "number")),
        ({"service_center": "+8613800100500"}, None, "", ("CN", "service-center")),
        ({"address": "+819012345678"}, None, "", ("JP", "senders")),
        ({}, None, "", ("", "")),
        ({"service_center": "+٣٤٥٦٧٨٩٠١٢"}, None, "", ("", "")),
    ],
)
def test_the_country_of_short_numbers_is_found_out_and_said(
    more: dict[str, str], told: "dict[str, frozenset[str]] | None", region: str, expected: tuple[str, str]
) -> None:
    found = of(text("京东 notice", 0, **more), told=told, region=region)
    assert (found.region, found.region_from) == expected


def test_where_senders_are_of_everywhere_nobody_knows_the_country() -> None:
    found = of(text("京东 notice", address="+819012345678"), text("京东 notice", address="+4915112345678"))
    assert found.region == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("【京东】您的手机号138****8000正在登录", "138*8000"),
        ("您的账号绑定的手机号码为：13800138000，如非本人", None),
        ("您绑定的手机号码为：13800138000，如非本人", "13800138000"),
        ("尊敬的13800138000用户，您好！您的话费", "13800138000"),
        ("您尾号1234的储蓄卡收入", None),
        ("您的手机尾号8000登录", "*8000"),
        ("您好，请拨打13900139000联系司机", None),
        ("Your phone number +1 (415) 555-2671 was added", "+14155552671"),
        ("Your mobile number is 0151 12345678.", "015112345678"),
        ("Your new number +1 (415) 555-2671 will be used from now on", None),
        ("您的手机号已更换为13900139000", None),
        ("A new sign-in with the phone number ending in 71", None),
        ("code sent to your phone ending in 2671", "*2671"),
        ("Your order number 1234567890123456 shipped", None),
        ("お客様の電話番号は090-1234-5678です", "09012345678"),
        ("고객님 휴대폰 번호 010-1234-5678", "01012345678"),
        ("Su número de teléfono es 612 34 56 78", "612345678"),
        ("Hello", None),
    ],
)
def test_a_number_is_the_readers_own_only_where_the_message_says_so(body: str, expected: str | None) -> None:
    assert number_in(body) == expected


def test_hidden_digits_fit_or_do_not() -> None:
    assert fits("138*8000", MINE)
    assert fits("+86138*8000", MINE)
    assert fits("*8000", MINE)
    assert not fits("139*8000", MINE)
    assert not fits("138*9000", MINE)
    assert not fits("*", MINE)
    assert not fits(MINE, MINE), "a whole number is compared as one"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('=HYPERLINK("x")', 'HYPERLINK("x")'),
        ("+-@\t=cmd", "cmd"),
        ("  a\n b ", "a b"),
        ("\x1b[2J", "\\x1b[2J"),
        ("x" * 5_000, "x" * 80),
    ],
)
def test_names_do_no_harm_where_they_are_shown(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_what_is_no_country_is_said() -> None:
    assert told_region("cn") == "CN"
    with pytest.raises(NoRegionError):
        told_region("China")
