"""Which language a person gets."""

from collections.abc import Iterator

import pytest

from phoneward import texts
from phoneward.phones import FileReadError, Obstacle, translated_detail
from phoneward.phones.errors import PhoneGoneError

VARIABLES = ("PHONEWARD_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def _own_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    yield
    monkeypatch.undo()
    texts.activate()


@pytest.mark.parametrize(
    "name", ["zh_CN.UTF-8", "zh", "zh-Hans", "zh_SG.UTF-8", "zh-Hans-CN", "Chinese (Simplified)_China", "zh_CN@pinyin"]
)
def test_every_name_of_simplified_chinese_is_understood(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", name)
    texts.activate()
    assert PhoneGoneError(detail="x").sentence() != PhoneGoneError.message.format(detail="x")
    assert "手机" in PhoneGoneError(detail="x").sentence()


@pytest.mark.parametrize("name", ["en_GB.UTF-8", "C", "C.UTF-8", "POSIX", "fr_FR.UTF-8", "tlh"])
def test_languages_without_a_catalogue_read_english(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", name)
    texts.activate()
    assert PhoneGoneError(detail="x").sentence() == PhoneGoneError.message.format(detail="x")


def test_phoneward_lang_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("PHONEWARD_LANG", "en")
    texts.activate()
    assert "phone" in PhoneGoneError(detail="x").sentence()


def test_gettext_order_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert texts.preferred_languages() == ["en_US.UTF-8"]
    monkeypatch.setenv("LANGUAGE", "fr:zh_CN:en")
    assert texts.preferred_languages() == ["fr", "zh_CN", "en"]
    texts.activate()
    assert "手机" in PhoneGoneError(detail="x").sentence()


def test_what_joins_words_and_sentences_is_translated() -> None:
    texts.activate(["en"])
    assert texts.sentences("One.", "", "Two.", "Three.") == "One. Two. Three."
    assert texts.enumeration(["a", "{b}", "c"]) == "a, {b}, c"
    assert texts.labelled("path", "{why}") == "path: {why}"
    texts.activate(["zh_CN"])
    assert texts.sentences("一。", "", "二。") == "一。二。"
    assert texts.enumeration(["a", "{b}", "c"]) == "a、{b}、c"
    assert texts.labelled("路径", "{why}") == "路径：{why}"
    assert (texts.sentences(), texts.enumeration([])) == ("", "")


def test_our_words_about_a_file_are_translated_and_the_phones_are_not() -> None:
    texts.activate(["zh_CN"])
    assert translated_detail("not a folder") == "不是文件夹"
    assert translated_detail("Permission denied") == "Permission denied"
    assert translated_detail("yes") == "yes", "a sentence of ours elsewhere, here the phone's word"
    assert "不是普通文件" in FileReadError(Obstacle.SPECIAL, path="x", detail="not a regular file").sentence()


def test_english_listed_first_beats_a_later_catalogue() -> None:
    texts.activate(["en", "zh_CN"])
    assert "phone" in PhoneGoneError(detail="x").sentence()
