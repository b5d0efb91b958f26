"""What a person lives through when a number changes hands, as the bindings show it."""

import datetime as dt
import json

import pytest

from phoneward.numbers.gate.bindings import (
    Action,
    ActionKind,
    AnotherNumberError,
    Binding,
    NotAFactorError,
    NotBoundError,
    NumberClosedError,
    State,
    Store,
)
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER, OTHER, steps


def find(store: Store, account: str = "a") -> Binding:
    binding = store.read(lambda ledger: ledger.find(account))
    assert binding is not None
    return binding


def waiting(store: Store) -> list[Action]:
    return store.read(lambda ledger: ledger.waiting(100))


def kinds(store: Store) -> list[ActionKind]:
    return [action.kind for action in waiting(store)]


@pytest.fixture(autouse=True)
def _bound(store: Store) -> None:
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))


SUSPENDED = [ActionKind.END_SESSIONS, ActionKind.CLOSE_DATA, ActionKind.NOTIFY]


def test_a_cancelled_number_is_cut_loose_once(store: Store) -> None:
    """The carrier says it twice, as carriers do."""
    store.write(lambda ledger: steps(1).session_opened(ledger, "a", "web-1"))
    store.write(lambda ledger: steps(2).session_opened(ledger, "a", "app-7"))
    on = (NOW + dt.timedelta(days=30)).date()
    assert store.write(lambda ledger: steps(31).notice(ledger, NUMBER, on)) == 1
    assert store.write(lambda ledger: steps(40).notice(ledger, NUMBER, on)) == 0
    binding = find(store)
    assert (binding.state, binding.why, binding.data_closed) == (State.SUSPENDED, "notice", True)
    assert kinds(store) == SUSPENDED
    assert waiting(store)[0].details == {"opened_since": "2026-05-04T12:30:00.000000Z", "sessions": ["web-1", "app-7"]}
    assert waiting(store)[2].details == {"why": "notice", "number": "+86…00"}


@pytest.mark.parametrize(
    ("verified_after", "hit"),
    [
        (dt.timedelta(hours=12), 1),  # on that day
        (dt.timedelta(days=1, hours=11), 1),  # in Baker Island that day is not over
        (dt.timedelta(days=1, hours=12), 0),
    ],
)
def test_a_notice_of_before_the_owner_last_verified_is_old_news(
    store: Store, verified_after: dt.timedelta, hit: int
) -> None:
    """Lists come weeks late. Who proved since then that the number is theirs is not locked out by them."""
    day = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    days = (day + verified_after - NOW) / dt.timedelta(days=1)
    store.write(lambda ledger: steps(days).verified(ledger, "a", "totp", NUMBER))
    assert store.write(lambda ledger: steps(90).notice(ledger, NUMBER, day.date())) == hit
    assert find(store).state is (State.SUSPENDED if hit else State.ACTIVE)


def test_the_next_holder_may_have_an_account_of_their_own(store: Store) -> None:
    """The same number, two accounts: the old owner's is closed, the new holder's is not touched."""
    store.write(lambda ledger: steps(100).notice(ledger, NUMBER, (NOW + dt.timedelta(days=99)).date()))
    store.write(lambda ledger: steps(190).bind(ledger, "b", NUMBER))
    store.write(lambda ledger: steps(191).notice(ledger, NUMBER, (NOW + dt.timedelta(days=99)).date()))
    assert [find(store, one).state for one in "ab"] == [State.SUSPENDED, State.ACTIVE]


def test_a_suspended_number_opens_nothing_and_binds_nothing(store: Store) -> None:
    """Whoever holds the number now cannot use it to take the account over, nor to give it another number."""
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    for attempt in (
        lambda ledger: steps(1).bind(ledger, "a", OTHER),
        lambda ledger: steps(1).bind(ledger, "a", NUMBER),
        lambda ledger: steps(1).verified(ledger, "a", "totp", NUMBER),
    ):
        with pytest.raises(NumberClosedError):
            store.write(attempt)
    store.write(lambda ledger: steps(1).release(ledger, "a"))
    with pytest.raises(NumberClosedError):
        store.write(lambda ledger: steps(1).bind(ledger, "a", OTHER))
    with pytest.raises(NumberClosedError):
        store.write(lambda ledger: steps(1).verified(ledger, "a", "totp", NUMBER))
    assert find(store).data_closed


