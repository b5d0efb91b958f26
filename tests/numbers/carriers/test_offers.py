"""What carriers and states offer: where it is, what it covers, and what it does not."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from phoneward.numbers import For, NoSuchOfferError, Offer, answers_words, offer, offers
from phoneward.numbers.carriers import stored
from phoneward.numbers.carriers.stored import StoredOffer, StoredQuarantine, read
from phoneward.numbers.rulebook import rulebook
from phoneward.numbers.rulebook.stored import RulebookDefectError
from phoneward.texts import in_language

every_offer = pytest.mark.parametrize("one", offers(), ids=lambda one: one.id)


@pytest.mark.parametrize(
    ("number", "these"),
    [
        ("+8613800138000", {"yizhengtongcha", "yizhengtongcha-lines", "number-refresh", "your-carrier"}),
        ("IN", {"tafcop", "mnrl", "your-carrier"}),
        ("+821012345678", {"eprivacy", "msafer", "your-carrier"}),
        ("+5511961234567", {"cadastro-pre", "your-carrier"}),
    ],
)
def test_a_person_sees_what_there_is_in_the_numbers_country(number: str, these: set[str]) -> None:
    assert {one.id for one in offers(number)} == these


def test_a_person_elsewhere_is_sent_to_the_carrier_and_not_to_a_foreign_list() -> None:
    assert [one.id for one in offers("+64211234567")] == ["your-carrier"]
    assert [one.id for one in offers("+999123456789")] == ["your-carrier"]


def test_an_offer_is_found_by_its_id() -> None:
    assert offer("yizhengtongcha").is_comparable
    with pytest.raises(NoSuchOfferError) as raised:
        offer("yizhengtong")
    assert "yizhengtongcha" in raised.value.advice()
    assert "yizhengtongcha-lines" not in raised.value.advice()


@every_offer
def test_it_says_what_it_covers_and_what_not_in_both_languages(one: Offer) -> None:
    for texts in (one.covers, one.not_covers):
        assert texts["en"].endswith(".")
        assert texts["zh_CN"].endswith("。")
        assert re.search("[一-鿿]", texts["zh_CN"])
        assert "你" not in texts["zh_CN"]
    for language, end in (("en", "."), ("zh_CN", "。")):
        steps = in_language(one.steps.steps, language)
        assert steps
        assert all(step.endswith(end) for step in steps)
        assert one.names[language]
    assert str(answers_words(one))
    assert one.for_whom


@every_offer
def test_its_link_and_source_can_be_opened(one: Offer) -> None:
    for link in (one.steps.link, one.steps.source):
        if link:
            parts = urlsplit(link)
            assert parts.scheme == "https"
            assert "." in (parts.hostname or "")


def test_what_is_for_firms_is_not_offered_to_persons() -> None:
    """Nothing to do for a person must not look like something to do."""
    for one in offers():
        if For.SERVICES in one.for_whom:
            assert one.for_whom == {For.SERVICES}
            assert not one.is_comparable


def test_the_firms_that_are_named_as_covered_are_in_the_rulebook() -> None:
    missing = {system for one in offers() for system in one.systems if rulebook().by_id(system) is None}
    assert not missing


def test_readers_of_another_chinese_get_chinese() -> None:
    assert in_language({"en": "a", "zh_CN": "甲"}, "zh_TW") == "甲"
    assert in_language({"en": "a", "zh_CN": "甲"}, "fr") == "a"


def quarantine_file(folder: Path, text: str) -> None:
    (folder / "quarantine.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[quarantine]]\ncountry = 'CN'\nnote = {en = 'a.', zh_CN = '甲。'}", "neither a source"),
        ("[[quarantine]]\ncountry = 'China'\nunconfirmed = true\nnote = {en = 'a.', zh_CN = '甲。'}", "country"),
        ("[[quarantine]]\ncountry = 'CN'\nunconfirmed = true\nnote = {en = 'a.'}", "zh_CN"),
        ("[[quarantine]]\ncountry = 'CN'\nunconfirmed = true\nleast_days = 0\nnote = {en = 'a', zh_CN = 'b'}", "1"),
        ("[[other]]\ncountry = 'CN'", "nothing else"),
    ],
)
def test_who_breaks_a_file_is_told_where(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine_file(tmp_path, text)
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    with pytest.raises(RulebookDefectError, match=complaint):
        read("quarantine.toml", "quarantine", StoredQuarantine)


def test_an_offer_without_a_source_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (stored.FOLDER / "offers.toml").read_text(encoding="utf-8")
    (tmp_path / "offers.toml").write_text(whole.replace("unconfirmed = true", "", 1), encoding="utf-8")
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    with pytest.raises(RulebookDefectError, match="offer number 11"):
        read("offers.toml", "offer", StoredOffer)
