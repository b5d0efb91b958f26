"""Messages that are written unlike most: each way of writing by itself, so that none is lost among hundreds."""

import pytest

from phoneward.numbers import Message, recognise


def answer(body: str, sender: str = "") -> tuple[bool, str, str | None]:
    """Return what is recognised in one message, in short."""
    found = recognise(Message(id="1", sender=sender, body=body))
    return found.is_otp, found.relation.value, found.service


@pytest.mark.parametrize(
    ("body", "service"),
    [
        (
            (
                "Для входа в Quillmere введите код. Если вход произвели не вы, срочно обратитесь в поддержку по номеру "
                "8-800-200-53-03. Никому его не сообщайте: 48291"
            ),
            "Quillmere",
        ),
        ("Quillmere FRAUD ALERT: we will never ask for this code, don't share it: 482913.", "Quillmere"),
        ("Quillmere: 482-913. Do not share it with anyone.", "Quillmere"),
        ("Quillmereの二段階認証で482913を使用してください。", "Quillmere"),
        ("Please enter code 482 on Quillmere.", "Quillmere"),
        ("青禾书店手机动态注册验证码：VKDPG，如非本人操作请忽略【青禾书店】", "青禾书店"),
        ("【青禾书店】正在注册，您的验证码是w7k2", "青禾书店"),
        ("Quillmere: Use code KX4M2 to change the password of your account", "Quillmere"),
        ("Quillmere: Din kode er: 482-913\nDel den ikke", "Quillmere"),
        ("Quillmere: Vahvistuskoodisi on 482913. Älä jaa sitä.", "Quillmere"),
        ("Quillmere : आपका कोड है : 482-913\nयह कोड साझा न करें", "Quillmere"),
        ("*Quillmere* verification code: *482913*", "Quillmere"),
    ],
)
def test_a_code_is_found_however_it_is_told(body: str, service: str) -> None:
    assert answer(body) == (True, "account", service)


@pytest.mark.parametrize(
    "body",
    ["KQWXTR is your code", "Use code QX47-7B to sign in", "ACCESS PASSCODE: hoblin", "OTP=482913", "Code: RKJ-YP6"],
)
def test_a_code_of_letters_is_one(body: str) -> None:
    assert answer(body)[0]


@pytest.mark.parametrize(
    ("body", "sender", "service"),
    [
        (
            "482913 is the OTP for Rs 1,250.00 at Corner Shop on your Quillmere Bank Card ending 4412.",
            "",
            "Quillmere Bank",
        ),
        ("ご利用のパスワード：48291300 フィッシング詐欺にご注意！ 青空カード", "", "青空カード"),
        ("[Web발신]\n<#>[인증번호:482913] - 퀼미어\n(타인노출금지)", "", "퀼미어"),
        ("[퀼미어(주)] 본인확인 인증번호[482913]입니다.", "", "퀼미어"),
        ("[퀼미어 본인확인] 인증번호[482913]을 입력해 주세요.", "", "퀼미어"),
        (
            "<#> Please use OTP 482913 to login into your Quillmere account. OTP valid for 5 minutes \nYDJ9FDE8Ern",
            "",
            "Quillmere",
        ),
        ("【12123交管】验证码为482913，您正在登录互联网平台", "", "12123交管"),
        ("1/2 Notification from PayPal: your security code is 482913", "", "PayPal"),
    ],
)
def test_who_sends_a_code_is_named(body: str, sender: str, service: str) -> None:
    found = answer(body, sender)
    assert (found[0], found[2]) == (True, service)


@pytest.mark.parametrize(
    "body",
    [
        "【青禾证券】今日可申购新股，代码分别为：002728、300390",
        "[퀼미어] 고객님 인증번호[7***5] 해외결제 695,000원 완료 문의:028268211",
        "Отправьте СМС с кодом 16234 на номер 900 для оплаты",
        "Your verification code request of September 11, 2021 was received.",
        "Anna unlocked her photos! Use this code 98023 to view now: http://xqgp.example/a1",
        "Slmt simcard anda dpt cek Rp49jt PIN (RWD2749) info www.hadiah-id.example/a",
        "the code is 4829 for the front gate, see you at 7",
    ],
)
def test_no_code_is_made_of_other_numbers(body: str) -> None:
    found = answer(body)
    assert not found[0]
    assert found[1] not in {"account", "customer"}


@pytest.mark.parametrize(
    ("body", "service"),
    [
        (
            "The USPS package cannot be delivered, please confirm your address in the link https://usps-a.example",
            "USPS",
        ),
        ("Due to a billing problem we have disabled your amazon account, open https://a.example/x", "Amazon"),
        ("Chase - we noticed a suspicious sign-in, for your safety visit chase.safe-a1.com", "Chase"),
        ("USPS: your package needs an address, access uspspostal-eb.info for assistance", "USPS"),
        ("流量红包限时免费领，关注微信公众号即可，点击 http://a.example/x 中国移动", "中国移动"),
        ("<Subject: Notice> Your Netflix account is on hold. Update: http://a.example/x", "Netflix"),
    ],
)
def test_fraud_is_named_and_makes_no_account(body: str, service: str) -> None:
    found = answer(body)
    assert (found[0], found[2]) == (False, service)
    assert found[1] in {"none", "weak"}


def test_a_sender_is_believed_before_the_title_of_a_notice() -> None:
    body = "Umsatzmelder:\n1 neuer Umsatz auf dem Konto *1832: -70,85 EUR\nNeuer Saldo: 991,84 EUR"
    assert answer(body, "Sparkasse")[1:] == ("customer", "Sparkasse")


def test_a_firm_writes_to_its_customer_in_spanish() -> None:
    assert answer("Quillmere: Tu pedido fue entregado. ¡Gracias!") == (False, "customer", "Quillmere")
