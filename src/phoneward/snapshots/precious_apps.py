"""Apps whose content is on the phone alone and cannot be had again: what the answer names first.

A table of packages, what people call the app, and what is in it. It says what an app is for, not what is on a phone.
Chats that the maker keeps for the person (Telegram's, Messenger's) are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.texts import N_, Words, words

CHATS: Final = N_("the chats in {app}")
CODES: Final = N_("the login codes in {app}")

_YOURS: Final[Mapping[str, str]] = {CHATS: N_("your chats"), CODES: N_("your login codes")}


@dataclass(frozen=True, slots=True)
class Precious:
    """One app: its name and what would be lost with it, both marked with `N_`."""

    name: str
    content: str = CHATS


PRECIOUS: Final[Mapping[str, Precious]] = {
    "com.tencent.mm": Precious(N_("WeChat")),
    "com.tencent.mobileqq": Precious("QQ"),
    "com.tencent.tim": Precious("TIM"),
    "com.tencent.wework": Precious(N_("WeCom")),
    "com.alibaba.android.rimet": Precious(N_("DingTalk")),
    "com.ss.android.lark": Precious(N_("Feishu")),
    "com.whatsapp": Precious("WhatsApp"),
    "com.whatsapp.w4b": Precious("WhatsApp Business"),
    "org.thoughtcrime.securesms": Precious("Signal"),
    "ch.threema.app": Precious("Threema"),
    "jp.naver.line.android": Precious("LINE"),
    "com.viber.voip": Precious("Viber"),
    "com.kakao.talk": Precious("KakaoTalk"),
    "im.vector.app": Precious("Element"),
    "com.beemdevelopment.aegis": Precious("Aegis", CODES),
    "com.google.android.apps.authenticator2": Precious("Google Authenticator", CODES),
    "com.azure.authenticator": Precious("Microsoft Authenticator", CODES),
}
"""In the order they are named where the phone does not say how much they hold. DingTalk and Feishu keep much on their
makers' servers, and their owner, a company, decides how long: on the phone it is the person's own copy."""


def app_content(package: str) -> Words:
    """Return what a person has in an app, as a noun: "your chats"; "your data" where that is not known."""
    known = PRECIOUS.get(package)
    return Words(_YOURS[known.content]) if known is not None else words("your data")


def app_holds(package: str) -> Words:
    """Return what an app holds, named with it: "the chats in WeChat"; "the data of …" where that is not known."""
    known = PRECIOUS.get(package)
    if known is None:
        return words("the data of {app}", app=readable(package))
    return Words(known.content, details={"app": Words(known.name)})
