"""If I give up this number, who gets in where? What the checkup says, from snapshots and the person's word."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward import flows
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.numbers import finding_codes as codes
from phoneward.numbers import keep_count, keep_plan, mark_account, room_answer
from phoneward.snapshots import Asking, Change, OwnerState, list_snapshots, mark_done
from phoneward.vault import Repository
from tests.numbers.sources.made import MINE, day, put_phone, sms_xml, text
from tests.snapshots.catalogue.histories import new_repository

NOW = dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC)
OTHER = "+8613900139000"
WECHAT = "【微信】您的登录验证码是381024，请勿告诉他人。您的手机号13800138000正在登录。"
BANK = "【招商银行】您的手机号13800138000正在登录手机银行，验证码662190，请勿泄露。"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def asked(repo: Repository, *decided: Change, now: dt.datetime = NOW, state: OwnerState | None = None) -> Answer:
    """The room's answer about the newest snapshot."""
    every = list_snapshots(repo)
    state = (state or OwnerState()).changed(decided, now_ns=1, writer="x")
    return room_answer(Asking(repo, every[-1] if every else None, every, now, state=state))


def found(answered: Answer, code: str) -> list[Finding]:
    return [finding for finding in answered.findings if finding.code == code]


def leaving(on: dt.date, *, begun: dt.datetime = NOW) -> list[Change]:
    """What is decided when a number's plan is made."""
    return keep_plan(OwnerState(), MINE, on, begun)[1]


def with_messages(repo: Repository, *bodies: str, days: int = 0) -> None:
    put_phone(repo, 0, sms_xml([text(body, days + number) for number, body in enumerate(bodies)]))


def test_without_messages_nobody_can_tell(repo: Repository) -> None:
    assert str(asked(repo).sentence) == "Nobody can tell yet: there is no snapshot of a phone."
    put_phone(repo, 0, None)
    answered = asked(repo)
    assert str(answered.sentence) == "Nobody can tell: the snapshot has no text messages and no apps that tell."
    [told] = found(answered, codes.NO_MESSAGES)
    assert (told.severity, told.tier) == (Severity.ADVICE, Tier.NOT_CHECKED)
    assert answered.not_checked


def test_what_opens_with_a_code_alone_is_named_and_is_no_fault(repo: Repository) -> None:
    with_messages(repo, WECHAT, BANK)
    answered = asked(repo)
    assert "WeChat" in str(answered.sentence)
    assert "2 accounts in all" in str(answered.sentence)
    [told] = found(answered, codes.HANGS)
    assert told.severity is Severity.FINE
    assert "381024" not in repr(answered), "no code is kept"
    assert all(flows.known(action) for finding in answered.findings for action in finding.actions)


@pytest.mark.parametrize(("days", "severity"), [(60, Severity.WARNING), (7, Severity.DANGER), (1, Severity.DANGER)])
def test_a_number_that_is_about_to_be_given_up(repo: Repository, days: int, severity: Severity) -> None:
    with_messages(repo, WECHAT, BANK)
    answered = asked(repo, *leaving(NOW.date() + dt.timedelta(days)))
    [told] = found(answered, codes.LEAVING)
    assert (told.severity, told.subject) == (severity, MINE)
    assert "2 accounts still hang on it" in str(told.title)
    assert "WeChat" in str(told.loss)
    assert told.actions[0].arguments == {"number": MINE}
    assert not found(answered, codes.HANGS)


def test_what_was_left_open_is_urgent_once_the_number_is_gone(repo: Repository) -> None:
    with_messages(repo, WECHAT, BANK)
    answered = asked(repo, *leaving(NOW.date() - dt.timedelta(10), begun=NOW - dt.timedelta(20)))
    [told] = found(answered, codes.LEFT_OPEN)
    assert told.severity is Severity.DANGER
    assert "may get into 2 accounts" in str(answered.sentence)
    assert "keeps the number back" in str(told.detail), "China's 90 days are grace, and said so"
    later = asked(repo, *leaving(NOW.date() - dt.timedelta(400), begun=NOW - dt.timedelta(420)))
    assert "whoever has the number can get in" in str(found(later, codes.LEFT_OPEN)[0].detail)


def test_what_is_done_is_not_told_and_comes_back_when_they_still_write(repo: Repository) -> None:
    begun = day(-5)
    with_messages(repo, WECHAT, WECHAT, days=0)
    plan = leaving(dt.date(2026, 12, 30), begun=begun)
    done = mark_account(MINE, "tencent-wechat", day(0) + dt.timedelta(hours=2))
    reopened = asked(repo, *plan, done)
    [told] = found(reopened, codes.STILL_SENT)
    assert told.severity is Severity.WARNING
    assert "WeChat still writes to 138 0013 8000" in str(told.title)
    now_done = asked(repo, *plan, mark_account(MINE, "tencent-wechat", NOW))
    assert not found(now_done, codes.STILL_SENT)
    assert not found(now_done, codes.LEAVING)
    assert "nothing is left to do" in str(now_done.sentence)


def test_looks_that_are_due_go_away_with_their_mark(repo: Repository) -> None:
    with_messages(repo, WECHAT)
    past = leaving(NOW.date() - dt.timedelta(100), begun=NOW - dt.timedelta(120))
    answered = asked(repo, *past)
    [again], [review] = found(answered, codes.LOOK_AGAIN), found(answered, codes.REVIEW)
    assert again.subject.startswith(MINE)
    assert review.subject == "2026-H2"
    marked = asked(repo, *past, mark_done(again.key), mark_done(review.key))
    assert not found(marked, codes.LOOK_AGAIN)
    assert not found(marked, codes.REVIEW)


def test_more_that_is_counted_than_is_named(repo: Repository) -> None:
    with_messages(repo, WECHAT, BANK)
    offer = "yizhengtongcha"
    answered = asked(repo, Change("number-own", MINE, ""), keep_count(MINE, offer, 23))
    [told] = found(answered, codes.MORE_COUNTED)
    assert "23" in str(told.title)
    assert not found(asked(repo, keep_count(MINE, offer, 1)), codes.MORE_COUNTED)
    assert not found(asked(repo, keep_count(MINE, "of-a-later-version", 99)), codes.MORE_COUNTED)


def test_what_shows_on_one_number_is_not_told_of_another(repo: Repository) -> None:
    with_messages(repo, WECHAT, WECHAT, BANK)
    other = keep_plan(OwnerState(), OTHER, NOW.date() + dt.timedelta(5), NOW)[1]
    answered = asked(repo, *other)
    assert not found(answered, codes.LEAVING), "nothing shows that anything hangs on it"


def test_codes_and_their_table_agree() -> None:
    named = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert named == set(codes.CODES)
    assert all(code.startswith("numbers.") for code in named)
