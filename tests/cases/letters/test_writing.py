"""A letter says what the case holds, nothing else, and names what is missing."""

import re
from datetime import date

import pytest

from phoneward import texts
from phoneward.cases.channels import channels
from phoneward.cases.facts import CaseFacts, Loss, Party, Role
from phoneward.cases.law import article, laws
from phoneward.cases.letters import (
    Demand,
    Letter,
    Need,
    Paragraph,
    letter_kinds,
    letter_text,
    missing_fields,
    write_letter,
)
from phoneward.cases.letters.errors import NoSuchLetterError, NotInTheCaseError
from phoneward.incidents import Incident
from tests.cases.letters.made import DAY, all_texts, evidence, facts

EMPTY = CaseFacts(title="", incident=Incident.WIPED_BY_UPDATE)
KINDS = sorted(letter_kinds())
LANGUAGES = ["en", "zh"]


def write(kind: str, language: str = "en", case: CaseFacts | None = None, **options: object) -> Letter:
    return write_letter(case or facts(), evidence(), kind, DAY, language, **options)  # type: ignore[arg-type]


def said(letter: Letter) -> str:
    """What stands on the paper, in one text."""
    return "\n".join([letter.title, *all_texts(letter.sections), letter.closing])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_the_letter_is_a_fact_of_the_case_or_a_fixed_sentence(kind: str, language: str) -> None:
    """Two people with the same kind of case, but not one word in common: without their facts the letters are one."""

    def alike(letter: str) -> str:
        return re.sub(r"⟦.*?⟧", "⟦⟧", letter)

    first = write_letter(facts(lambda text: f"⟦{text}⟧"), evidence(lambda text: f"⟦{text}⟧"), kind, DAY, language)
    second = write_letter(
        facts(lambda text: f"⟦{text[::-1]}!⟧"), evidence(lambda text: f"⟦{text}!⟧"), kind, DAY, language
    )
    assert alike(said(first)) == alike(said(second))
    assert "⟦" in said(first) or first.is_public


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_from_an_empty_case_no_name_number_or_day_comes(kind: str, language: str) -> None:
    """Numbers in it are those of its own day, of the law, and of the place it goes to."""
    letter = write_letter(EMPTY, (), kind, DAY, language)
    own = [*channels()[letter_kinds()[kind].channel].names.values()] if letter_kinds()[kind].channel else []
    known = [*own, "15"]
    for name in letter.articles:
        one = article(name)
        known += [*laws()[one.law].names.values(), *one.summary.values(), one.number]
    text = said(letter).replace("29 November 2026", "").replace("2026年11月29日", "")
    for number in re.findall(r"\d+", text):
        assert any(number in part for part in known), (number, kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_demand_shows_every_fact_of_the_case(language: str) -> None:
    case = facts()
    text = said(write("demand", language, case))
    shown = [
        fact for party in case.parties[:2] for fact in (party.name, party.address, party.phone, party.email, *party.did)
    ]
    shown += [case.device.model, case.device.build, case.device.serial, case.account, case.apps[0].signer_after]
    shown += [*(one.what for one in case.events), *(one.what for one in case.losses), case.losses[0].meaning]
    shown += [*(one.sha256 for one in evidence()), "3,200.50", "11,234", "21:03"]
    for fact in shown:
        assert fact in text, fact
    assert "2018" in text


def test_what_is_missing_is_named_before_and_stands_in_the_letter_as_a_gap() -> None:
    missing = missing_fields(EMPTY, "12315-complaint", language="zh")
    assert {gap.code for gap in missing} >= {
        Need.NAME, Need.PHONE, Need.ADDRESS, Need.IDENTITY, Need.RECIPIENT, Need.RECIPIENT_ADDRESS, Need.HAPPENED
    }  # fmt: skip
    letter = write("12315-complaint", "zh", EMPTY)
    assert letter.gaps == missing
    for gap in missing:
        assert f"【请填写：{gap.text}】" in said(letter)
    assert {gap.code for gap in missing_fields(facts(), "12315-complaint")} == {Need.IDENTITY}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [EMPTY, facts()])
