"""What may be done with an update: nothing that deletes the only copy, whatever is typed."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots import State
from phoneward.updates import Effect, Verdict
from phoneward.updates.installing.deciding import Way, Why, copy_sentences, decide, first_look
from phoneward.updates.installing.plan import Planned
from phoneward.updates.installing.report import AppReport, Outcome
from phoneward.updates.installing.saved import Saved, saved_of
from tests.updates.installing.facts import APP, NOW, covers, judged, own_backup, row, state

WHOLE = saved_of(APP, covers(row(State.KEPT, beyond=0, files=3)), NOW)
BACKED = saved_of(APP, covers(row(State.OWN_BACKUP, backups=(own_backup(1),))), NOW)
BARE = saved_of(APP, covers(row(State.PART, files=9)), NOW)
TORN = saved_of(APP, covers(row(State.KEPT, beyond=0), gaps=((f"/data/app/{APP}/x", "torn"),)), NOW)
NOT_COMPARED = saved_of(APP, covers(row(State.KEPT, beyond=0)), NOW, unproven=None)


@pytest.mark.parametrize(
    ("verdict", "lowered", "saved", "way", "why"),
    [
        (Verdict.KEEPS, False, WHOLE, Way.KEEP, None),
        (Verdict.KEEPS, False, BACKED, Way.KEEP, None),
        (Verdict.KEEPS, False, BARE, Way.KEEP, None),
        (Verdict.KEEPS, False, TORN, Way.NOT, Why.NOT_SAVED),
        (Verdict.KEEPS, False, NOT_COMPARED, Way.KEEP, None),
        (Verdict.KEEPS, True, WHOLE, Way.KEEP, None),
        (Verdict.KEEPS, True, BARE, Way.NOT, Why.NO_COPY),
        (Verdict.WIPES, False, WHOLE, Way.WIPE, None),
        (Verdict.WIPES, False, BACKED, Way.WIPE, None),
        (Verdict.WIPES, False, BARE, Way.NOT, Why.NO_COPY),
        (Verdict.WIPES, False, TORN, Way.NOT, Why.NOT_SAVED),
        (Verdict.WIPES, False, NOT_COMPARED, Way.NOT, Why.NOT_SAVED),
    ],
)
def test_the_table(verdict: Verdict, lowered: bool, saved: Saved, way: Way, why: Why | None) -> None:
    found = decide(judged(verdict, Effect.NOT_OVER, lowered=lowered), saved, "Notes")
    assert (found.way, found.why) == (way, why)
    assert found.unsure is (lowered and way is Way.KEEP)
    assert found.sentences


def test_no_file_that_could_be_read_is_said_as_such() -> None:
    """Nobody reads "0 files of Notes (0 B)" as a comfort."""
    bare = dataclasses.replace(BARE, files=0, bytes=0, beyond_bytes=5000)
    said = " ".join(str(one) for one in copy_sentences(bare, "Notes"))
    assert said.startswith("A computer can read no file of Notes: the snapshot of this moment holds the app alone.")
    assert "0 files" not in said
    assert "What it holds, 5.0 kB, has no copy outside the phone." in said
    some = " ".join(str(one) for one in copy_sentences(dataclasses.replace(bare, files=9), "Notes"))
    assert "9 files of Notes" in some
    assert "5.0 kB more no computer can read" in some


@given(
    st.builds(
        lambda files, beyond, uncovered, missing: dataclasses.replace(
            WHOLE, files=files, beyond_bytes=beyond, uncovered=uncovered, missing=missing
        ),
        st.integers(0, 5),
        st.none() | st.integers(0, 10**12),
        st.sampled_from([(), (0,), (0, 999)]),
        st.sampled_from([(), WHOLE.missing, TORN.missing]),
    ),
    st.sampled_from(list(Verdict)[::2]),
    st.booleans(),
)
def test_nothing_that_may_delete_is_ever_let_through_without_a_copy(
    saved: Saved,
    verdict: Verdict,
    lowered: bool,
) -> None:
    found = decide(judged(verdict, lowered=lowered), saved, "Notes")
    if found.way is Way.WIPE or found.unsure:
        assert saved.has_copy
    if found.way is not Way.NOT:
        assert saved.is_whole


def first(
    verdict: Verdict, *effects: Effect, option: str = "", is_rollback: bool = False, is_system: bool = False
) -> tuple[Way, Why | None]:
    report = AppReport(APP, "Notes", Outcome.NOT_BEGUN)
    judgement = judged(verdict, *effects, option=option)
    states = {0: state(is_system=is_system)}
    planned = Planned(None, "Notes", states, (), judgement, report, is_rollback=is_rollback)  # type: ignore[arg-type]
    found = first_look(planned)
    return (Way.KEEP, None) if found is None else (found.way, found.why)


def test_what_cannot_be_done_is_known_before_anything_is_saved() -> None:
    assert first(Verdict.KEEPS) == (Way.KEEP, None)
    assert first(Verdict.REFUSED, Effect.NEVER) == (Way.NOT, Why.REFUSED)
    assert first(Verdict.UNDECIDED, Effect.UNKNOWN) == (Way.NOT, Why.UNDECIDED)
    assert first(Verdict.WIPES, Effect.NOT_OVER)[0] is Way.KEEP, "it may be, once everything is saved"
    assert first(Verdict.WIPES, Effect.NOT_OVER, is_system=True) == (Way.NOT, Why.SYSTEM)
    assert first(Verdict.REFUSED, Effect.OPTION, option="-d") == (Way.NOT, Why.REFUSED), "no option is used unasked"


@pytest.mark.parametrize(
    ("effects", "option", "way"),
    [
        ((Effect.OPTION,), "-d", Way.KEEP),
        ((Effect.OPTION, Effect.WARNS), "-d", Way.KEEP),
        ((Effect.OPTION,), "--something-new", Way.NOT),
        ((Effect.OPTION, Effect.NOT_OVER), "-d", Way.NOT),
        ((Effect.OPTION, Effect.UNKNOWN), "-d", Way.NOT),
        ((Effect.NEVER,), "", Way.NOT),
        ((), "", Way.NOT),
    ],
)
def test_going_back_uses_only_options_that_keep_the_data(effects: tuple[Effect, ...], option: str, way: Way) -> None:
    assert first(Verdict.REFUSED, *effects, option=option, is_rollback=True)[0] is way
    assert first(Verdict.WIPES, Effect.NOT_OVER, is_rollback=True)[0] is Way.NOT, "it never removes"


def text(saved: Saved, verdict: Verdict = Verdict.KEEPS) -> str:
    return " ".join(str(sentence) for sentence in decide(judged(verdict), saved, "Notes").sentences)


def test_a_person_reads_what_is_saved_what_is_not_and_what_to_do() -> None:
    assert "3 files of Notes (30 B)" in text(WHOLE)
    assert "no copy outside the phone" in text(BARE)
    assert "app's own settings" in text(BARE)
    assert "whatever is typed" in text(BARE, Verdict.WIPES)
    assert "5.0 kB that no computer can read" in text(BARE, Verdict.WIPES)
    line = row(State.OWN_BACKUP, backups=(own_backup(99),), package="com.whatsapp")
    old = saved_of("com.whatsapp", covers(line), NOW)
    assert "make a new one first" in text(old)
    assert "phoneward app-backups guide whatsapp" in text(old)
