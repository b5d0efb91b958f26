"""The answer's first line: what this person would lose, in one sentence, in their language."""

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest

from phoneward import texts
from phoneward.snapshots import ApkState, AppCoverage, Coverage, OwnBackup, Proof, ProofLevel, State, Totals
from phoneward.texts import verbatim, words
from phoneward.updates import answer
from phoneward.updates.stakes import Copy, Kept, Stakes, kept_of, newest_coverage
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict
from tests.snapshots.catalogue.histories import new_repository
from tests.updates.pasts import DEVICE, app, day, put_day

WECHAT = "com.tencent.mm"
SINCE = dt.datetime(2019, 5, 3, 12, tzinfo=dt.UTC)
END = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
TAKEN = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
BACKUPS = [OwnBackup("/x", SINCE, 5), OwnBackup("/y", TAKEN, 5, kind="export")]


def row(package: str, state: State, **more: object) -> AppCoverage:
    plain = AppCoverage(
        package, 0, "8.0", 1, False, state, "private", "nothing", ApkState.KEPT, 0, 0, 11_000_000_000, 11_000_000_000
    )
    return msgspec.structs.replace(plain, **more)


def coverage(*rows: AppCoverage, level: ProofLevel = ProofLevel.STORED) -> Coverage:
    return Coverage(
        1, "d", "phone", TAKEN, True, False, Proof(level, TAKEN), Totals(0, 0, 0, 0, 0, 0), [], list(rows), {}, [], {},
        snapshot="ab" * 32,
    )  # fmt: skip


def said(verdict: Verdict, stakes: Stakes, package: str = WECHAT) -> str:
    called = words("WeChat") if package == WECHAT else verbatim(package)
    return str(answer.sentence(Judgement(package, verdict, ()), called, stakes))


def kept(*rows: AppCoverage, level: ProofLevel = ProofLevel.STORED) -> Kept | Copy:
    return kept_of(coverage(*rows, level=level), WECHAT)


def test_the_incident_in_one_sentence() -> None:
    stakes = Stakes(WECHAT, 11_000_000_000, SINCE, kept(row(WECHAT, State.OUT_OF_REACH)))
    assert said(Verdict.WIPES, stakes) == (
        "This update of WeChat can only be installed by deleting WeChat with everything in it: 11.0 GB of your chats "
        "since 3 May 2019; the snapshot of 20 November 2026 has none of it, because the phone keeps it out of reach."
    )
    with texts.speaking(["zh_CN"]):
        chinese = said(Verdict.WIPES, stakes)
    assert chinese.startswith("微信的这个更新只有先删除微信和里面的所有内容才能安装")
    assert "11.0 GB" in chinese
    assert "2019" in chinese
    assert not any(word in chinese for word in ("snapshot", "your", "since"))


@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        (Verdict.KEEPS, "By Android's own rules this update of WeChat keeps your data: "),
        (Verdict.REFUSED, "The phone would refuse this update of WeChat and leave everything as it is: "),
        (Verdict.UNDECIDED, "Nobody can tell from here whether this update of WeChat keeps your data: "),
    ],
)
def test_each_verdict_says_what_is_at_stake(verdict: Verdict, first: str) -> None:
    sentence = said(verdict, Stakes(WECHAT, 5_000, SINCE, Copy.NO_VAULT))
    assert sentence == first + "5.0 kB of your chats since 3 May 2019; no vault is named, so no copy of it is known."


@pytest.mark.parametrize(
    ("size", "since", "clause"),
    [
        (2_000_000, None, "2.0 MB of your data;"),
        (None, SINCE, "your data since 3 May 2019, how much the phone does not say;"),
        (None, None, "your data, how much the phone does not say;"),
        (0, SINCE, "0 B of your data since 3 May 2019;"),
    ],
)
def test_what_the_phone_does_not_say_is_said(size: int | None, since: dt.datetime | None, clause: str) -> None:
    assert clause in said(Verdict.WIPES, Stakes("org.example", size, since, Copy.NO_SNAPSHOT), "org.example")


