"""The verdict in words that anyone understands."""

import re
import string
from dataclasses import replace

import pytest

from phoneward.updates import Device, Verdict, explanation, headline, judge
from phoneward.updates.judging import ALL_RULES
from tests.updates.rules.fakes import PHONE, one, signed, there

JUDGED = {
    Verdict.KEEPS: judge(there(), one(), PHONE),
    Verdict.REFUSED: judge(there(), one(min_sdk=99), PHONE),
    Verdict.WIPES: judge(there(), one(signed("X")), PHONE),
    Verdict.UNDECIDED: judge(replace(there(), signing=None), one(), PHONE),
}


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_has_its_words(verdict: Verdict) -> None:
    """A person reads what would become of the data, and what to do."""
    said = JUDGED[verdict]
    assert said.verdict is verdict
    assert str(headline(verdict)).split(" (")[0].isupper()
    assert len({str(headline(one)) for one in Verdict}) == len(Verdict)
    assert len(str(explanation(said))) > 60


def test_keeps_says_that_it_is_concluded() -> None:
    """KEEPS is concluded from Android's rules, and says so."""
    assert "Android's own rules" in str(explanation(JUDGED[Verdict.KEEPS]))


def test_a_lowered_keeps_does_not_promise() -> None:
    """On phones that are known to have lost data, the explanation is that, and not the promise."""
    phone = Device(sdk=34, abis=PHONE.abis, manufacturer="smartisan")
    said = judge(there(package="com.tencent.mm"), one(package="com.tencent.mm"), phone)
    assert said.lowered is not None
    assert str(explanation(said)) == str(said.lowered)


def test_an_app_that_is_not_there_has_nothing_to_lose() -> None:
    """A first installation speaks of no data."""
    assert "not on this phone" in str(explanation(judge(None, one(), PHONE)))


def test_every_rule_is_told_apart_and_says_its_source() -> None:
    """Codes are for programs: each is one, in one form, with where it is written."""
    codes = [rule.code for rule in ALL_RULES]
    assert len(set(codes)) == len(codes) > 50
    for rule in ALL_RULES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)
        assert rule.source
        assert rule.meaning[0] in string.ascii_uppercase
        assert rule.meaning.endswith(".")
        assert not rule.status or re.fullmatch(r"INSTALL_(PARSE_)?FAILED_[A-Z0-9_]+", rule.status)