def test_every_gap_that_is_named_stands_in_the_letter(kind: str, case: CaseFacts) -> None:
    letter = write_letter(case, (), kind, DAY, "en")
    assert letter.gaps == missing_fields(case, kind)
    for gap in letter.gaps:
        assert f"[Please fill in: {gap.text}]" in said(letter), (kind, gap)
    named = set(re.findall(r"\[Please fill in: ([^\]]+)\]", said(letter)))
    assert named <= {gap.text for gap in letter.gaps} | {"amount that you ask for, and how it comes about"}


def test_an_event_of_2018_cites_no_law_that_came_later_except_for_what_is_asked_today() -> None:
    letter = write("demand")
    assert not any(name.startswith(("civil-code:", "csl-2025:4", "data-security")) for name in letter.articles)
    assert "csl-2016:42" in letter.articles
    text = said(letter)
    assert text.index("For what happened on 20 December 2018") < text.index("Cybersecurity Law")
    assert text.index("For what is asked today, 29 November 2026") < text.index("Personal Information Protection Law")


def test_without_a_day_the_letter_says_so_and_cites_only_what_is_of_today() -> None:
    letter = write("demand", "en", facts(happened=None))
    assert "is not known" in said(letter)
    assert not any(name.startswith(("csl-2016", "consumer-law")) for name in letter.articles)
    assert any("day of the event is not in the case" in one for one in letter.advice)


def test_a_data_request_needs_no_event() -> None:
    letter = write("data-request", "en", facts(happened=None))
    assert "pipl:45" in letter.articles
    assert "is not known" not in said(letter)
    assert "emptied" not in said(letter)
    assert "For what happened" not in said(write("data-request")), "an event that is known does not matter either"
    europe = write("data-request", "en", facts(country="EU"))
    assert {"gdpr:15", "gdpr:12"} <= set(europe.articles)
    assert "within 30 days" in said(europe)


def test_a_relative_asks_under_article_49_and_states_kinship_by_hand() -> None:
    letter = write("relative-request", "zh")
    assert "pipl:49" in letter.articles
    assert {Need.KINSHIP, Need.DEAD_NAME, Need.INTEREST} <= {gap.code for gap in letter.gaps}
    assert "第四十九条" in said(letter)
    assert "事情经过" not in said(letter)
    assert "针对2018年" not in said(letter)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("incident", list(Incident))
def test_every_incident_has_its_demands_and_its_rules(incident: Incident, language: str) -> None:
    letter = write("demand", language, facts(incident=incident, happened=date(2022, 5, 1)))
    text = said(letter)
    wanted = {
        Incident.PICTURE_COPIED: ("whether any left the phone", "是否有图片离开过手机"),
        Incident.NUMBER_GIVEN_UP: ("Take the old number off my account", "将旧号码从我的账号上解绑"),
        Incident.STRANGER_IN_ACCOUNT: ("record of sign-ins", "登录记录"),
    }.get(incident, ("Bring back what was lost", "恢复丢失的数据"))
    assert wanted[language == "zh"] in text
    assert {"pipl:57", "pipl:69"} <= set(letter.articles)
    assert ("pipl:14" in letter.articles) is (incident is Incident.PICTURE_COPIED)
    assert ("consumer-law:18" in letter.articles) is not incident.is_leak
    assert ("civil-code:1032" in letter.articles) is incident.is_leak


def test_each_demand_can_stand_alone_and_some_can_be_chosen() -> None:
    only = write("demand", demands=[Demand.APOLOGY])
    assert "apologise to me" in said(only)
    assert "Pay for the loss" not in said(only)
    alone = write("compensation")
    assert "Pay for the loss: CNY 3,200.50" in said(alone)
    assert "apologise to me" not in said(alone)
    nothing_claimed = facts()
    nothing_claimed = CaseFacts(
        title="", incident=Incident.DELETED, parties=nothing_claimed.parties, losses=(Loss(what="photos"),)
    )
    assert "Pay for the loss: [Please fill in: amount" in said(write("compensation", "en", nothing_claimed))