def test_a_session_that_was_being_opened_meanwhile_is_ended_too(store: Store) -> None:
    """The code was accepted a moment before the number was cut loose; the session is reported a moment later."""
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    for _twice in range(2):
        assert not store.write(lambda ledger: steps().session_opened(ledger, "a", "late"))
    assert kinds(store) == [*SUSPENDED, ActionKind.END_SESSIONS]
    assert waiting(store)[-1].details["sessions"] == ["late"]
    entries = [json.loads(entry) for _seq, entry, _chain in store.read(lambda ledger: ledger.entries(0, 100))]
    refused = [entry for entry in entries if entry["event"] == "session-refused"]
    assert [entry["actions"] for entry in refused] == [[waiting(store)[-1].key]], "once in the audit log, too"


@pytest.mark.parametrize("number", [NUMBER, OTHER])
def test_the_true_owner_comes_back_by_another_factor(store: Store, number: str) -> None:
    """With the same number (a port, a new SIM) or another: the account is open, and the number counts from now."""
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    store.write(lambda ledger: steps(3).recovered(ledger, "a", "passkey", number))
    back = store.write(lambda ledger: steps(3).recovered(ledger, "a", "passkey", number))  # twice
    assert (back.state, back.data_closed, back.why) == (State.ACTIVE, False, "recovered")
    assert back.since == NOW + dt.timedelta(days=3)
    assert KEYS.unseal(back.number, "a") == number
    assert kinds(store) == [*SUSPENDED, ActionKind.OPEN_DATA]


def test_an_owner_without_a_number_comes_back_too(store: Store) -> None:
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    store.write(lambda ledger: steps(3).recovered(ledger, "a", "recovery-code", None))
    back = store.write(lambda ledger: steps(3).recovered(ledger, "a", "recovery-code", None))  # twice
    assert (back.state, back.data_closed, back.number) == (State.RELEASED, False, "")
    assert kinds(store) == [*SUSPENDED, ActionKind.OPEN_DATA]
    assert store.write(lambda ledger: steps(4).bind(ledger, "a", OTHER)).state is State.ACTIVE


def test_an_owner_who_reports_a_lost_number_ends_what_it_opened(store: Store) -> None:
    """Nobody noticed yet that the number changed hands; the owner says so first."""
    store.write(lambda ledger: steps().session_opened(ledger, "a", "perhaps the next holder's"))
    back = store.write(lambda ledger: steps(3).recovered(ledger, "a", "passkey", OTHER))
    assert (back.state, back.data_closed) == (State.ACTIVE, False)
    assert waiting(store)[0].details["sessions"] == ["perhaps the next holder's"]
    assert kinds(store) == [*SUSPENDED, ActionKind.OPEN_DATA]


@pytest.mark.parametrize(
    "factor",
    [
        "sms", "call", "one-tap", "number", "", "SMS", "8613800138000", "a b", "x" * 33,
        "sms-otp", "smscode", "otp-by-sms", "sms2", "text-message", "phone-call", "call-back", "whatsapp-code",
    ],
)  # fmt: skip
def test_the_number_does_not_vouch_for_itself(store: Store, factor: str) -> None:
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    with pytest.raises(NotAFactorError):
        store.write(lambda ledger: steps().recovered(ledger, "a", factor, NUMBER))
    with pytest.raises(NotAFactorError):
        store.write(lambda ledger: steps().verified(ledger, "a", factor, NUMBER))


