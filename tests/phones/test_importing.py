"""How phones take in files of records: the data file is whole, in every language, and the right guide is found."""

import re
import string

import msgspec
import pytest

from phoneward.phones import guide_families, import_guide, import_kinds
from phoneward.phones.guides.importing import WayEntry, importing_file
from tests.phones.test_guides import LANGUAGES, by_language

WAYS = importing_file().way
SENTENCE = {"en": re.compile(r"[A-Za-z]"), "zh_CN": re.compile(r"[\u3000-\u9fff\uff00-\uffef]")}


def test_every_text_is_in_every_language_and_none_is_empty() -> None:
    groups = list(by_language(msgspec.to_builtins(importing_file())))
    assert len(groups) > 40
    for group in groups:
        assert set(group) == LANGUAGES, group
        english, chinese = group["en"], group["zh_CN"]
        if isinstance(english, str):
            english, chinese = [english], [chinese]
        assert len(english) == len(chinese)  # type: ignore[arg-type]
        for one, other in zip(english, chinese, strict=True):  # type: ignore[call-overload]
            assert one.strip() == one
            assert other.strip() == other
            assert not re.search(r"[\u3000-\u9fff]", one), one
            assert SENTENCE["zh_CN"].search(other), other
            assert holes(one) == holes(other), one


def holes(text: str) -> set[str]:
    return {name for _before, name, _format, _conversion in string.Formatter().parse(text) if name}


def test_only_folder_and_file_are_filled_in() -> None:
    for way in WAYS:
        for steps in way.steps.values():
            assert set().union(*map(holes, steps)) <= {"folder", "file"}
        assert not holes(way.twice["en"])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.kind}-{way.family}-{way.app['en'][:12]}")
def test_what_is_confirmed_has_the_apps_own_source(way: WayEntry) -> None:
    assert set(way.confirmed) <= LANGUAGES
    assert all(re.match(r"(https?://|AOSP )", source) for source in way.sources)
    if way.confirmed:
        assert any(re.match(r"AOSP |https://github\.com/FossifyOrg/", source) for source in way.sources)
    assert way.family in {"", *(key for key, _name in guide_families())}
    assert way.kind in import_kinds()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("family", [key for key, _name in guide_families()])
@pytest.mark.parametrize("kind", ["sms", "calls", "contacts", "calendar"])
def test_every_kind_of_phone_has_a_way_for_every_kind_of_records(kind: str, family: str, language: str) -> None:
    guide = import_guide(kind, family, folder="Download/Phoneward", file="x.y", language=language)
    assert guide.family == family
    assert guide.ways
    assert guide.not_back
    assert guide.check
    for way in guide.ways:
        assert way.steps
        assert way.twice
        assert "{" not in "".join(way.steps)
        assert way.confirmed or way.caution


def test_a_makers_own_way_comes_first() -> None:
    assert "Import/Export" in import_guide("contacts", "redmi", language="en").ways[0].steps[0]
    assert "Manage contacts" in import_guide("contacts", "samsung", language="en").ways[0].steps[0]
    assert import_guide("contacts", "nobody", language="en").family == "stock"
    assert import_guide("contacts", None, language="en").ways[0].confirmed


def test_the_warning_that_matters_is_there() -> None:
    """Whoever leaves another app as the default one receives no messages: it happened to people."""
    for way in import_guide("sms", None, language="en").ways:
        assert any("default one again" in step for step in way.steps)
