"""The data about apps' own backups: whole, in every language, with sources, and open about what is not confirmed."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from phoneward.phones import appbackups
from phoneward.phones.appbackups.data import ORDER, AppFile, Steps, app_files, read_app_file
from phoneward.phones.appbackups.guide import app_guide, app_guides, app_named, app_of_package
from phoneward.phones.appbackups.places import BASES
from phoneward.snapshots.layout import is_package_name

LANGUAGES = {"en", "zh_CN"}
FOLDER = Path(appbackups.__file__).parent / "apps"
OWN_PAGES = re.compile(r"https://(support\.signal\.org|help\.line\.me)/")
"""Pages of the apps' makers that stand as sources of words."""


def by_language(value: object) -> Iterator[dict[str, object]]:
    """Every group of texts, found by shape."""
    if isinstance(value, dict):
        if "en" in value:
            yield value
        for inner in value.values():
            yield from by_language(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from by_language(inner)


def ways() -> list[tuple[AppFile, Steps]]:
    return [(app, way) for app in app_files() for way in (*app.make, *app.put_back, *app.move)]


def test_every_file_is_read_and_named_like_its_app() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(ORDER)
    assert [app.key for app in app_files()] == list(ORDER)


@pytest.mark.parametrize("app", app_files(), ids=lambda app: app.key)
def test_every_text_is_in_every_language(app: AppFile) -> None:
    groups = list(by_language(msgspec.to_builtins(app)))
    assert len(groups) >= 5
    for group in groups:
        assert set(group) == LANGUAGES, group
        english, chinese = group["en"], group["zh_CN"]
        both = [english, chinese] if isinstance(english, str) else [*english, *chinese]  # type: ignore[misc]
        assert all(isinstance(one, str) and one.strip() == one != "" for one in both)
        if not isinstance(english, str):
            assert len(english) == len(chinese), english  # type: ignore[arg-type]
            for sentence in chinese:  # type: ignore[attr-defined]
                assert re.search(r"[\u3000-\u9fff]", sentence), sentence
                assert "'" not in sentence
                assert sentence.count("“") == sentence.count("”")
            for sentence in english:  # type: ignore[attr-defined]
                assert not re.search(r"[\u3000-\u9fff]", sentence), sentence
                assert len(re.findall(r"(?<![a-z])'|'(?![a-z])", sentence)) % 2 == 0, sentence


@pytest.mark.parametrize("app", app_files(), ids=lambda app: app.key)
def test_every_claim_has_a_source_and_a_day(app: AppFile) -> None:
    assert dt.date(2026, 1, 1) <= app.looked_up <= dt.datetime.now(tz=dt.UTC).date()
    assert app.packages
    assert all(map(is_package_name, app.packages))
    assert 1 <= app.stale_days <= 200
    assert all(layout.sources for layout in app.phone)
    for layout in app.computer:
        assert layout.sources
        assert layout.inside
        assert set(layout.inside) <= set(BASES)


@pytest.mark.parametrize(("app", "way"), ways(), ids=lambda one: getattr(one, "key", ""))
def test_confirmed_words_come_from_the_maker(app: AppFile, way: Steps) -> None:
    assert way.sources
    assert set(way.confirmed) <= LANGUAGES
    if way.confirmed:
        assert any(OWN_PAGES.match(source) for source in way.sources), app.key


def test_apps_that_lock_their_data_away_have_a_way_to_make_a_backup_and_one_to_try_it() -> None:
    for package in ("com.tencent.mm", "com.tencent.mobileqq", "com.whatsapp", "com.whatsapp.w4b",
                    "org.thoughtcrime.securesms", "jp.naver.line.android", "ch.threema.app"):  # fmt: skip
        app = app_of_package(package)
        assert app is not None, package
        assert app.make, package
        assert app.put_back, package


def test_no_two_apps_share_a_package_or_a_name() -> None:
    names = [name for app in app_files() for name in (app.key, *app.packages)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["wechat", "com.tencent.mm", "WeChat", "微信", " WECHAT "])
def test_an_app_is_found_by_any_of_its_names(name: str) -> None:
    guide = app_guide(name, "en")
    assert guide is not None
    assert guide.key == "wechat"


def test_a_name_of_no_app_is_none() -> None:
    assert app_guide("") is None
    assert app_guide("facebook") is None
    assert app_named("wech") is None


def test_the_guide_speaks_the_readers_language_and_says_what_is_not_confirmed() -> None:
    english, chinese = app_guide("signal", "en"), app_guide("signal", "zh_CN")
    assert english is not None
    assert chinese is not None
    assert english.make[0].confirmed
    assert not english.make[0].caution
    assert not chinese.make[0].confirmed
    assert "恢复密钥" in " ".join(chinese.make[0].steps)
    french = app_guide("signal", "fr")
    assert french is not None
    assert french.make[0].steps == english.make[0].steps


def test_nobody_promises_that_a_backup_can_be_put_back() -> None:
    """Proof: stored and matched at most, and the words say so."""
    for guide in app_guides("en"):
        if guide.key in {"line", "telegram"}:
            assert "cannot put it back" in guide.proof
        else:
            assert f"only {guide.name} itself can prove" in guide.proof


def test_a_file_of_another_shape_is_refused() -> None:
    good = (FOLDER / "wechat.toml").read_bytes()
    with pytest.raises(msgspec.ValidationError):
        read_app_file(good + b"\n[other]\nx = 1\n")
    with pytest.raises(msgspec.ValidationError):
        read_app_file(good.replace(b"stale_days = 14", b"stale_days = 'often'"))


def test_nothing_in_the_data_speaks_of_keys_or_opening() -> None:
    """No decryption and no extraction of keys, not even as a link to somebody who does it for a person."""
    for app in app_files():
        for _app, way in [pair for pair in ways() if pair[0] is app]:
            for sentence in (*way.steps["en"], *way.steps["zh_CN"]):
                assert not re.search(r"decrypt|extract|解密|提取密钥", sentence, re.IGNORECASE), sentence
