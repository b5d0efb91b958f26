"""Places to turn to: each says how far it was checked, and asks for things that letters know."""

from phoneward.cases.channels import STATUS_WORDS, Nature, channels
from phoneward.cases.law import Status
from phoneward.cases.letters import Need, letter_kinds


def test_every_place_says_what_it_is_and_how_far_that_was_checked() -> None:
    for one in channels().values():
        for words in (one.names, one.about, *filter(None, (one.times, one.limits))):
            assert set(words) == {"en", "zh_CN"}, one.id
        assert one.source or one.status is Status.KNOWN, one.id
        assert STATUS_WORDS[one.status]
        for wanted in one.letters:
            assert {Need(need) for need in wanted.needs}
            assert f"{one.id}-{wanted.kind}" in letter_kinds()


def test_complaint_and_report_to_12315_are_two_letters() -> None:
    assert {"12315-complaint", "12315-report"} <= set(letter_kinds())
    complaint = letter_kinds()["12315-complaint"]
    assert {Need.NAME, Need.PHONE, Need.ADDRESS, Need.IDENTITY, Need.RECIPIENT} <= set(complaint.needs)


def test_legal_aid_and_the_press_are_among_them_and_what_was_not_seen_is_marked() -> None:
    assert channels()["legal-aid"].nature is Nature.LEGAL_AID
    assert channels()["press"].status is Status.KNOWN
    assert channels()["heimao"].status is Status.KNOWN
    assert {one.id for one in channels().values() if one.is_public} == {"heimao", "press"}
