"""A phone whose messages show accounts, hostile names among them, and two numbers that are given up: for all looks."""

import datetime as dt

from tests.numbers.sources.made import MINE, put_phone, sms_xml, text
from tests.web.holding import Holding
from tests.web.site import Visitor

GONE = "+8613900139000"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 60


LIFE: tuple[str, ...] = (
    "【微信】验证码381024，您的手机号13800138000正在登录微信，请勿告诉他人。",
    "【支付宝】您的手机号13800138000正在登录支付宝，校验码 558127，请勿泄露。",
    "【招商银行】您的手机号13800138000正在登录手机银行，验证码662190，请勿泄露。",
    "【百度网盘】验证码：739201，用于登录，5分钟内有效。",
    "【淘宝网】551872（登录验证码，请勿泄露）",
    "【京东】验证码：114590，用于身份验证。",
    "【中国移动】尊敬的客户，您本月话费账单为58.00元。",
    "【顺丰速运】您的快件已到达驿站，请凭取件码3-1-1008领取。",
    "【铁路12306】验证码：902113，您正在登录。",
    "Your Apple ID Code is: 771203. Don't share it with anyone.",
    "G-442190 is your Google verification code.",
    "【国家医保】您正在登录国家医保服务平台，验证码447120。",
)


def messages_of_a_life(now: dt.datetime) -> bytes:
    """Return a file of messages as a phone of some years has them, the newest of yesterday."""
    found = []
    for number, body in enumerate(LIFE * 3):
        when = now - dt.timedelta(days=1 + 29 * number)
        found.append(text(body) | {"date": str(int(when.timestamp() * 1000))})
    return sms_xml(found)


def numbers_shown(holding: Holding, visitor: Visitor) -> None:
    """Put such messages into the vault, and make the plans."""
    bodies = [
        "【微信】验证码381024，您的号码13800138000正在登录，请勿告诉他人。",
        "【招商银行】您的号码13800138000正在登录手机银行，验证码662190，请勿泄露。",
        "【淘宝】验证码551872，您正在登录。",
        f"[{HOSTILE}] Your verification code is 448120.",
        "Your Nobody Knows This code is 448121. Do not share it.",
        "【顺丰速运】您的快件已到达驿站，取件码3-1-1008。",
    ]
    put_phone(holding.repo, 0, sms_xml([text(body, number) for number, body in enumerate(bodies * 2)]))
    today = dt.datetime.now().astimezone().date()
    for number, days in ((MINE, 40), (GONE, -30)):
        form = {"number": "", "other": number, "on": (today + dt.timedelta(days)).isoformat()}
        assert visitor.post("/numbers/leave", form).status_code == 303
    assert visitor.post("/numbers/done", {"number": MINE, "account": "alibaba", "done": "yes"}).status_code == 303
