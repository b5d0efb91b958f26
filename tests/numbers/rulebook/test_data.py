"""The rulebook that is shipped: every entry can be relied on for what it says of itself."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from phoneward.numbers import Claim, OldNumber, Reissue, Steps, System, rulebook
from phoneward.numbers.rulebook import LANGUAGES, folded
from phoneward.numbers.rulebook.book import FOLDER

SYSTEMS = rulebook().systems

SHORT = {"qq"}
"""Short names that are nevertheless no words: two Latin letters or signs. Add one only if nothing else is called so."""

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


every_system = pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.id)


@every_system
def test_it_is_well_formed(system: System) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", system.id)
    assert all(re.fullmatch("[A-Z]{2}", country) for country in system.countries)
    assert all(re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+", package) for package in system.packages)
    assert system.holds
    for listed in (system.packages, system.domains, system.countries, system.holds):
        assert len(set(listed)) == len(listed)
    names = [folded(name) for name in {*system.names.values()}]
    aliases = [folded(alias) for alias in system.aliases]
    assert not [alias for alias, count in Counter(aliases).items() if count > 1 or alias in names]


@every_system
def test_its_domains_belong_to_somebody(system: System) -> None:
    """A domain such as `com.cn` would put half of a country's sites down to one service."""
    for domain in system.domains:
        assert re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", domain), domain
        assert domain not in PUBLIC_SUFFIXES, domain


@every_system
def test_its_names_hit_nothing_else(system: System) -> None:
    """A name that is a word would turn a stranger's message into an account."""
    for name in (*system.names.values(), *system.aliases):
        alias = folded(name)
        assert alias not in COMMON, name
        if alias.isdigit():
            assert len(alias) >= 5, name
        elif alias.isascii():
            assert len(alias) >= 3 or alias in SHORT, name
        else:
            assert len(alias) >= 2, name


@every_system
def test_what_it_says_can_be_looked_up_or_is_marked(system: System) -> None:
    today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    for field, statement in statements(system):
        assert (statement.checked is not None) == statement.is_confirmed, field
        if statement.checked is not None:
            assert dt.date(2026, 11, 1) <= statement.checked <= today, field
        links = [statement.source] if statement.is_confirmed else []
        links += [statement.link] if isinstance(statement, Steps) and statement.link else []
        for link in links:
            parts = urlsplit(link)
            assert parts.scheme == "https", (field, link)
            assert parts.hostname is not None, (field, link)
            assert "." in parts.hostname, (field, link)


@every_system
def test_its_sentences_are_whole(system: System) -> None:
    for language, text in texts_of(system):
        assert text == text.strip(), text
        assert text.endswith("。" if language == "zh_CN" else "."), text
        if language == "zh_CN":
            assert re.search("[一-鿿]", text), text
            assert not re.search("[一-鿿][,;:?!]|你", text), text
        else:
            assert not re.search("[　-〿！-～]", text), text


def test_every_file_says_whose_systems_it_holds() -> None:
    assert {path.name.partition("-")[0] for path in FOLDER.glob("*.toml")} <= {"cn", "intl"}


def test_it_knows_by_their_stable_ids_those_that_hurt_most() -> None:
    for system in ("alipay", "baidu-passport", "tencent-wechat"):
        assert rulebook().by_id(system) is not None, system


def test_how_much_of_it_is_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, so that everybody knows how much rests on a source."""
    counts = Counter((field, one.is_confirmed) for system in SYSTEMS for field, one in statements(system))
    with capsys.disabled():
        print(f"\nrulebook: {len(SYSTEMS)} account systems, {len(rulebook().aliases)} names")  # noqa: T201
        for field in sorted({field for field, _confirmed in counts}):
            confirmed, marked = counts[field, True], counts[field, False]
            print(f"  {field}: {confirmed} confirmed, {marked} unconfirmed")  # noqa: T201
    assert sum(counts.values()) > 0
