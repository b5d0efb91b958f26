"""Findings: their order, their names, and sentences that are read in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.findings import Answer, Finding, Severity, Tier, sorted_findings, worst
from phoneward.texts import Size, counted, words


def finding(severity: Severity, *, done: bool = False, subject: str = "") -> Finding:
    return Finding(
        code="room.what",
        severity=severity,
        tier=Tier.OBSERVED,
        title=words("yes"),
        subject=subject,
        is_done=done,
    )


severities = st.lists(st.tuples(st.sampled_from(list(Severity)), st.booleans()), max_size=20)


@given(severities)
def test_what_is_open_comes_first_and_the_worst_of_it(found: list[tuple[Severity, bool]]) -> None:
    ordered = sorted_findings(finding(severity, done=done) for severity, done in found)
    assert [one.is_done for one in ordered] == sorted(done for _severity, done in found)
    for done in (False, True):
        ranks = [one.severity.rank for one in ordered if one.is_done is done]
        assert ranks == sorted(ranks, reverse=True)


@given(severities)
def test_an_answer_is_as_grave_as_the_worst_that_is_open(found: list[tuple[Severity, bool]]) -> None:
    answer = Answer(words("yes"), tuple(finding(severity, done=done) for severity, done in found))
    still_open = [severity for severity, done in found if not done]
    assert answer.severity is worst(still_open)
    assert (answer.severity is Severity.FINE) == all(severity is Severity.FINE for severity in still_open)


def test_ranks_and_names() -> None:
    order = [Severity.FINE, Severity.ADVICE, Severity.WARNING, Severity.DANGER]
    assert [severity.rank for severity in order] == [0, 1, 2, 3]
    assert finding(Severity.FINE).room == "room"
    assert finding(Severity.FINE).key == "room.what"
    assert finding(Severity.FINE, subject="com.tencent.mm").key == "room.what:com.tencent.mm"


def test_a_sentence_is_read_in_any_language_after_it_was_made() -> None:
    about = counted("{count} day ago", "{count} days ago", 1234)
    with texts.speaking(["en"]):
        assert str(about) == "1,234 days ago"
        assert str(counted("{count} day ago", "{count} days ago", 1)) == "1 day ago"
    with texts.speaking(["zh_CN"]):
        assert str(about) == "1,234天前"
        assert str(words("{label}: {text}", label=words("yes"), text=Size(2_000_000))) == "是：2.0 MB"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_braces_in_a_name_stay_as_they_are(language: str) -> None:
    with texts.speaking([language]):
        assert "{evil.__class__}" in str(words("{label}: {text}", label="{evil.__class__}", text="{0}"))


def test_a_language_is_spoken_in_its_block_only() -> None:
    texts.activate(["en"])
    with texts.speaking(["zh_TW"]):
        assert texts.current_language() == "zh_TW"
        with texts.speaking(["fr"]):
            assert texts.current_language() == "en"
        assert texts.current_language() == "zh_TW"
    assert texts.current_language() == "en"
