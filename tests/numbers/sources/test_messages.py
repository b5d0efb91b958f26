"""Messages become accounts with their proof; a damaged file becomes one sentence and not one account."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import Purpose, Relation, SourceKind, What
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.messages import read_messages
from phoneward.snapshots import RecordsFileError
from tests.numbers.sources.made import Recogniser, day, sms_xml, text


def read(data: bytes) -> Gathered:
    return read_messages(io.BytesIO(data), "sms.xml", Recogniser())


def test_each_account_is_listed_once_with_the_best_proof_and_when() -> None:
    found = read(
        sms_xml(
            [
                text("京东 parcel", 1, sub_id="1"),
                text("京东 code 123456", 5, sub_id="1"),
                text("京东 named", 9, sub_id="1"),
                text("Taobao code 1", 2),
                text("Tmall named", 3),
                text("Hello, dinner at six?", 4),
            ]
        )
    )
    by_key = {one.key: one for one in found.accounts}
    assert set(by_key) == {"jd", "alibaba"}, "one passport is one account, and a person's message is none"
    jd = by_key["jd"]
    assert (jd.system, jd.grade, jd.count, jd.first, jd.last) == ("jd", Relation.ACCOUNT, 3, day(1), day(9))
    assert [(one.what, one.ref, one.time) for one in jd.evidence] == [
        (What.BUSINESS, "#1", day(1)),
        (What.CODE, "#2", day(5)),
        (What.NAMED, "#3", day(9)),
    ], "the first, the strongest, the last"
    assert by_key["alibaba"].count == 2
    assert found.looked_at[0].items == 6
    assert (found.looked_at[0].first, found.looked_at[0].last) == (day(1), day(9))


def test_a_service_that_nobody_knows_stays_named_as_it_signs() -> None:
    (account,) = read(sms_xml([text("Ｆｏｏ-Bar code 1"), text("foobar code 2")])).accounts
    assert (account.key, account.system, account.service, account.count) == ("~foobar", None, "Ｆｏｏ-Bar", 2)


def test_what_the_person_wrote_themselves_shows_nothing() -> None:
    found = read(sms_xml([text("京东 code 1", type="2"), text("京东 code 1", type="3")]))
    assert found.accounts == ()
    assert found.looked_at[0].items == 2


def test_spam_that_names_a_service_shows_nothing() -> None:
    assert read(sms_xml([text("京东 spam 您的号码13800138000")])).accounts == ()


@given(
    st.permutations([text(f"京东 {what}", n) for n, what in enumerate(("parcel", "bound", "code", "unbound", "named"))])
)
def test_the_order_of_a_file_does_not_matter(messages: list[dict[str, str]]) -> None:
    (account,) = read(sms_xml({**one, "_id": one["date"]} for one in messages)).accounts
    assert [one.time for one in account.evidence] == [day(0), day(1), day(2), day(3), day(4)]
    assert (account.first, account.last, account.count) == (day(0), day(4), 5)


def test_of_thousands_of_messages_a_handful_is_kept() -> None:
    found = read(sms_xml(text(f"京东 code {n}", n % 300, sub_id=str(n % 40)) for n in range(2_000)))
    (account,) = found.accounts
    assert account.count == 2_000
    assert len(account.evidence) <= 3 * 17


def test_the_last_word_on_what_was_done_is_kept() -> None:
    found = read(
        sms_xml([text("京东 bound", 3), text("京东 unbound", 5), text("京东 unbound", 7), text("京东 code", 9)])
    )
    deeds = {(one.purpose, one.time) for one in found.accounts[0].evidence if one.is_done}
    assert deeds == {(Purpose.BIND, day(3)), (Purpose.UNBIND, day(7))}


def test_messages_with_pictures_are_said_to_be_not_looked_at() -> None:
    found = read(sms_xml([text("京东 code 1")], inside='<mms date="1"><parts><part text="x" /></parts></mms>'))
    assert [(one.reason, one.count) for one in found.missed] == [("picture-messages", 1)]


@pytest.mark.parametrize("name", ["918273", "AB12CD", "9qCX9VSu", "91-82-73"])
def test_a_name_that_could_be_a_code_is_none(name: str) -> None:
    found = read(sms_xml([text(f"{name} code"), text("nobody knows the code")]))
    assert found.accounts == ()
    assert [(one.reason, one.count) for one in found.missed] == [("unnamed-codes", 1)]
    assert name not in repr(found)


def test_names_with_digits_stay() -> None:
    names = ["98point6", "58同城", "Web3Auth", "1Password", "QQ2"]
    found = read(sms_xml(text(f"{name} code") for name in names))
    assert sorted(one.service for one in found.accounts) == sorted(names)


def test_a_code_is_nowhere_in_what_is_kept() -> None:
    found = read(sms_xml([text("京东 code 918273645 for nobody else")]))
    assert "918273645" not in repr(found)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b'count="3"', b'count="4"'),
        lambda data: b'<!DOCTYPE a [<!ENTITY b "c">]>' + data[data.index(b"<smses") :],
        lambda data: data.replace(b"smses", b"calls"),
        lambda data: data.replace("京东".encode(), "京东".encode("gb18030")),
        lambda _data: b"",
        lambda _data: b"PK\x03\x04 not a file of messages",
    ],
)
def test_of_a_damaged_file_nothing_counts(damage: "object") -> None:
    data = sms_xml(text(f"京东 code {n}") for n in range(3))
    assert callable(damage)
    with pytest.raises(RecordsFileError):
        read(damage(data))


def test_a_file_that_an_editor_saved_in_utf_16_is_read_as_well() -> None:
    data = sms_xml([text("京东 code 1")])
    assert read(data.decode().encode("utf-16")).accounts == read(data).accounts


@given(st.binary(max_size=200), st.integers(0, 600))
def test_whatever_stands_in_the_file_it_is_read_whole_or_refused(junk: bytes, at: int) -> None:
    data = sms_xml(text(f"京东 code {n}") for n in range(3))
    try:
        found = read(data[:at] + junk + data[at:])
    except RecordsFileError:
        return
    assert found.looked_at[0].source is SourceKind.SMS
    assert sum(one.count for one in found.accounts) <= found.looked_at[0].items


@given(st.integers(-(10**18), 10**18))
def test_no_date_of_a_phone_breaks_anything(date: int) -> None:
    (account,) = read(sms_xml([text("京东 code 1", date=str(date))])).accounts
    assert account.first is None or account.first.year >= 1970


@pytest.mark.parametrize(
    ("body", "purpose"),
    [
        ("京东 bound 您的账户绑定手机号已成功变更为139****9000", Purpose.CHANGE_NUMBER),
        ("京东 bound 您绑定的手机号已更换为13900139000", Purpose.CHANGE_NUMBER),
        ("京东 bound 手机号码已修改为 +8613900139000", Purpose.CHANGE_NUMBER),
        ("京东 bound The phone number was changed from +1 415 555 2671 to +1 415 555 0000", Purpose.CHANGE_NUMBER),
        ("京东 bound Your mobile number has been updated to ******0000", Purpose.CHANGE_NUMBER),
        ("京东 bound 您的手机号138****8000已绑定", Purpose.BIND),
        ("京东 bound 您的登录密码已修改为字母加数字", Purpose.BIND),
        ("京东 bound Your number was added to your account", Purpose.BIND),
        ("京东 code 您正在将手机号变更为139****9000", Purpose.LOGIN),
    ],
)
def test_a_new_number_in_the_place_of_the_old_is_a_change(body: str, purpose: Purpose) -> None:
    """It comes to the old SIM as well, and does not mean that the old number was put to the account."""
    (account,) = read(sms_xml([text(body, sub_id="1")])).accounts
    assert account.evidence[-1].purpose is purpose
    if purpose is Purpose.CHANGE_NUMBER:
        assert account.evidence[-1].number is None