def test_whom_it_goes_to_can_be_chosen_among_those_in_the_case() -> None:
    assert "即时通信公司" in said(write("demand", to=Role.APP_MAKER))
    with pytest.raises(NotInTheCaseError) as refused:
        write("demand", to=Role.CARRIER)
    assert "phone-maker, app-maker" in refused.value.advice()
    with pytest.raises(NoSuchLetterError):
        write("love-letter")


def test_what_speaks_against_the_person_is_in_the_letter_and_they_are_told() -> None:
    letter = write("demand")
    assert "I tapped OK." in said(letter)
    assert any("speaks against you" in one for one in letter.advice)


def test_after_two_years_the_person_is_warned_of_the_limitation_on_the_screen_only() -> None:
    letter = write("demand")
    assert any("three years" in one for one in letter.advice)
    assert "barred" not in said(letter)
    fresh = write("demand", "en", facts(happened=date(2026, 11, 1)))
    assert any("three years" in one for one in fresh.advice) is (facts().noticed is not None)


def test_rules_that_were_not_read_are_named_on_the_screen_and_never_in_the_letter() -> None:
    with texts.speaking(["zh"]):
        letter = write("12315-complaint", "en")
    assert any("总局令第121号" in one for one in letter.advice)
    assert "121" not in said(letter).replace("12315", "")
    assert not any(name.startswith("samr-121") for name in letter.articles)


def test_the_place_says_how_far_it_was_checked() -> None:
    assert any("Not confirmed" in one for one in write("heimao-complaint").advice)
    assert any("Confirmed" in one for one in write("consumer-association-complaint").advice)
    assert any("7 working days" in one for one in write("12315-complaint").advice)


@pytest.mark.parametrize("kind", ["heimao-complaint", "press-note"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_everybody_may_read_holds_nothing_personal(kind: str, language: str) -> None:
    case = facts(lambda text: text)
    personal = case.parties[0]
    event = case.events[1]
    told = f"Call me: 138 0013 8000, WANG@example.org, 王小明, 330106199001011234, wxid_abc; on 2018-12-20 {event.what}"
    case = CaseFacts(**{
        **{name: getattr(case, name) for name in case.__struct_fields__},
        "events": (*case.events, type(event)(at=event.at, what=told)),
    })  # fmt: skip
    letter = write(kind, language, case)
    assert letter.is_public
    text = said(letter)
    for secret in (
        personal.name, personal.address, personal.phone, personal.email, "138 0013 8000", "WANG@", "1990",
        case.account, case.device.serial, "data/originals", "0f0f",
    ):  # fmt: skip
        assert secret not in text, secret
    assert "某某科技有限公司" in text
    assert "2018-12-20" in text, "days stay"
    assert "王██" in text


def test_the_language_of_the_program_does_not_matter() -> None:
    assert letter_text(write("demand", "zh")).startswith("要求函")
    assert write("demand", "zh_CN") == write("demand", "zh")
    assert write("demand", "zh").language == "zh_CN"


def test_many_events_and_long_texts_are_bounded() -> None:
    case = facts()
    many = CaseFacts(
        title="",
        incident=Incident.RESET,
        parties=(Party(role=Role.SERVICE, name="x" * 100_000),),
        losses=case.losses * 300,
        events=case.events * 300,
    )
    letter = write_letter(many, evidence() * 400, "demand", DAY, "en")
    assert len(said(letter)) < 200_000
    assert said(letter).count("I tapped OK.") + said(letter).count("The prompt said") == 200
    assert said(letter).count("母亲最后的消息") == 100
    assert said(letter).count("and 400 more") == 2, "losses and events"
    assert "and 600 more" in said(letter), "files"
    assert any(isinstance(block, Paragraph) and "more, which the case holds" in block.text
               for section in letter.sections for block in section.blocks)  # fmt: skip
