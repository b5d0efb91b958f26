"""Made-up messages, a recogniser that knows a handful of them, and vaults that hold them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from phoneward.numbers import Harm, Holding, Kind, Message, Purpose, Recognition, Relation, Rulebook, System
from phoneward.vault import Repository, Snapshot
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot

FIRST = dt.datetime(2020, 9, 13, 12, 26, 40, tzinfo=dt.UTC)
MINE = "+8613800138000"
OTHER = "+8613900139000"


def day(number: int) -> dt.datetime:
    return FIRST + dt.timedelta(days=number)


def text(body: str, at: int = 0, **more: str) -> dict[str, str]:
    """A message that came on a day."""
    whole = {"address": "10690000", "date": str(int(day(at).timestamp() * 1000)), "type": "1", "body": body}
    return whole | more


def sms_xml(messages: Iterable[Mapping[str, str]], *, inside: str = "") -> bytes:
    """A file as SMS Backup & Restore makes it."""
    items = [
        "<sms " + " ".join(f"{name}={quoteattr(value)}" for name, value in one.items()) + " />" for one in messages
    ]
    count = len(items) + inside.count("<mms")
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
    return f'{head}<smses count="{count}">{"".join(items)}{inside}</smses>'.encode()


class Recogniser:
    """Knows `NAME SAYING`: what follows the name says what it is."""

    SAYINGS: Mapping[str, Recognition] = {
        "code": Recognition(is_otp=True, relation=Relation.ACCOUNT, purpose=Purpose.LOGIN),
        "notice": Recognition(relation=Relation.ACCOUNT, purpose=Purpose.NOTICE),
        "bound": Recognition(relation=Relation.ACCOUNT, purpose=Purpose.BIND, is_done=True),
        "unbound": Recognition(relation=Relation.ACCOUNT, purpose=Purpose.UNBIND, is_done=True),
        "parcel": Recognition(relation=Relation.CUSTOMER),
        "named": Recognition(relation=Relation.WEAK),
        "changed": Recognition(relation=Relation.ACCOUNT, purpose=Purpose.CHANGE_NUMBER, is_done=True),
        "spam": Recognition(relation=Relation.NONE),
    }
    SYSTEMS: Mapping[str, str] = {"京东": "jd", "Taobao": "alibaba", "Tmall": "alibaba"}

    def recognise(self, message: Message) -> Recognition:
        service, _space, rest = message.body.partition(" ")
        known = self.SAYINGS.get(rest.partition(" ")[0])
        if known is None:
            return Recognition()
        return Recognition(
            known.is_otp, known.relation, service, self.SYSTEMS.get(service), known.purpose, known.is_done
        )


def made_up_rulebook() -> Rulebook:
    """Three systems, with an app and pages each."""
    return Rulebook(
        System(
            id=name,
            names={"en": english, "zh_CN": chinese},
            packages=(package,),
            domains=domains,
            kind=Kind.SHOP,
            holds=(Holding.PURCHASES,),
            harm=Harm.SERIOUS,
        )
        for name, english, chinese, package, domains in (
            ("jd", "JD.com", "京东", "com.jingdong.app.mall", ("jd.com",)),
            ("alibaba", "Alibaba", "阿里巴巴", "com.taobao.taobao", ("taobao.com", "tmall.com")),
            ("google", "Google", "谷歌", "com.google.android.gm", ("google.com", "gmail.com")),
        )
    )


def put_phone(repo: Repository, number: int, records: bytes | None, more: Tree | None = None) -> Snapshot:
    """Store a phone's snapshot of a day, with a file of messages."""
    tree: Tree = dict(more or {})
    if records is not None:
        tree[b"records"] = {b"sms.xml": File(records)}
    return put_snapshot(repo, tree, day=number, device="0123456789abcdef", label="My phone")