@pytest.mark.parametrize(
    ("rows", "level", "clause"),
    [
        ([row(WECHAT, State.KEPT)], ProofLevel.STORED, "has all of it as it was then, not yet compared with the phone"),
        ([row(WECHAT, State.KEPT)], ProofLevel.MATCHED, "has all of it as it was then, compared with the phone"),
        ([row(WECHAT, State.KEPT)], ProofLevel.RESTORED, "has all of it as it was then, and a restore was tried"),
        (
            [row(WECHAT, State.PART, kept_bytes=3_000_000)],
            ProofLevel.MATCHED,
            "has 3.0 MB of it, and the phone keeps 11.0 GB out of reach",
        ),
        (
            [row(WECHAT, State.PART, kept_bytes=3_000_000, out_of_reach_bytes=None)],
            ProofLevel.MATCHED,
            "has 3.0 MB of it, and the phone keeps the rest out of reach",
        ),
        (
            [row(WECHAT, State.OWN_BACKUP, own_backups=BACKUPS)],
            ProofLevel.MATCHED,
            "of it the snapshot of 20 November 2026 has only the app's own backup of 3 May 2019",
        ),
        ([row(WECHAT, State.PART)], ProofLevel.MATCHED, "has only a part of it"),
        ([row("other", State.KEPT)], ProofLevel.MATCHED, "the snapshot of 20 November 2026 does not know this app"),
    ],
)  # fmt: skip
def test_what_the_newest_snapshot_has(rows: list[AppCoverage], level: ProofLevel, clause: str) -> None:
    assert clause in said(Verdict.WIPES, Stakes(WECHAT, 5, SINCE, kept(*rows, level=level)))


def test_of_several_users_the_worst_counts() -> None:
    """A second WeChat for another user goes with the first one."""
    both = kept(
        row(WECHAT, State.KEPT, kept_bytes=5), row(WECHAT, State.OUT_OF_REACH, user_id=999, apk=ApkState.MISSING)
    )
    assert isinstance(both, Kept)
    assert both.state is State.OUT_OF_REACH
    assert not both.app_kept
    assert both.kept_bytes == 5


def test_between_two_files_nobodys_data_is_meant() -> None:
    assert said(Verdict.WIPES, Stakes(WECHAT, kept=Copy.NOT_ASKED)) == (
        "This update of WeChat can only be installed by deleting WeChat with everything in it."
    )


def test_a_known_fault_of_the_phone_takes_the_promise_back() -> None:
    """KEEPS rests on Android's rules; a phone that is known to break them is not promised for."""
    fault = words("On these phones such an update has deleted chats.")
    judgement = Judgement(WECHAT, Verdict.KEEPS, (), lowered=fault)
    sentence = str(answer.sentence(judgement, words("WeChat"), Stakes(WECHAT, kept=Copy.NOT_ASKED)))
    assert "keeps your data" not in sentence
    assert "phones like this one have lost it" in sentence


def test_the_gravest_reason_and_every_warning_are_shown() -> None:
    """Also where the data is kept: an app that somebody else than its publisher signed is told of."""
    grave = tuple(Reason(code, Effect.NOT_OVER, words(code)) for code in ("signer", "downgrade"))
    more = (Reason("test-key", Effect.WARNS, words("test key")), Reason("fine", Effect.NOTES, words("fine")))
    assert answer.main_reasons(Judgement(WECHAT, Verdict.WIPES, (*grave, *more))) == (grave[0].text, more[0].text)
    assert answer.main_reasons(Judgement(WECHAT, Verdict.KEEPS, more)) == (more[0].text,)


def test_every_clause_can_be_said_in_chinese() -> None:
    stakes = [
        Stakes(WECHAT, size, since, copy)
        for size in (5, None)
        for since in (SINCE, None)
        for copy in (*Copy, *(kept(row(WECHAT, state, kept_bytes=n)) for state in State for n in (0, 5)))
    ]
    with texts.speaking(["zh_CN"]):
        for one in stakes:
            for verdict in Verdict:
                sentence = said(verdict, one)
                assert set(re.findall(r"[A-Za-z]{3,}", sentence)) <= {"Android"}, sentence


@pytest.mark.parametrize("time", [dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1), END])  # noqa: DTZ001
def test_a_snapshot_of_no_day_is_not_spoken_of(time: dt.datetime) -> None:
    """A document that was made to mislead may say that it is of the year 1: no sentence is made of that."""
    wrong = msgspec.structs.replace(coverage(row(WECHAT, State.KEPT)), taken=time)
    assert kept_of(wrong, WECHAT) is Copy.NO_COVERAGE
    proof = Proof(ProofLevel.MATCHED, time)
    assert kept_of(msgspec.structs.replace(coverage(row(WECHAT, State.KEPT)), proof=proof), WECHAT) is Copy.NO_COVERAGE


def test_only_finished_snapshots_of_this_phone_are_spoken_of(tmp_path: Path) -> None:
    """The newest that counts: not one of another phone, not one that was cut short, not a backup file's."""
    repo = new_repository(tmp_path / "vault")
    assert newest_coverage(repo, DEVICE) is Copy.NO_SNAPSHOT
    put_day(repo, 1, [app(WECHAT)])
    put_day(repo, 2, [app(WECHAT)])
    put_day(repo, 3, [app(WECHAT)], partial=True)
    put_day(repo, 4, [app(WECHAT)], device="fedcba9876543210")
    put_day(repo, 5, [app(WECHAT)], backup_file=True)
    repo.load_index()
    newest = newest_coverage(repo, DEVICE)
    assert isinstance(newest, Coverage)
    assert newest.taken == day(2)
