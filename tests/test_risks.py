"""Every risk text against what can be checked of docs/risk-texts.md, in every language."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.risk_rules import LIMITS, YOU, is_empty_label, jargon_in
from phoneward.risks import DELETE_APP, FORGET, REMOVE_PASSWORD, RISKS, Risk, ShownRisk

APP = "WeChat"
LANGUAGES = texts.available_languages()

VERBS = {"Remove", "Replace", "Use", "Install", "Delete"}
"""What the English titles may begin with; a new risk may add one."""


def shown(risk: Risk, language: str) -> ShownRisk:
    with texts.speaking([language]):
        return risk.shown(count="3", folder="…", app=APP)


every = pytest.mark.parametrize("risk", RISKS, ids=lambda risk: risk.code)
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@every
@in_every_language
def test_the_title_is_a_short_question_that_names_action_and_object(risk: Risk, language: str) -> None:
    found = shown(risk, language)
    assert len(found.title) <= LIMITS[language[:2]][0]
    assert found.title.endswith(("?", "？"))
    if language == "en":
        assert found.title.split()[0] in VERBS
        assert len(found.title.split()) > 2, "a verb alone names no object"


@every
@in_every_language
def test_the_loss_is_the_readers_own_and_short(risk: Risk, language: str) -> None:
    found = shown(risk, language)
    assert len(found.loss) <= LIMITS[language[:2]][1]
    assert YOU[language[:2]].search(found.loss)


@every
@in_every_language
def test_the_first_two_lines_hold_no_jargon(risk: Risk, language: str) -> None:
    found = shown(risk, language)
    assert jargon_in(found.title, language) == []
    assert jargon_in(found.loss, language) == []


def test_jargon_is_found() -> None:
    assert jargon_in("The repository's packs", "en") == ["repository", "pack"]
    assert jargon_in("删除仓库的索引", "zh_CN") == ["仓库", "索引"]


@every
@in_every_language
def test_the_labels_say_what_they_do(risk: Risk, language: str) -> None:
    found = shown(risk, language)
    assert found.safe != found.go_on
    assert not is_empty_label(found.safe)
    assert not is_empty_label(found.go_on)
    if language == "en":
        assert found.go_on.split()[0] == found.title.split()[0], "the dangerous label repeats the title's verb"
        assert found.safe.split()[0] != found.title.split()[0]


@every
@in_every_language
def test_typing_is_asked_for_one_plain_word_and_only_where_it_cannot_be_undone(risk: Risk, language: str) -> None:
    found = shown(risk, language)
    assert bool(found.typed) == risk.is_irreversible
    assert found.typed == APP or "{" not in risk.typed, "a name is typed as it stands in the title"
    assert found.typed.strip() == found.typed
    assert " " not in found.typed
    assert len(found.typed) <= 12


@given(blanks=st.text(" \t\n", max_size=5), upper=st.booleans())
def test_what_is_typed_counts_in_any_case_and_with_blanks_around(blanks: str, *, upper: bool) -> None:
    found = shown(FORGET, "zh_CN")
    word = FORGET.typed.upper() if upper else FORGET.typed
    assert found.is_confirmed(blanks + word + blanks)
    assert found.is_confirmed(blanks + found.typed + blanks)


@given(st.text(" \t", max_size=3), st.sampled_from(["en", "zh_CN"]))
def test_the_name_of_what_is_lost_is_typed_as_it_is_shown(blanks: str, language: str) -> None:
    with texts.speaking([language]):
        found = DELETE_APP.shown(app="微信 {x}")
    assert found.typed == "微信 {x}"
    assert found.is_confirmed(blanks + "微信 {X}" + blanks)
    for wrong in ("", "微信", "app", "{app}", "delete", "yes", "com.tencent.mm"):
        assert not found.is_confirmed(wrong)


@given(st.text(max_size=12))
def test_nothing_else_counts(text: str) -> None:
    found = shown(FORGET, "en")
    assert found.is_confirmed(text) == (text.strip().casefold() == "remove")
    assert not shown(REMOVE_PASSWORD, "en").is_confirmed(text), "nothing was asked for, so nothing can be typed"


def test_codes_differ_and_name_their_room() -> None:
    codes = [risk.code for risk in RISKS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", code) for code in codes)


@every
def test_details_fill_the_same_placeholders_everywhere(risk: Risk) -> None:
    known = {"count", "folder", "app"}
    for text in (risk.title, risk.loss, risk.detail):
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= known
