"""Who speaks, where a message says so in other ways than brackets and colons, and what is no code beside a name."""

import pytest

from phoneward.numbers import Message, Recognition, Relation, recognise


def found(body: str, sender: str = "") -> Recognition:
    return recognise(Message(id="1", sender=sender, body=body))


@pytest.mark.parametrize(
    ("sender", "body", "service"),
    [
        ("900", "Пароль для подтверждения платежа - 48291. Никому не сообщайте", "Сбербанк"),
        ("95588", "您尾号6621的卡快捷支付支出32.5元，余额1,022.18元。", "工商银行"),
        ("VK-BSNLIN-P", "Recharge with Rs.149 and get extra data on your plan.", "BSNL"),
        ("VM-AXISMR", "Apply for the credit card and get rewards every year.", "Axis Bank"),
        ("VI-VODAFN-S", "Hello Asha, your top-up of Rs.299 has been processed.", "Vodafone"),
        ("VM-QLMERE", "Quillmere has debited your wallet by Rs.20 today.", "Quillmere"),
    ],
)
def test_the_sender_is_read_as_its_owner(sender: str, body: str, service: str) -> None:
    assert found(body, sender).service == service


@pytest.mark.parametrize(
    ("body", "service"),
    [
        ("Карта ****7635 активирована! ПАО «Почта Банк»", "Почта Банк"),
        ("Приорбанк. Операция по карте отклонена, баланс 20 BYN", "Приорбанк"),
        ("Bancolombia te informa compra por $48.290 en la tienda", "Bancolombia"),
        ("Dear Paytm customer your KYC has been suspended, call immediately", "Paytm"),
        ("HALIFAX ALERT suspicious activity, confirm your details at http://updateapp.online/account", "Halifax"),
        ("【腾讯科技】您的微信账号在新设备上登录。如果不是本人操作，请尽快修改密码。", "微信"),
        ("신한카드2918승인 홍*동 12,800원 일시불", "신한카드"),
    ],
)
def test_a_message_begins_or_ends_with_who_speaks(body: str, service: str) -> None:
    assert found(body).service == service


@pytest.mark.parametrize(
    ("body", "service"),
    [
        ("HSBC UK: Your one-time code is 958382. Never share this with anyone.", "HSBC"),
        ("Your Quill-to-Go verification code is 617721.", "Quill-to-Go"),
        ("Quillmere.com login code: 688215. Valid for 5 minutes.", "Quillmere.com"),
        ("Your Bank of Quillmere security code is 101355.", "Bank of Quillmere"),
        ("Quillmere banka: kod je 588988 za plaćanje", "Quillmere banka"),
        ("691251 — код для quillmere.ru", "quillmere.ru"),
        ("quillmere 認証コード: 659628", "quillmere"),
        ("Your confirmation code is 481920. Don't share it with anyone. - X", "X"),
        ("رمز واتساب الخاص بك: 482-913 لا تطلع أحداً عليه", "WhatsApp"),
        ("OTP is 964651 for txn of INR 1,299.00 at SHOP on your HDFC Bank Credit Card ending 2918.", "HDFC Bank"),
    ],
)
def test_a_name_is_taken_whole(body: str, service: str) -> None:
    answer = found(body)
    assert (answer.is_otp, answer.service) == (True, service)


@pytest.mark.parametrize(
    "body",
    [
        "Kodi juaj i verifikimit eshte 482913. Mos e ndani me askend.",
        "Nambari yako ya uthibitisho ni 482913. Usimpe mtu yeyote.",
        "ერთჯერადი კოდი 482913. არავის გაუზიაროთ",
        "আপনার যাচাইকরণ কোড 482913। কাউকে জানাবেন না।",
        "کد تایید شما در سامانه : 456742\nلغو11",
        "סיסמתך היא: 931151",
        "Vash kod pidtverdzhennya 483712",
        "Kirjautumisen kertakäyttökoodisi on 787843",
        "Use code 224481 to verify your phone number. Msg&data rates may apply. Reply STOP to opt out.",
        "【中国移动】您正在办理服务密码重置业务，服务密码为482913，请勿泄露。",
        (
            "尊敬的客户，即将办理以下优惠活动，随机验证码为【 619154 】，赠送流量，立即生效，"
            "优惠到期可退订，请确认。【中国移动】"
        ),
    ],
)
def test_a_code_in_words_of_more_languages(body: str) -> None:
    assert found(body).is_otp


@pytest.mark.parametrize(
    "body",
    [
        "Почта России: посылка прибыла в отделение 101000. Код 2839",
        "Sameday: coletul tau a ajuns in easybox. Cod: 166489",
        "Quillmere: your parcel is ready for pickup. Code 1664",
        "Zásilkovna: zásilka je připravena k vyzvednutí, heslo 7964.",
    ],
)
def test_a_parcels_code_opens_no_account(body: str) -> None:
    assert not found(body).is_otp


def test_a_kiss_is_no_service() -> None:
    kiss = found("Happy birthday, your present is on its way - X")
    assert (kiss.service, kiss.relation) == (None, Relation.NONE)
