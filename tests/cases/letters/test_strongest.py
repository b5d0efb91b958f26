"""A letter cites the few articles that carry it; a reader follows a dozen, not forty."""

from collections import Counter
from datetime import date

import pytest

from phoneward.cases.facts import CaseFacts, Loss, Party, Role
from phoneward.cases.law import Applies, Citations, Use, article, cite, strongest
from phoneward.cases.law.choosing import strength
from phoneward.cases.letters import Letter, letter_kinds, write_letter
from phoneward.incidents import Incident
from tests.cases.letters.made import DAY, all_texts

DAYS = [date(2018, 12, 20), date(2022, 5, 1), date(2026, 3, 1), None]


def demand(incident: Incident, happened: date | None, country: str = "CN", kind: str = "demand") -> Letter:
    case = CaseFacts(
        title="",
        incident=incident,
        happened=happened,
        country=country,
        parties=(Party(role=Role.CLAIMANT, name="A"), Party(role=Role.PHONE_MAKER, name="B")),
        losses=(Loss(what="pictures", kind="account", cost=100.0, currency="CNY"),),
    )
    return write_letter(case, (), kind, DAY, "en")


@pytest.mark.parametrize("country", ["CN", "EU"])
@pytest.mark.parametrize("happened", DAYS)
@pytest.mark.parametrize("incident", list(Incident))
def test_a_demand_cites_a_dozen_articles_at_most(incident: Incident, happened: date | None, country: str) -> None:
    cited = demand(incident, happened, country).articles
    assert 1 <= len(cited) <= 12
    a_law = Counter(article(one).law for one in cited)
    if country == "CN":
        assert max(a_law.values()) <= 3
        assert len(cited) >= 8 or happened is None
    else:
        assert "gdpr:82" in cited or happened is None


@pytest.mark.parametrize("kind", sorted(letter_kinds()))
def test_every_letter_keeps_to_that(kind: str) -> None:
    assert len(demand(Incident.PICTURE_COPIED, date(2026, 3, 1), kind=kind).articles) <= 12


@pytest.mark.parametrize("incident", list(Incident))
def test_the_articles_that_carry_the_claim_are_among_them(incident: Incident) -> None:
    """Lost by an update: the contract and the duty to warn; leaked: the notice that is due, and who pays."""
    core = {"civil-code:577", "civil-code:584", "consumer-law:18", "pipl:69"}
    if incident.is_leak:
        core = {"pipl:57", "pipl:69"}
    for happened in (date(2022, 5, 1), date(2026, 3, 1)):
        assert core <= set(demand(incident, happened).articles), happened
    old = set(demand(incident, date(2018, 12, 20)).articles)
    assert "csl-2016:42" in old
    assert incident.is_leak or {"consumer-law:18", "csl-2016:22"} <= old


@pytest.mark.parametrize("incident", list(Incident))
def test_what_happened_in_2018_is_never_judged_by_the_law_of_2021(incident: Incident) -> None:
    for one in map(article, demand(incident, date(2018, 12, 20)).articles):
        assert one.applies is Applies.REQUEST or one.law not in {"pipl", "civil-code"}, one.id


def test_the_person_is_told_of_the_others_in_one_sentence_which_is_not_in_the_letter() -> None:
    letter = demand(Incident.WIPED_BY_UPDATE, date(2026, 3, 1))
    said = [one for one in letter.advice if "Further articles that may apply: " in one]
    assert len(said) == 1
    assert "Protection of Consumers" in said[0]
    assert "Article 1184" in said[0]
    assert "civil-code:1184" not in letter.articles
    assert "Further articles" not in "".join(all_texts(letter.sections))


def test_every_article_is_cited_or_named_as_one_of_the_others() -> None:
    found = cite(frozenset(Use), country="CN", happened=date(2026, 3, 1), day=DAY)
    chosen, further = strongest(found, frozenset(Use))
    assert len(chosen.all) + len(further) == len(found.all)
    assert {one.id for one in (*chosen.all, *further)} == {one.id for one in found.all}
    none = Citations(of_event=(), of_request=(), is_day_missing=True, unconfirmed=())
    assert strongest(none, frozenset(Use)) == (none, ())


def test_the_order_names_read_articles_only() -> None:
    for use, names in strength().items():
        for name in names:
            one = article(name)
            assert one.status.value == "confirmed", name
            served = {use, Use.COMPENSATION} if use is Use.COMPENSATION_PRIVACY else {use}
            assert served & one.uses, (use, name)
