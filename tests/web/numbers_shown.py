"""A phone whose messages show accounts, hostile names among them, and two numbers that are given up: for all looks."""

import datetime as dt

from tests.numbers.sources.made import MINE, put_phone, sms_xml, text
from tests.web.holding import Holding
from tests.web.site import Visitor

GONE = "+8613900139000"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 60


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
