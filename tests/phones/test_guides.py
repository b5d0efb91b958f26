"""The menus to USB debugging: the data file is whole, in every language, and the right guide is found."""

import re
from collections.abc import Iterator

import msgspec
import pytest

from phoneward import texts
from phoneward.phones import Guide, guide_families, guide_for, guide_tip
from phoneward.phones.guides.data import Entry, GuidesFile, guides_file
from phoneward.phones.makers import makers_file

LANGUAGES = {"en", "zh_CN"}
OWN_PAGES = re.compile(
    r"https?://([a-z0-9-]+\.)*(huawei\.com|honor\.com|mi\.com|oppo\.com|oppomobile\.com|vivo\.com(\.cn)?|oneplus\.com"
    r"|realme\.com|samsung\.com|samsungknox\.com|meizu\.com|flyme\.cn|smartisan\.com)/"
)
"""Pages of the makers themselves."""


def by_language(value: object) -> Iterator[dict[str, object]]:
    """Every group of texts in the file, found by shape: a table that has an `en`."""
    if isinstance(value, dict):
        if "en" in value:
            yield value
        for inner in value.values():
            yield from by_language(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from by_language(inner)


def test_every_text_is_in_every_language_and_none_is_empty() -> None:
    groups = list(by_language(msgspec.to_builtins(guides_file())))
    assert len(groups) > 30
    for group in groups:
        assert set(group) == LANGUAGES, group
        english, chinese = group["en"], group["zh_CN"]
        assert isinstance(english, str) == isinstance(chinese, str)
        sentences = [english, chinese] if isinstance(english, str) else [*english, *chinese]  # type: ignore[misc]
        assert all(isinstance(one, str) and one.strip() == one != "" for one in sentences)
        if not isinstance(english, str):
            assert len(english) == len(chinese), english  # type: ignore[arg-type]


def test_languages_are_not_mixed_up() -> None:
    for group in by_language(msgspec.to_builtins(guides_file())):
        for language, value in group.items():
            for sentence in [value] if isinstance(value, str) else value:  # type: ignore[attr-defined]
                assert bool(re.search(r"[\u3000-\u9fff]", sentence)) == (language == "zh_CN"), sentence
                quotes = "“”" if language == "zh_CN" else "'"
                assert sentence.count(quotes[0]) == sentence.count(quotes[-1])
                assert language != "zh_CN" or "'" not in sentence


def test_every_language_of_the_program_is_there() -> None:
    """Traditional characters are made from simplified ones."""
    assert set(texts.available_languages()) - {"zh_TW"} == LANGUAGES


@pytest.mark.parametrize("entry", guides_file().guide, ids=lambda entry: f"{entry.family}-{entry.skin}")
def test_an_entry_has_sources_and_what_is_confirmed_has_the_makers(entry: Entry) -> None:
    assert entry.sources
    assert all(re.match(r"(https?://|AOSP )", source) for source in entry.sources)
    assert set(entry.confirmed) <= LANGUAGES
    if entry.confirmed:
        own = r"AOSP |https://developer\.android\.com/" if entry.family == "stock" else OWN_PAGES.pattern
        assert any(re.match(own, source) for source in entry.sources)
    assert entry.family in {family.key for family in guides_file().family}
    assert (entry.android_from or 0) <= (entry.android_to or 99)


def test_every_maker_has_a_family_and_every_family_a_guide() -> None:
    keys = [family.key for family in guides_file().family]
    assert keys[0] == "stock"
    assert {maker.guide for maker in makers_file().maker} == set(keys)
    assert {entry.family for entry in guides_file().guide} == set(keys)


def test_versions_do_not_overlap_and_leave_no_gap() -> None:
    for family in guides_file().family:
        entries = [entry for entry in guides_file().guide if entry.family == family.key]
        for android in range(4, 20):
            covering = [
                one for one in entries if (one.android_from or 0) <= android <= (one.android_to or 99)
            ]  # not by the code under test
            assert len(covering) == 1, (family.key, android)


@pytest.mark.parametrize(
    ("maker", "android", "skin", "word"),
    [
        (None, None, "Android 9", "About phone"),
        ("nobody", 7, "Android 4.2–7", "Build number"),
        ("google", 8, "Android 8", "System"),
        ("xiaomi", 14, "HyperOS", "OS version"),
        ("Redmi", 11, "MIUI", "MIUI version"),
        ("honor", 15, "EMUI 10–14, HarmonyOS 2–4, MagicOS", "charge only mode"),
        ("huawei", None, "EMUI 10–14, HarmonyOS 2–4, MagicOS", "System & updates"),
        ("oneplus", 16, "ColorOS 12–16, OxygenOS, realme UI", "Version"),
        ("realme", 11, "ColorOS 5–11, OxygenOS, realme UI", "Additional settings"),
        ("vivo", 13, "OriginOS, Funtouch OS", "Software version number"),
        ("samsung", 14, "One UI", "Software information"),
        ("meizu", None, "Flyme", "Accessibility"),
        ("smartisan", 7, "Smartisan OS", "Developer options"),
    ],
)
def test_the_guide_for_a_phone(maker: str | None, android: int | None, skin: str, word: str) -> None:
    guide = guide_for(maker, android, language="en")
    assert guide.skin == skin
    assert word in " ".join(guide.turn_on)
    for steps in (guide.turn_on, guide.allow, guide.turn_off, guide.sources):
        assert steps
    assert bool(guide.caution) is not guide.confirmed


def test_the_language_is_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.phones.guides.guide.current_language", lambda: "zh_CN")
    assert "设置" in guide_for("xiaomi").turn_on[0]
    assert "自动拦截器" in guide_for("samsung", 15).notes[0]
    assert dict(guide_families())["huawei"] == "华为、荣耀"
    assert "充电" in guide_tip("cable")
    assert "Settings" in guide_for("xiaomi", language="en").turn_on[0]
    assert "Settings" in guide_for("xiaomi", language="fr").turn_on[0]


def test_confirmed_is_said_for_each_language_alone() -> None:
    def confirmed(language: str, maker: str) -> bool:
        return guide_for(maker, 12, language=language).confirmed

    assert confirmed("en", "huawei")
    assert not confirmed("zh_CN", "huawei")
    assert confirmed("zh_CN", "google")
    assert not confirmed("en", "xiaomi")


def test_wireless_debugging_came_with_android_11() -> None:
    assert guide_for("google", 10).wireless == ()
    assert guide_for("google", 11).wireless
    assert guide_for("google").wireless


def test_a_person_can_choose() -> None:
    offered = guide_families("en")
    assert offered[0][0] == "stock"
    assert [guide_for(key).family for key, _name in offered] == [key for key, _name in offered]


@pytest.mark.parametrize("key", ["cable", "file-transfer", "always-allow", "ask-again", "managed", "search"])
def test_tips(key: str) -> None:
    assert guide_tip(key, "en") != guide_tip(key, "zh_CN")


def test_a_file_of_another_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(b"family = []\nguide = []\ntip = []\nother = 1\n", type=GuidesFile)


def test_the_language_in_use_is_known() -> None:
    texts.activate(["en"])
    assert texts.current_language() == "en"
    assert isinstance(guide_for(None), Guide)
