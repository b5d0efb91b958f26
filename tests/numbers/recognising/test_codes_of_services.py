"""A person's messages from services are told from those of people, shops and thieves."""

import pytest

from phoneward.numbers import Message, Purpose, Relation, recognise


def answer(body: str, sender: str = "") -> tuple[bool, str, str | None]:
    """Return what is recognised in one message, in short."""
    found = recognise(Message(id="1", sender=sender, body=body))
    return found.is_otp, found.relation.value, found.service


@pytest.mark.parametrize(
    ("body", "service"),
    [
        ("【招商银行】您的验证码是 583920，请勿泄露。", "招商银行"),
        ("验证码：４８３９２０，您正在登录支付宝，请勿告知他人。【支付宝】", "支付宝"),
        ("Your Quillmere verification code is 482 913.", "Quillmere"),
        ("[Quillmere] 認証コード：482913 有効期限は10分です。", "Quillmere"),
        ("[퀼미어] 인증번호 [482913]를 입력해주세요.", "퀼미어"),
        ("Tu código de verificación de Quillmere es 482913. No lo compartas.", "Quillmere"),
        ("Votre code de vérification Quillmere est 482913", "Quillmere"),
        ("Dein Quillmere-Bestätigungscode lautet 482913", "Quillmere"),
        ("Quillmere: ваш код подтверждения 482913. Никому не сообщайте.", "Quillmere"),
    ],
)
def test_a_code_names_the_account_it_belongs_to(body: str, service: str) -> None:
    assert answer(body) == (True, "account", service)


def test_a_code_of_nobody_proves_nothing() -> None:
    assert answer("Your verification code is 482913.") == (True, "none", None)


def test_fraud_in_a_banks_name_is_no_account() -> None:
    body = "【建设银行】您的账户积分即将清零，请点击 https://ccb-points.example.vip 兑换现金"
    found = recognise(Message(id="1", body=body))
    assert (found.is_otp, found.relation, found.system) == (False, Relation.NONE, None)


def test_a_changed_number_is_done() -> None:
    found = recognise(Message(id="1", body="【支付宝】您已成功更换手机号，如非本人操作请联系客服。"))
    assert (found.relation, found.purpose, found.is_done) == (Relation.ACCOUNT, Purpose.CHANGE_NUMBER, True)