def test_an_account_that_was_never_here(store: Store) -> None:
    for attempt in (
        lambda ledger: steps().verified(ledger, "b", "totp", NUMBER),
        lambda ledger: steps().recovered(ledger, "b", "totp", NUMBER),
        lambda ledger: steps().release(ledger, "b"),
        lambda ledger: steps().session_opened(ledger, "b", "s"),
    ):
        with pytest.raises(NotBoundError):
            store.write(attempt)


def test_owners_are_reminded_once_for_each_verification(store: Store) -> None:
    def remind(days: float) -> int:
        before = NOW + dt.timedelta(days=days - 150)
        return store.write(lambda ledger: steps(days).remind(ledger, before, 10))

    assert [remind(149), remind(151), remind(151), remind(152)] == [0, 1, 0, 0]
    store.write(lambda ledger: steps(153).verified(ledger, "a", "totp", NUMBER))
    assert [remind(302), remind(304)] == [0, 1]
    assert kinds(store) == [ActionKind.REMIND] * 2
    assert len({action.key for action in waiting(store)}) == 2


def test_an_action_is_done_once(store: Store) -> None:
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    keys = [action.key for action in waiting(store)]
    assert store.write(lambda ledger: steps().done(ledger, [keys[1], keys[1], "no such"])) == 1
    assert store.write(lambda ledger: steps().done(ledger, keys)) == 2
    assert waiting(store) == []


def test_an_ended_session_is_not_ended_again(store: Store) -> None:
    for session in ("one", "two"):
        store.write(lambda ledger, session=session: steps().session_opened(ledger, "a", session))  # type: ignore[misc]
    store.write(lambda ledger: steps().session_ended(ledger, "a", "one"))
    store.write(lambda ledger: steps().suspend(ledger, find(store), "changed"))
    assert waiting(store)[0].details["sessions"] == ["two"]


def test_an_owner_who_gave_the_number_up_does_not_vouch_for_its_next_holder(store: Store) -> None:
    """She still comes in by her passkey. That proves who she is, not that the number is hers: it counts as before."""
    with pytest.raises(AnotherNumberError):
        store.write(lambda ledger: steps(200).verified(ledger, "a", "passkey", OTHER))
    assert find(store).since == NOW


def test_a_clock_that_once_ran_ahead_hides_nothing(store: Store) -> None:
    """The server believed for a minute that it was 2036. A notice of today still counts, and so does a step-up."""
    store.write(lambda ledger: steps(3650).verified(ledger, "a", "totp", NUMBER))
    store.write(lambda ledger: steps(3650).bind(ledger, "b", NUMBER))
    store.write(lambda ledger: steps(1).verified(ledger, "b", "totp", NUMBER))
    assert find(store, "b").since == NOW + dt.timedelta(days=1)
    assert store.write(lambda ledger: steps(2).notice(ledger, NUMBER, (NOW + dt.timedelta(days=1)).date())) == 2


@pytest.mark.parametrize(
    "at",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),  # what .NET has for "no date"
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
        dt.datetime(999, 12, 31, tzinfo=dt.UTC),
    ],
    ids=str,
)
def test_a_binding_of_no_date_holds_up_nobody(store: Store, at: dt.datetime) -> None:
    """It counts as very old. Notices and reminders, its own and those of all others, go on."""
    store.write(lambda ledger: steps().bind(ledger, "b", NUMBER, at))
    assert find(store, "b").since == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert store.write(lambda ledger: steps().remind(ledger, NOW, 10)) == 1
    assert store.write(lambda ledger: steps(1).notice(ledger, NUMBER, NOW.date())) == 2


@pytest.mark.parametrize(("on", "hit"), [(dt.date.max, 1), (dt.date.min, 0)])
def test_a_notice_of_the_last_day_that_there_is(store: Store, on: dt.date, hit: int) -> None:
    """Some write 9999-12-31 for "not known": the line counts, and the list behind it too."""
    assert store.write(lambda ledger: steps(1).notice(ledger, NUMBER, on)) == hit
