"""Hundreds of messages of our own making, in thirty languages: codes are named, and no thief makes an account."""

import functools
from collections.abc import Sequence

import pytest

from phoneward.numbers import Message, Recogniser, Recognition
from phoneward.numbers.rulebook import rulebook
from tests.numbers.recognising.generated import Made, made
from tests.numbers.recognising.scoring import is_named, upper_bound


@functools.cache
def answers() -> list[tuple[Made, Recognition]]:
    """Return each made message with what is recognised in it."""
    recogniser = Recogniser(rulebook())
    return [(one, recogniser.recognise(Message(id="1", body=one.body))) for one in made()]


def of(*kinds: str) -> list[tuple[Made, Recognition]]:
    return [pair for pair in answers() if pair[0].kind in kinds]


def wrong(pairs: Sequence[tuple[Made, Recognition]], limit: float, total: int) -> None:
    """Fail where more than a part of some messages was recognised wrongly, and show them."""
    shown = "\n".join(f"{made.language}: {made.body!r} → {found}" for made, found in pairs[:12])
    assert len(pairs) <= limit * total, f"{len(pairs)} of {total}\n{shown}"


@pytest.mark.parametrize("kind", ["code", "nameless"])
def test_codes_are_found(kind: str) -> None:
    pairs = of(kind)
    wrong([pair for pair in pairs if not pair[1].is_otp], 0.01, len(pairs))


def test_nothing_else_is_taken_for_a_code() -> None:
    """Orders, parcels, amounts, promotion codes, door codes, codes that people ask each other for."""
    pairs = of("customer", "notice", "phishing", "spam", "personal")
    wrong([pair for pair in pairs if pair[1].is_otp], 0.005, len(pairs))


def test_a_code_names_its_service() -> None:
    pairs = of("code")
    wrong([(one, found) for one, found in pairs if not is_named(one.service, found)], 0.03, len(pairs))
    wrong([pair for pair in pairs if pair[1].relation != "account"], 0.01, len(pairs))


def test_a_code_of_nobody_makes_no_account() -> None:
    pairs = of("nameless")
    wrong([pair for pair in pairs if pair[1].relation != "none" or pair[1].service], 0.0, len(pairs))


@pytest.mark.parametrize(("kind", "relation"), [("customer", "customer"), ("notice", "account")])
def test_what_a_service_writes_is_graded(kind: str, relation: str) -> None:
    pairs = of(kind)
    wrong([pair for pair in pairs if pair[1].relation != relation], 0.03, len(pairs))
    wrong([(one, found) for one, found in pairs if not is_named(one.service, found)], 0.03, len(pairs))


def test_no_thief_advertiser_or_friend_makes_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    """At most 1 in 200 over at least 600 messages; what an unlucky sample would allow is printed."""
    bad = of("phishing", "spam", "personal")
    assert len(bad) >= 600
    invented = [pair for pair in bad if pair[1].relation in {"account", "customer"}]
    with capsys.disabled():
        print(  # noqa: T201 - the measurement is to be read
            f"\nof our own making: {len(invented)} accounts invented from {len(bad)} messages of thieves, advertisers "
            f"and people; 95% sure below {upper_bound(len(invented), len(bad)):.2%}"
        )
    wrong(invented, 0.005, len(bad))


def test_what_was_changed_is_told_from_what_is_asked_for() -> None:
    """The plan closes a step by itself where the service says that it was carried out."""
    told = {one.body: found for one, found in of("notice")}
    changed = [found for body, found in told.items() if "更换手机号" in body or "phone number was changed" in body]
    assert changed
    assert all(found.is_done and found.purpose == "change-number" for found in changed)
    asked = [found for one, found in of("code") if "更换绑定手机" in one.body]
    assert asked
    assert all(found.purpose == "change-number" and not found.is_done for found in asked)
