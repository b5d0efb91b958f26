"""Messages that look like what they are not, and codes that do not look like codes."""

import pytest

from phoneward.numbers import Message, Purpose, Recognition, Relation, recognise


def found(body: str, sender: str = "") -> Recognition:
    return recognise(Message(id="1", sender=sender, body=body))


@pytest.mark.parametrize(
    "body",
    [
        "【Quillmere】验证码：４８３９２０，请勿泄露",  # full-width digits
        "【青禾书店】验证码 8-3-2-9-1-4，切勿转发。",
        "Your code: 1 2 3 4 5 6 - it is valid for ten minutes.",
        "Your Quillmere code is 48\u200b29\u200b13",  # zero-width signs between the digits
        "Your Quillmere code is\n\n482913\n\nDo not share it.",
        "Quillmere verification code: K7P-2XM",
        "<#> Your Quillmere code is: 123ABC78\nFA+9qCX9VSu",
        "G-739512",
        "482913",
        "Quillmere: use 482913 to approve this payment",
        "Order 114-9847192-3849102: your security code is 719284 to sign in.",
        "【青禾书店】取件码 123456，验证码 654321",
        "Here's the Quillmere Guard code you need to login to your account: AB4KD",
        "Your Quillmere PIN is 4829. Reply STOP to opt out.",
        "Tap the magic link to sign in to Quillmere: https://quillmere.com/m/3f9a",
    ],
)
def test_a_code_however_it_is_written(body: str) -> None:
    assert found(body).is_otp


@pytest.mark.parametrize(
    "body",
    [
        "Never share your verification code with anyone. We will not ask for it.",
        "Your verification code has expired. Please request a new one.",
        "验证码错误，请重新获取",
        "【丰巢】您的取件码为 7-4-2-1，请及时取件。",
        "【青禾书店】优惠码 482913，下单立减 20 元",
        "Use promo code 482913 at checkout.",
        "Your confirmation number is 482913, flight QX482 departs at 19:10.",
        "Join the meeting, ID 482 913 557, passcode in the invite.",
        "The door code is 4829, come up.",
        "Parcel locker 17, pickup code 482913.",
        "Your order 482913 has shipped.",
        "Call me at 06-12345678 for the code",
        "Your code for the big summer sale of 2024 is ready in the app",
        "Amount due: 4829.13 by 12/03/2026. Ref 482913",
        "你刚才收到的验证码是482913吗？",
        "my password is 482913, keep it",
        "Zip code 90210",
        "Open https://quillmere.com/verify/482913 to see your code",
        "Reply with code WIN4829 to enter our free prize draw!",
        "Congratulations! You won our prize draw, quote verification code 482913 to claim your gift.",
        "The login code you asked for was used for order 482913.",
    ],
)
def test_no_code(body: str) -> None:
    assert not found(body).is_otp


@pytest.mark.parametrize(
    ("body", "sender", "service"),
    [
        ("【腾讯科技】微信登录验证码：482913，10分钟内有效。", "", "微信"),  # the signing firm is not the service
        ("【云片网】您正在登录Quillmere，验证码482913", "", "Quillmere"),  # nor is a gateway
        ("Your Quillmere code is 482913", "Twilio", "Quillmere"),
        ("Your code is 482913", "INFOSMS", None),
        ("Your code is 482913", "+447700900123", None),
        ("Your code is 482913", "Quillmere", "Quillmere"),
        ("Your code is 482913", "VM-QUILMR-S", "QUILMR"),
        ("482913 is your code.\n@quillmere.com #482913", "", "quillmere.com"),
        ("482913 is your code @example.com #482913", "", None),
        ("Your OTP is 482913. - Quillmere", "", "Quillmere"),
        ("验证码482913，请勿泄露。【青禾书店】", "10690000", "青禾书店"),
        ("【验证码】您的验证码是482913", "", None),
        ("Hi Alex, 482913 is your passcode for Quillmere.", "", "Quillmere"),
        ("Alex, your code is 482913", "", None),
        ("Hello Alex this is your code 482913", "Brandovia", "Brandovia"),
        ("Good morning Kestrel. Your code is 482913", "Brandovia", "Brandovia"),
    ],
)
def test_who_speaks(body: str, sender: str, service: str | None) -> None:
    assert found(body, sender).service == service


def test_one_passport_opens_many_products() -> None:
    shop, group = found("【淘宝】验证码482913，请勿泄露"), found("【阿里巴巴】验证码482913，请勿泄露")
    assert shop.system == group.system == "alibaba"
    assert (shop.service, group.service) == ("淘宝", "阿里巴巴")


def test_a_carriers_code_is_no_account_that_outlives_the_number() -> None:
    assert found("【中国移动】您的短信验证码：482913").relation is Relation.CUSTOMER


@pytest.mark.parametrize(
    ("body", "purpose", "done"),
    [
        ("【青禾书店】您正在注册，验证码482913", Purpose.REGISTER, False),
        ("【青禾书店】您正在注销账号，验证码482913", Purpose.DELETE, False),
        ("【青禾书店】您的账号已注销", Purpose.DELETE, True),
        ("【青禾书店】您已成功解除手机绑定", Purpose.UNBIND, True),
        ("【青禾书店】您正在重置密码，验证码482913", Purpose.RESET, False),
        ("Quillmere: your phone number was changed.", Purpose.CHANGE_NUMBER, True),
        ("Quillmere: your code is 482913. If this was not you, change your password.", Purpose.UNKNOWN, False),
        ("Quillmere: new login from Berlin. If this wasn't you, change your password.", Purpose.NOTICE, False),
        ("Use 482913 to reset your Quillmere password", Purpose.RESET, False),
        ("【青禾书店】验证码482913，您正在支付20元", Purpose.PAYMENT, False),
    ],
)
def test_what_it_is_for(body: str, purpose: Purpose, done: bool) -> None:
    recognition = found(body)
    assert (recognition.purpose, recognition.is_done) == (purpose, done)


@pytest.mark.parametrize(
    ("body", "relation"),
    [
        ("【支付宝】您的登录密码修改成功", "account"),
        ("【支付宝】您的登录密码修改成功，非本人操作请点击 http://zfb-safe.vip", "none"),
        ("Amazon: your package was delivered. https://www.amazon.com/orders", "customer"),
        ("Amazon: your package was delivered. http://amzn-orders.top/x", "weak"),
        ("Amazon: your package could not be delivered, pay http://amzn-orders.top/x", "none"),
        ("Amazon: your order of $899 is confirmed. Not you? Call 1-888-555-0100 to cancel.", "none"),
    ],
)
def test_the_address_decides(body: str, relation: str) -> None:
    """The same words with the firm's own address and with a thief's."""
    assert found(body).relation == relation
