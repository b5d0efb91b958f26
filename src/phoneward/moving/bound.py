"""Apps that tie something to one phone: what that is, and what to do instead of copying it.

A table of packages and what people call the app; the packages are those of the apps' pages in the stores. It says what
an app is for, not what is on a phone. Chats are elsewhere (`snapshots.precious_apps`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_, Words, words


@dataclass(frozen=True, slots=True)
class Bound:
    """One kind of app.

    Attributes:
        code: stable, for programs.
        title, why, instead: marked with `N_`.
        names: what people call each app, by package.
    """

    code: str
    title: str
    why: str
    instead: tuple[str, ...]
    names: Mapping[str, Words]


BOUND: Final = (
    Bound(
        "paying",
        N_("Apps you pay with"),
        N_("They tie cards and keys to one phone, so that a copy of it cannot pay."),
        (
            N_("Sign in on the new phone while the old one and your number still work, pay once, look at the cards."),
            N_("Then sign out on the old phone, before it leaves your hands."),
        ),
        {
            "com.eg.android.AlipayGphone": words("Alipay"),
            "com.unionpay": words("UnionPay"),
            "com.paypal.android.p2pmobile": words("PayPal"),
            "com.google.android.apps.walletnfcrel": words("Google Wallet"),
            "com.icbc": words("ICBC"),
            "com.chinamworld.main": words("China Construction Bank"),
            "com.android.bankabc": words("Agricultural Bank of China"),
            "com.chinamworld.bocmbci": words("Bank of China"),
            "cmb.pb": words("China Merchants Bank"),
            "com.revolut.revolut": words("Revolut"),
            "de.number26.android": words("N26"),
        },
    ),
    Bound(
        "protected",
        N_("Films, music and books that were downloaded to be used without a network"),
        N_("Such copies are locked to the phone that fetched them (DRM)."),
        (N_("Download them again on the new phone. Some services count phones: sign the old one out there."),),
        {
            "com.netflix.mediaclient": words("Netflix"),
            "com.spotify.music": words("Spotify"),
            "com.amazon.kindle": words("Kindle"),
            "com.qiyi.video": words("iQIYI"),
            "com.tencent.qqlive": words("Tencent Video"),
            "com.youku.phone": words("Youku"),
            "com.netease.cloudmusic": words("NetEase Cloud Music"),
            "com.tencent.qqmusic": words("QQ Music"),
            "com.tencent.weread": words("WeRead"),
        },
    ),
)
