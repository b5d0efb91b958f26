"""Which services take a new holder for somebody else: what is sure, what is likely, and what nobody can tell."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import flows
from phoneward.findings import Severity, Tier
from phoneward.numbers import (
    Message,
    NewHolder,
    Purpose,
    Recognition,
    Relation,
    Sign,
    new_holder_finding,
    new_holder_never,
    new_holder_steps,
    new_holder_unknown,
    sign_words,
)
from phoneward.numbers.newholder.judging import judge
from phoneward.numbers.newholder.reading import Listening
from phoneward.texts import speaking

MINE = "+8613800138000"
SINCE = dt.date(2026, 6, 1)
NAMES = ["王小明"]
LOGIN = Recognition(is_otp=True, relation=Relation.ACCOUNT, service="支付宝", system="alipay", purpose=Purpose.LOGIN)
REGISTER = Recognition(
    is_otp=True, relation=Relation.ACCOUNT, service="支付宝", system="alipay", purpose=Purpose.REGISTER
)
NOTICE = Recognition(relation=Relation.ACCOUNT, service="支付宝", system="alipay", purpose=Purpose.NOTICE)
PARCEL = Recognition(relation=Relation.CUSTOMER, service="支付宝", system="alipay")


def day(number: int) -> dt.datetime:
    """Noon of a day so many days after the number was given out."""
    return dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=number)


def heard(
    *messages: tuple[Recognition, int, str],
    since: dt.date | None = SINCE,
    names: list[str] | None = None,
    mine: frozenset[str] = frozenset(),
    other_sims: frozenset[str] = frozenset(),
    sim: str = "",
) -> NewHolder:
    listening = Listening(MINE, since, NAMES if names is None else names, other_sims)
    for place, (seen, at, body) in enumerate(messages):
        listening.take(Message(id=str(place), body=body, received=day(at), sim=sim), seen)
    return judge(listening, mine)


def only_signs(found: NewHolder) -> tuple[Sign, ...]:
    (one,) = (*found.theirs, *found.maybe)
    return one.signs


def test_a_message_that_greets_somebody_else_is_sure() -> None:
    found = heard((NOTICE, 3, "尊敬的李先生，您的账户"))
    (one,) = found.theirs
    assert one.signs[0] is Sign.NAME
    assert one.initial == "李…"
    assert one.is_somebody_elses


def test_a_name_outweighs_that_the_holder_has_an_account_there_too() -> None:
    found = heard((REGISTER, 1, "code"), (NOTICE, 3, "尊敬的李先生，您的账户"))
    assert only_signs(found) == (Sign.NAME,)


@pytest.mark.parametrize("named", ["您的手机号13800138000", "您的手机号138****8000", "Your number +8613800138000 "])
def test_a_message_from_before_that_names_the_number_is_sure(named: str) -> None:
    assert only_signs(heard((NOTICE, -1, named)))[0] is Sign.BEFORE
    assert only_signs(heard((REGISTER, -1, named)))[0] is Sign.BEFORE, "the earlier holder opened it"
    assert heard((NOTICE, -1, named), since=None).theirs[0].signs == (Sign.NOT_BEGUN,)


@pytest.mark.parametrize("body", ["x", "尊敬的李先生，", "您的手机号13900139000", "您的手机号139****9000"])
def test_messages_from_before_came_to_another_number_of_the_holder(body: str) -> None:
    """Whoever keeps their phone has years of messages on it that came to their old number. They show nothing."""
    found = heard((NOTICE, -1, body), (LOGIN, -400, body))
    assert (found.theirs, found.maybe, found.messages, found.earlier) == ((), (), 0, 2)
    assert "2 messages from before that day were passed over" in " ".join(map(str, new_holder_unknown(found)))


def test_a_number_without_its_country_code_is_read_as_one_of_the_same_country() -> None:
    listening = Listening("+14155552671", SINCE, NAMES)
    listening.take(Message(id="1", body="Your number (415) 555-2671 was linked.", received=day(-2)), NOTICE)
    assert judge(listening).theirs[0].signs[0] is Sign.BEFORE


def test_the_day_itself_counts() -> None:
    assert heard((NOTICE, 0, "x")).messages == 1


def test_an_account_that_the_holder_opened_since_is_theirs_and_not_named() -> None:
    found = heard((REGISTER, 1, "x"), (LOGIN, 2, "x"), (NOTICE, 3, "x"), (PARCEL, 4, "x"))
    assert (found.theirs, found.maybe, found.mine) == ((), (), ("alipay",))


def test_an_account_notice_without_a_beginning_is_likely_somebody_elses() -> None:
    found = heard((NOTICE, 3, "您的账号在新设备登录"))
    assert only_signs(found) == (Sign.NOT_BEGUN,)
    assert found.theirs


def test_codes_alone_are_left_to_the_holder_to_judge() -> None:
    found = heard((LOGIN, 3, "code"))
    assert found.theirs == ()
    assert only_signs(found) == (Sign.CODES,)
    assert not found.maybe[0].is_somebody_elses


def test_a_parcel_is_left_to_the_holder_to_judge() -> None:
    assert only_signs(heard((PARCEL, 3, "x"))) == (Sign.CUSTOMER,)


def test_beside_something_sure_nothing_is_said_to_be_perhaps_the_holders() -> None:
    assert only_signs(heard((PARCEL, 3, "尊敬的李先生，快件已到"))) == (Sign.NAME,)


def test_a_message_that_greets_the_holder_shows_that_the_account_is_theirs() -> None:
    found = heard((NOTICE, 3, "尊敬的王先生，您的账户"))
    assert found.mine == ("alipay",)


def test_what_the_holder_says_is_theirs_is_not_named() -> None:
    found = heard((NOTICE, 3, "尊敬的李先生，"), mine=frozenset({"alipay"}))
    assert (found.theirs, found.maybe) == ((), ())


def test_without_the_holders_name_no_name_is_held_against_anybody() -> None:
    found = heard((PARCEL, 3, "尊敬的李先生，快件已到"), names=[])
    assert only_signs(found) == (Sign.CUSTOMER,)
    assert "(--name)" in " ".join(map(str, new_holder_unknown(found)))


def test_messages_to_another_sim_of_the_holder_are_passed_over() -> None:
    found = heard((NOTICE, 3, "尊敬的李先生，"), other_sims=frozenset({"2"}), sim="2")
    assert (found.messages, found.theirs) == (0, ())


@pytest.mark.parametrize("relation", [Relation.NONE, Relation.WEAK])
def test_advertising_is_nobodys_account(relation: Relation) -> None:
    found = heard((Recognition(relation=relation, service="支付宝", system="alipay"), 3, "尊敬的李先生，"))
    assert (found.messages, found.theirs, found.maybe) == (1, (), ())


def test_what_is_grave_for_the_other_person_stands_first() -> None:
    pictures = Recognition(relation=Relation.ACCOUNT, service="Adobe", system="adobe", purpose=Purpose.NOTICE)
    found = heard((pictures, 3, "x"), (NOTICE, 3, "x"))
    assert [one.key for one in found.theirs] == ["alipay", "adobe"]


def test_the_finding_leads_to_letters_and_forbids_opening_the_account() -> None:
    found = heard((NOTICE, 3, "尊敬的李先生，"))
    finding = new_holder_finding(found)
    assert finding is not None
    assert (finding.severity, finding.tier) == (Severity.WARNING, Tier.OBSERVED)
    (action,) = finding.actions
    assert (action.room, action.verb) == ("cases", "letter")
    assert action.arguments == {"kind": "new-holder", "number": MINE, "account": "alipay"}
    assert not flows.known(action) or flows.leads_to_page(action)
    assert "Do not sign in" in str(finding.detail)
    likely = new_holder_finding(heard((NOTICE, 3, "x")))
    assert likely is not None
    assert likely.tier is Tier.INFERRED
    assert new_holder_finding(heard((LOGIN, 3, "x"))) is None


def test_the_refresh_service_is_named_where_there_is_one() -> None:
    found = heard((NOTICE, 3, "x"))
    assert any("二次号码焕新" in str(step) for step in new_holder_steps(found))
    abroad = judge(Listening("+61412345678", SINCE, NAMES))
    assert not any("二次号码焕新" in str(step) for step in new_holder_steps(abroad))


def test_nothing_tells_the_holder_to_open_the_account() -> None:
    found = heard((NOTICE, 3, "x"))
    advice = " ".join(map(str, (*new_holder_steps(found), *new_holder_never())))
    assert "Do not sign in" in advice
    assert "reset the password" not in advice


def test_all_of_it_can_be_read_in_chinese() -> None:
    found = heard((NOTICE, -3, "您的手机号13800138000"), (LOGIN, -2, "x"), (LOGIN, 2, "x"))
    with speaking(["zh_CN"]):
        said = [*new_holder_steps(found), *new_holder_never(), *new_holder_unknown(found)]
        said += [sentence for one in (*found.theirs, *found.maybe) for sentence in sign_words(one)]
        for sentence in said:
            assert any("一" <= sign <= "鿿" for sign in str(sentence)), sentence


SEEN = st.sampled_from([LOGIN, REGISTER, NOTICE, PARCEL])
BODIES = st.sampled_from(["x", "尊敬的李先生，", "尊敬的王先生，"])


@given(st.lists(st.tuples(SEEN, st.integers(-30, 30), BODIES), max_size=12))
def test_every_service_that_wrote_is_somewhere_and_only_once(messages: list[tuple[Recognition, int, str]]) -> None:
    found = heard(*messages)
    keys = [one.key for one in (*found.theirs, *found.maybe)] + list(found.mine)
    came = [at for _seen, at, _body in messages if at >= 0]
    assert (found.messages, found.earlier) == (len(came), len(messages) - len(came))
    assert sorted(keys) == (["alipay"] if came else [])
    for one in (*found.theirs, *found.maybe):
        assert one.signs
        assert one.count == len(came)
