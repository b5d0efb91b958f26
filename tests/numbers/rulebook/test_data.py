"""The rulebook that is shipped: every entry can be relied on for what it says of itself."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from phoneward.numbers import Claim, OldNumber, Reissue, Steps, System
from phoneward.numbers.rulebook import LANGUAGES, folded, rulebook
from phoneward.numbers.rulebook.book import FOLDER

SYSTEMS = rulebook().systems

SHORT = {"1688", "4399", "jd", "qq"}
"""Names of less than three Latin letters or five digits that nevertheless are nobody else's."""

COMMON = frozenset(
    re.findall(
        r"\w+",
        "account alert app bank card cloud code customer delivery insurance login mail message mobile news notice "
        "offer otp pay phone security service shop sms support system team travel verify wallet web your "
        "银行 客服 通知 验证码 快递 系统 平台 短信 信用卡 会员 商城 公司 账号 安全中心 手机银行 官方 物流 保险 "
        "基金 证券 云盘 网盘 钱包 医院 学校 政府 酒店 中国",
    )
)
"""Words that many sign with."""

PUBLIC_SUFFIXES = {"com.cn", "net.cn", "org.cn", "gov.cn", "edu.cn", "com.hk", "com.tw", "gov.tw", "co.uk", "co.jp"}


def statements(system: System) -> Iterator[tuple[str, Claim[bool] | Claim[OldNumber] | Steps | Reissue]]:
    for field in ("sms_login", "sms_reset", "one_tap", "old_number", "rebind", "unbind", "delete", "reissue"):
        statement = getattr(system, field)
        if statement is not None:
            yield field, statement


def texts_of(system: System) -> Iterator[tuple[str, str]]:
    for _field, statement in statements(system):
        if isinstance(statement, Steps):
            for language in LANGUAGES:
                yield from ((language, step) for step in statement.steps[language])
        elif isinstance(statement, Reissue):
            yield from ((language, statement.text[language]) for language in LANGUAGES)


def names_of(system: System) -> tuple[str, ...]:
    return (*system.names.values(), *system.aliases)


def test_everything_is_well_formed() -> None:
    for one in SYSTEMS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.id), one.id
        assert all(re.fullmatch("[A-Z]{2}", country) for country in one.countries), one.id
        assert all(re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+", package) for package in one.packages), one.id
        assert one.holds, one.id
        for listed in (one.packages, one.domains, one.countries, one.holds):
            assert len(set(listed)) == len(listed), one.id
        known = {folded(name) for name in one.names.values()}
        aliases = Counter(folded(alias) for alias in one.aliases)
        assert not [alias for alias, count in aliases.items() if count > 1 or alias in known], one.id


def test_domains_belong_to_somebody() -> None:
    """A domain such as `com.cn` would put half of a country's sites down to one service."""
    for one in SYSTEMS:
        for domain in one.domains:
            assert re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", domain), domain
            assert domain not in PUBLIC_SUFFIXES, domain


def test_names_hit_nothing_else() -> None:
    """A name that is a word would turn a stranger's message into an account."""
    for one in SYSTEMS:
        for name in names_of(one):
            alias = folded(name)
            assert alias not in COMMON, name
            least = 5 if alias.isdigit() else 3 if alias.isascii() else 2
            assert len(alias) >= least or alias in SHORT, name


def test_what_is_said_can_be_looked_up_or_is_marked() -> None:
    today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    for one in SYSTEMS:
        for field, statement in statements(one):
            assert (statement.checked is not None) == statement.is_confirmed, (one.id, field)
            if statement.checked is not None:
                assert dt.date(2026, 11, 1) <= statement.checked <= today, (one.id, field)
            links = [statement.source] if statement.is_confirmed else []
            links += [statement.link] if isinstance(statement, Steps) and statement.link else []
            for link in links:
                parts = urlsplit(link)
                assert parts.scheme == "https", (one.id, link)
                assert "." in (parts.hostname or ""), (one.id, link)


def test_sentences_are_whole() -> None:
    for one in SYSTEMS:
        for language, text in texts_of(one):
            assert text == text.strip(), text
            assert text.endswith("。" if language == "zh_CN" else "."), text
            if language == "zh_CN":
                assert re.search("[一-鿿]", text), text
                assert not re.search("[一-鿿][,;:?!]|你", text), text
            else:
                assert not re.search("[　-〿！-～]", text), text


def test_every_file_says_whose_systems_it_holds() -> None:
    assert {path.stem.partition("-")[0] for path in FOLDER.glob("*.toml")} <= {"cn", "hk", "tw", "intl"}


def test_it_knows_by_their_stable_ids_those_that_hurt_most() -> None:
    """People's marks hold on to these."""
    kept = {"alibaba", "alipay", "baidu-passport", "google", "jd", "meituan", "tencent", "tencent-qq", "tencent-wechat"}
    assert kept <= {system.id for system in SYSTEMS}


def test_how_much_of_it_is_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, so that everybody knows how much rests on a source."""
    counts = Counter((field, one.is_confirmed) for system in SYSTEMS for field, one in statements(system))
    with capsys.disabled():
        print(f"\nrulebook: {len(SYSTEMS)} account systems, {len(rulebook().aliases)} names")  # noqa: T201
        for field in sorted({field for field, _confirmed in counts}):
            confirmed, marked = counts[field, True], counts[field, False]
            print(f"  {field}: {confirmed} confirmed, {marked} unconfirmed")  # noqa: T201
    assert sum(counts.values()) > 0
