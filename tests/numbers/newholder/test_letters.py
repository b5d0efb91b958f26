"""What a new holder says to a service and to the carrier: it can be printed as it is, and it betrays nobody."""

import datetime as dt

import pytest

from phoneward.numbers import NoLetterError, NotAPastDayError, letter, told_past_day
from phoneward.texts import speaking
from tests.numbers.newholder.test_judging import LOGIN, MINE, NOTICE, heard

CODE = "482913"
BODY = f"尊敬的李先生，您的验证码 {CODE}"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("to", ["alipay", "carrier"])
def test_it_says_what_is_known_and_names_nobody(language: str, to: str) -> None:
    found = heard((NOTICE, 3, BODY))
    with speaking([language]):
        text = "\n\n".join(map(str, letter(found, to)))
    assert MINE in text
    assert "2026" in text, "since when"
    assert CODE not in text
    assert "李" not in text
    assert "王" not in text


def test_it_asks_for_what_helps() -> None:
    text = " ".join(map(str, letter(heard((NOTICE, 3, BODY)), "alipay")))
    assert "Alipay" in text
    for asked in ("take the number off", "tell the owner", "in writing", "have not signed in"):
        assert asked in text
    carrier = " ".join(map(str, letter(heard((NOTICE, 3, BODY)), "carrier")))
    assert "another number" in carrier
    assert "1 service takes me" in carrier


def test_it_claims_no_more_than_was_seen() -> None:
    codes = " ".join(map(str, letter(heard((LOGIN, 3, "code")), "alipay")))
    assert "codes to it that I did not ask for" in codes
    assert "by name" not in codes
    undated = " ".join(map(str, letter(heard((NOTICE, 3, BODY), since=None), "alipay")))
    assert "by my carrier." in undated


def test_a_service_that_does_not_write_gets_no_letter() -> None:
    with pytest.raises(NoLetterError) as raised:
        letter(heard((NOTICE, 3, BODY)), "jd")
    assert raised.value.advice() == "Name one of these: carrier, alipay."


def test_the_day_is_one_that_was() -> None:
    assert told_past_day("2026-06-01") == dt.date(2026, 6, 1)
    tomorrow = dt.datetime.now().astimezone().date() + dt.timedelta(days=2)
    for text in ("", "June", "2026-6-1", "20260601", "2026-02-30", tomorrow.isoformat()):
        with pytest.raises(NotAPastDayError):
            told_past_day(text)
