"""Which apps hold copies of my pictures? What the checkup says of what was found, and how it weighs it."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward import flows
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.media import Kind, Verdict
from phoneward.snapshots import Asking
from phoneward.watch import AppCopy, Cause, Scanned, room_answer
from phoneward.watch import finding_codes as codes
from phoneward.watch.answering import answer_from
from phoneward.watch.canary.notes import CanaryNotes, NotedCanary
from phoneward.watch.facts import Facts
from tests.snapshots.catalogue.histories import new_repository

TAKEN = dt.datetime(2026, 5, 3, 8, 15, 2, tzinfo=dt.UTC)
BANK = "com.example.loans"
SAME = Verdict(kind=Kind.IDENTICAL, is_distinguishable=True, confidence=1.0, width=1080)
SMALL = Verdict(kind=Kind.SAME_SCREEN, is_distinguishable=False, confidence=0.7, width=90)


def copied(
    package: str = BANK,
    *,
    after: float | None = 4,
    name: str = "Screenshot_1.png",
    cause: Cause = Cause.UNKNOWN,
    verdict: Verdict = SAME,
    label: str = "",
    is_thumbnail: bool = False,
    path: str = "/shared/Android/data/com.example.loans/cache/0af3",
) -> AppCopy:
    """A copy, written so many seconds after the picture was taken."""
    return AppCopy(
        package=package,
        path=path,
        sha256="0" * 64,
        size=1000,
        copied=None if after is None else TAKEN + dt.timedelta(seconds=after),
        original=f"/shared/DCIM/Screenshots/{name}",
        original_sha256="0" * 64,
        taken=TAKEN,
        verdict=verdict,
        cause=cause,
        label=label,
        is_thumbnail=is_thumbnail,
    )


def answered(*copies: AppCopy, own: int = 12, is_by_bytes: bool = False) -> Answer:
    scanned = Scanned(
        snapshot="ab" * 32,
        device="0" * 16,
        taken=TAKEN,
        looked=TAKEN,
        own=own,
        files=300,
        pictures=40,
        is_by_bytes=is_by_bytes,
        copies=copies,
    )
    return answer_from(Facts(has_snapshot=True, scanned=scanned))


def only(answer: Answer) -> Finding:
    [finding] = answer.findings
    return finding


def test_without_a_snapshot_or_a_look_nobody_can_tell() -> None:
    assert "no snapshot" in str(answer_from(Facts(has_snapshot=False)).sentence)
    nobody_looked = answer_from(Facts(has_snapshot=True))
    assert "was not looked through" in str(nobody_looked.sentence)
    told = only(nobody_looked)
    assert (told.code, told.tier, told.severity) == (codes.NOT_LOOKED, Tier.NOT_CHECKED, Severity.ADVICE)
    assert told.actions[0].command == ("phoneward", "watch", "scan")


def test_a_copy_written_seconds_after_the_screenshot_needs_the_person() -> None:
    answer = answered(copied())
    told = only(answer)
    assert (told.code, told.severity, told.tier) == (codes.TAKEN_AT_ONCE, Severity.WARNING, Tier.OBSERVED)
    assert "keeps a copy of 1 of your pictures" in str(told.title)
    assert "does not say that it was sent" in str(told.detail)
    assert "written 4 seconds later" in str(told.evidence[0].what)
    assert str(answer.sentence).startswith("com.example.loans keeps copies")


@pytest.mark.parametrize("after", [3600.0, -86_400.0, None])
def test_a_copy_written_another_time_may_have_been_chosen_there(after: float | None) -> None:
    told = only(answered(copied(after=after)))
    assert (told.code, told.severity) == (codes.KEPT, Severity.ADVICE)
    assert "Perhaps you chose them there yourself" in str(told.detail)


def test_what_the_person_marked_is_told_apart_and_by_their_word() -> None:
    answer = answered(copied(label="my bank account"), copied(name="cat.jpg", after=9000))
    marked, other = answer.findings
    assert (marked.code, marked.severity) == (codes.SENSITIVE, Severity.WARNING)
    assert "my bank account" in str(marked.title)
    assert other.code == codes.KEPT


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.UNKNOWN])
def test_nobody_is_accused_for_an_ordinary_copy(cause: Cause) -> None:
    answer = answered(copied(cause=cause))
    told = only(answer)
    assert (told.code, told.severity) == (codes.ORDINARY, Severity.FINE)
    assert str(answer.sentence).startswith("None that this backup shows: 12 pictures")


def test_a_thumbnail_is_no_copy_of_an_app() -> None:
    assert only(answered(copied(is_thumbnail=True))).code == codes.ORDINARY


def test_a_folder_that_nobody_knows_accuses_nobody() -> None:
    answer = answered(copied("", path="/shared/xyz/a.png"), copied("", path="/shared/xyz/b.png", name="2.png"))
    told = only(answer)
    assert (told.code, told.severity, told.subject) == (codes.NOBODYS, Severity.ADVICE, "/shared/xyz")
    assert "Copies of 2 of your pictures lie" in str(told.title)
    assert "nobody can tell whose" in str(answer.sentence)


def test_what_cannot_be_told_apart_is_concluded_not_seen() -> None:
    told = only(answered(copied(verdict=SMALL)))
    assert told.tier is Tier.INFERRED
    assert "cannot be told apart" in str(told.evidence[0].what)
    assert only(answered(copied(verdict=SMALL), copied(name="2.png"))).tier is Tier.OBSERVED


def test_the_surest_and_soonest_copies_are_the_evidence() -> None:
    many = [copied(name=f"{number}.png", verdict=SMALL) for number in range(8)]
    told = only(answered(*many, copied(name="sure.png")))
    assert len(told.evidence) == 5
    assert "sure.png" in str(told.evidence[0].what)


def test_what_was_not_looked_at_is_said() -> None:
    said = " ".join(map(str, answered(is_by_bytes=True).not_checked))
    assert "Whether pictures were sent" in said
    assert "inner folders" in said
    assert "phoneward[watch]" in said
    assert "phoneward[watch]" not in " ".join(map(str, answered().not_checked))
    assert "no pictures of yours" in str(answered(own=0).sentence)


def test_a_test_picture_that_was_left_behind_is_told(tmp_path: Path) -> None:
    """A cable was pulled in a round: the checkup says so, also without any snapshot."""
    asking = Asking(new_repository(tmp_path / "vault"), None, (), TAKEN, state_dir=tmp_path)
    assert room_answer(asking).findings == ()
    CanaryNotes(tmp_path).add(
        NotedCanary(
            number=7,
            made=TAKEN,
            device="0" * 16,
            device_label="A phone",
            path="/sdcard/Pictures/7.png",
            size=5,
            sha256="0" * 64,
        )
    )
    told = only(room_answer(asking))
    assert (told.code, told.severity) == (codes.TEST_PICTURE_LEFT, Severity.ADVICE)
    assert told.actions[0].command == ("phoneward", "watch", "canary", "finish")
    assert flows.known(told.actions[0])
    CanaryNotes(tmp_path).mark_gone(7, TAKEN)
    assert room_answer(asking).findings == ()


def test_every_action_leads_somewhere() -> None:
    answer = answered(copied(), copied(label="x", name="2.png"), copied(cause=Cause.SENT), copied("", path="/a/b"))
    nothing = answer_from(Facts(has_snapshot=True))
    actions = [action for one in (*answer.findings, *nothing.findings) for action in one.actions]
    assert actions
    assert all(flows.known(action) for action in actions)
