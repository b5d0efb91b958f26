"""Cases for the tests of letters."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import msgspec

from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role
from phoneward.cases.letters import Evidence
from phoneward.incidents import Incident

DAY = date(2026, 11, 29)
CHINA = timezone(timedelta(hours=8))


def facts(
    mark: Callable[[str], str] = lambda text: text,
    incident: Incident = Incident.WIPED_BY_UPDATE,
    happened: date | None = date(2018, 12, 20),
    country: str = "CN",
) -> CaseFacts:
    """A case that holds everything; every text of it goes through `mark`."""
    return CaseFacts(
        title=mark("母亲的话"),
        incident=incident,
        happened=happened,
        noticed=date(2018, 12, 21),
        country=country,
        parties=(
            Party(
                role=Role.CLAIMANT,
                name=mark("王小明"),
                address=mark("杭州市文一路1号"),
                phone=mark("13800138000"),
                email=mark("wang@example.org"),
            ),
            Party(
                role=Role.PHONE_MAKER,
                name=mark("某某科技有限公司"),
                address=mark("北京市海淀区2号"),
                phone=mark("010-55550000"),
                email=mark("service@example.com"),
                did=(mark("Its store pushed the update."),),
            ),
            Party(role=Role.APP_MAKER, name=mark("即时通信公司"), did=(mark("开发了该应用"),)),
        ),
        device=Device(
            maker=mark("Smartisan"),
            model=mark("OD103"),
            build=mark("4.2.5.1"),
            android=mark("7.1.1"),
            serial=mark("a1b2c3"),
        ),
        apps=(
            App(
                package=mark("com.tencent.mm"),
                label=mark("微信"),
                version_before=mark("6.7.3"),
                version_after=mark("7.0.0"),
                signer_before=mark("ab" * 32),
                signer_after=mark("cd" * 32),
            ),
        ),
        account=mark("wxid_abc"),
        losses=(
            Loss(
                what=mark("母亲最后的消息"),
                kind="messages",
                count=11_234,
                size=11_000_000_000,
                meaning=mark("She has died."),
                evidence=("data/originals/list.csv",),
            ),
            Loss(what=mark("与客户的合同"), kind="business", cost=3200.5, currency="CNY"),
        ),
        events=(
            Event(
                at=datetime(2018, 12, 20, 21, 3, tzinfo=CHINA),
                what=mark("The prompt said: APP签名不一致"),
                who=Role.STORE,
                evidence=("data/originals/prompt.png",),
            ),
            Event(at=date(2018, 12, 20), what=mark("I tapped OK."), who=Role.CLAIMANT, is_against=True),
        ),
    )


def evidence(mark: Callable[[str], str] = lambda text: text) -> tuple[Evidence, ...]:
    return (
        Evidence(path="data/originals/prompt.png", sha256="0f" * 32, what=mark("提示的截图")),
        Evidence(path="data/originals/list.csv", sha256="1e" * 32, what=mark("List of messages")),
    )


def all_texts(value: object) -> list[str]:
    """Every text in a structure."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, msgspec.Struct):
        return all_texts(msgspec.structs.asdict(value))
    if isinstance(value, dict):
        return [text for one in value.values() for text in all_texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in all_texts(one)]
    return []
