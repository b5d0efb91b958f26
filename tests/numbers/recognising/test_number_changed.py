"""A service's word that a number was changed or taken off closes a step of the leaving plan: it must be understood."""

import pytest

from phoneward.numbers import Message, Purpose, Relation, recognise
from phoneward.numbers.recognising.lexicon import spelt_out

SAID = [
    ("【云游集】您的手机号已成功修改。", Purpose.CHANGE_NUMBER),
    ("【支付宝】您账号的绑定手机号码已变更为139****9000，如非本人操作请联系客服。", Purpose.CHANGE_NUMBER),
    ("【工商银行】您预留的手机号码已修改成功。", Purpose.CHANGE_NUMBER),
    ("【小米】帐号安全手机已更换。", Purpose.CHANGE_NUMBER),
    ("【蝦皮購物】您的手機號碼已成功變更。", Purpose.CHANGE_NUMBER),
    ("Microsoft: the recovery phone has been updated for your account.", Purpose.CHANGE_NUMBER),
    ("Uber: your mobile number was changed. Not you? Tell us in the app.", Purpose.CHANGE_NUMBER),
    ("【百度】您的帐号已解绑手机138****8000。", Purpose.UNBIND),
    ("【京东】您的账号已成功解除手机号绑定。", Purpose.UNBIND),
]


@pytest.mark.parametrize(("body", "purpose"), SAID)
def test_what_was_carried_out_is_told_apart_from_what_is_asked_for(body: str, purpose: Purpose) -> None:
    found = recognise(Message(id="1", body=body))
    assert (found.relation, found.purpose, found.is_done) == (Relation.ACCOUNT, purpose, True)


def test_a_code_for_the_change_is_no_change_yet() -> None:
    found = recognise(Message(id="1", body="【抖音】您正在更换绑定手机号，验证码123456，请勿泄露。"))
    assert (found.is_otp, found.purpose, found.is_done) == (True, Purpose.CHANGE_NUMBER, False)


def test_one_entry_of_a_table_stands_for_several_phrases() -> None:
    assert spelt_out("{a|b} c{| d}") == ["a c", "a c d", "b c", "b c d"]
    assert spelt_out("plain") == ["plain"]
