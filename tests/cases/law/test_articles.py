"""The law as data: every file is whole, and only what was read is ever cited, by the day of the event."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.cases.law import Applies, Status, Use, article, citation_words, cite, laws

TODAY = date(2026, 11, 29)
ALL = frozenset(Use)


def cited(happened: date | None, *uses: Use, day: date = TODAY, country: str = "CN") -> tuple[set[str], set[str]]:
    found = cite(uses or ALL, country=country, happened=happened, day=day)
    return {one.id for one in found.of_event}, {one.id for one in found.of_request}


def test_every_article_has_its_days_its_source_and_both_summaries() -> None:
    seen: set[str] = set()
    for law in laws().values():
        assert law.names["en"]
        assert law.names["zh_CN"]
        for one in law.articles:
            assert one.id not in seen
            seen.add(one.id)
            assert one.source or one.status is not Status.CONFIRMED, one.id
            assert one.effective_to is None or one.effective_from < one.effective_to
            assert one.checked_on <= TODAY
            assert one.uses
            assert 15 < len(one.summary["en"]) < 320, one.id
            assert 5 < len(one.summary["zh_CN"]) < 130, one.id
            assert not one.summary["en"].isascii() or one.summary["zh_CN"] != one.summary["en"]
            assert article(one.id) is one
    assert len(seen) > 100


def test_an_event_of_2018_is_judged_by_the_law_of_2018() -> None:
    of_event, of_request = cited(date(2018, 12, 20), Use.SECURITY, Use.NOTICE, Use.COMPENSATION, Use.COPY)
    assert {"csl-2016:42", "csl-2016:74", "consumer-law:29"} <= of_event
    laws_of_event = {name.partition(":")[0] for name in of_event}
    assert laws_of_event == {"csl-2016", "consumer-law"}, "the PIPL, the Civil Code and the rest came later"
    assert {"pipl:45", "civil-code:1037"} <= of_request, "a copy asked for today is a matter of today"
    assert not any(name.startswith("csl-2016") for name in of_request)


@pytest.mark.parametrize(("day", "old", "new"), [(date(2025, 12, 31), True, False), (date(2026, 1, 1), False, True)])
def test_the_cybersecurity_law_was_renumbered_on_the_first_of_january_2026(day: date, old: bool, new: bool) -> None:
    of_event, _today = cited(day, Use.SECURITY, Use.NOTICE)
    assert ("csl-2016:42" in of_event) is old
    assert ("csl-2025:44" in of_event) is new


@pytest.mark.parametrize(
    ("name", "last_day_without"),
    [
        ("pipl:57", date(2021, 10, 31)),
        ("civil-code:1038", date(2020, 12, 31)),
        ("data-security-law:29", date(2021, 8, 31)),
        ("network-data-regulation:11", date(2024, 12, 31)),
        ("consumer-law:29", date(2014, 3, 14)),
    ],
)
def test_a_law_is_cited_from_its_first_day_on(name: str, last_day_without: date) -> None:
    assert name not in cited(last_day_without)[0]
    assert name in cited(date.fromordinal(last_day_without.toordinal() + 1))[0]


def test_without_a_day_nothing_is_cited_that_depends_on_it() -> None:
    found = cite(ALL, country="CN", happened=None, day=TODAY)
    assert found.is_day_missing
    assert found.of_event == ()
    assert found.of_request
    assert all(one.applies is Applies.REQUEST for one in found.all)


def test_a_clause_of_2018_is_judged_by_496_through_the_rules_on_time_only() -> None:
    of_event, _today = cited(date(2018, 1, 1), Use.CLAUSE)
    assert "civil-code-time:9" in of_event
    assert not any(name.startswith("civil-code:") for name in of_event)
    later, _today = cited(date(2022, 1, 1), Use.CLAUSE)
    assert {"civil-code:496", "civil-code:497", "civil-code:506", "contract-interpretation:10"} <= later
    assert "civil-code-time:9" not in later
    before_the_interpretation, _today = cited(date(2022, 1, 1), Use.CLAUSE, day=date(2023, 12, 4))
    assert "contract-interpretation:10" not in before_the_interpretation


@given(
    st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.frozensets(st.sampled_from(list(Use))),
    st.sampled_from(["CN", "EU", "US", ""]),
)
def test_nothing_unread_and_nothing_out_of_its_time_is_ever_cited(
    happened: date | None, day: date, uses: frozenset[Use], country: str
) -> None:
    found = cite(uses, country=country, happened=happened, day=day)
    for one in found.of_event:
        assert happened is not None
        assert one.is_in_force(happened) or (one.facts_from is not None and one.is_in_force(day))
    for one in found.of_request:
        assert one.is_in_force(day)
    assert all(one.status is Status.CONFIRMED and one.country == country and one.uses & uses for one in found.all)
    assert all(one.status is not Status.CONFIRMED for one in found.unconfirmed)


def test_europe_has_its_own_law() -> None:
    of_event, of_request = cited(date(2020, 1, 1), Use.COPY, Use.COMPENSATION, Use.NOTICE, country="EU")
    assert of_event == {"gdpr:34", "gdpr:82"}, "4(12) was not read"
    assert of_request == {"gdpr:12", "gdpr:15", "gdpr:20"}


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (
            "civil-code:1038",
            "Article 1038 of the Civil Code of the People's Republic of China",
            "《中华人民共和国民法典》第一千零三十八条",
        ),
        ("pipl:50", "Article 50 of the Personal Information", "《中华人民共和国个人信息保护法》第五十条"),
        (
            "csl-2016:22",
            "Article 22 of the Cybersecurity Law",
            "《中华人民共和国网络安全法（2016年公布文本）》第二十二条",
        ),
        ("civil-code:506", "Article 506 of", "《中华人民共和国民法典》第五百零六条"),
        ("pipl:15", "Article 15 of", "《中华人民共和国个人信息保护法》第十五条"),
        ("civil-code:1195", "Article 1195", "《中华人民共和国民法典》第一千一百九十五条"),
        ("gdpr:15", "Article 15 of the Regulation", "第15条"),
    ],
)
def test_an_article_is_named_as_each_language_names_it(name: str, english: str, chinese: str) -> None:
    with texts.speaking(["en"]):
        assert str(citation_words(article(name))).startswith(english)
    with texts.speaking(["zh_CN"]):
        assert chinese in str(citation_words(article(name)))
