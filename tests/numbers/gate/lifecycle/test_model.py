"""Whatever happens in whatever order: every database agrees with a model that is a few dictionaries."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from phoneward.numbers import NumbersError
from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import PostgresStore, SqliteStore, State, Store
from tests.numbers.gate.lifecycle.conftest import KEYS, steps
from tests.numbers.gate.lifecycle.postgres import Server

ACCOUNTS = st.sampled_from(["a", "a", "a", "b", "b", "c"])
NUMBERS = st.sampled_from(["+8613800138000", "+447700900123"])


class Model(RuleBasedStateMachine):
    """An account is (number or None, state, closed, since in days); time moves on with each step."""

    def __init__(self) -> None:
        super().__init__()
        self.days = 0.0
        self.accounts: dict[str, tuple[str | None, State, bool, float]] = {}
        self.sessions: dict[str, set[str]] = {}
        self.reminded: set[str] = set()
        self.asked: list[str] = []
        self.done: set[str] = set()
        self.store = self.open()

    def open(self) -> Store:
        raise NotImplementedError

    def teardown(self) -> None:
        checked = audit.check(self.store, KEYS)
        assert checked.problem == ""
        self.store.close()

    def do(self, work: str, *arguments: object) -> object:
        """Do it twice where it worked: the second time must change nothing."""
        outcomes = self.store.write_each([lambda ledger: getattr(steps(self.days), work)(ledger, *arguments)] * 2)
        assert isinstance(outcomes[0], NumbersError) == isinstance(outcomes[1], NumbersError)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, NumbersError):
                raise outcome
        return outcomes[0]

    def cut(self, account: str) -> None:
        number, state, _closed, since = self.accounts[account]
        if state is State.ACTIVE:
            self.accounts[account] = (number, State.SUSPENDED, True, since)
            self.sessions[account] = set()
            self.asked += ["end-sessions", "close-data", "notify"]

    def give(self, account: str, number: str | None) -> None:
        closed = self.accounts.get(account, (None, State.ACTIVE, False, 0.0))[2]
        self.asked += ["open-data"] * closed
        state = State.RELEASED if number is None else State.ACTIVE
        self.accounts[account] = (number, state, False, self.days if number else self.accounts[account][3])
        self.reminded.discard(account)

    @initialize(number=NUMBERS)
    def begin(self, number: str) -> None:
        """Two accounts have a number, and sessions of it: an empty service has no story."""
        for account in "ab":
            self.bind(account, number)
            self.session(account, "s0")

    @rule(hours=st.sampled_from([1, 20, 24 * 40]))
    def wait(self, hours: int) -> None:
        self.days += hours / 24

    @rule(account=ACCOUNTS, number=NUMBERS)
    def bind(self, account: str, number: str) -> None:
        refused = isinstance(self.do("bind", account, number), Exception)
        known = self.accounts.get(account)
        assert refused == (known is not None and known[2])
        if not refused and (known is None or known[0] != number):
            self.give(account, number)

    @rule(account=ACCOUNTS, number=NUMBERS)
    def verify(self, account: str, number: str) -> None:
        refused = isinstance(self.do("verified", account, "totp", number), Exception)
        known = self.accounts.get(account)
        assert refused == (known is None or known[1] is not State.ACTIVE or known[0] != number)
        if known and not refused:
            self.accounts[account] = (*known[:3], self.days)
            self.reminded.discard(account)

    @rule(account=ACCOUNTS, number=st.none() | NUMBERS)
    def recover(self, account: str, number: str | None) -> None:
        refused = isinstance(self.do("recovered", account, "passkey", number), Exception)
        assert refused == (account not in self.accounts)
        if not refused:
            if self.accounts[account][0] != number:
                self.cut(account)
            self.give(account, number)

    @rule(account=ACCOUNTS)
    def release(self, account: str) -> None:
        refused = isinstance(self.do("release", account), Exception)
        assert refused == (account not in self.accounts)
        if not refused:
            _number, _state, closed, since = self.accounts[account]
            self.accounts[account] = (None, State.RELEASED, closed, since)

    @rule(number=NUMBERS, ago=st.integers(0, 60))
    def notice(self, number: str, ago: int) -> None:
        on = (steps(self.days - ago).now).date()
        over = dt.datetime.combine(on, dt.time(12), dt.UTC) + dt.timedelta(days=1)
        self.do("notice", number, on)
        for account, (bound, state, _closed, since) in list(self.accounts.items()):
            if bound == number and state is State.ACTIVE and steps(since).now < over:
                self.cut(account)

    @rule(account=ACCOUNTS, session=st.sampled_from(["s1", "s2"]))
    def session(self, account: str, session: str) -> None:
        before = set(self.keys())
        outcome = self.do("session_opened", account, session)
        known = self.accounts.get(account)
        if known is None:
            assert isinstance(outcome, Exception)
        elif known[1] is State.ACTIVE:
            assert outcome is True
            self.sessions.setdefault(account, set()).add(session)
        else:
            assert outcome is False
            new = set(self.keys()) - before
            assert len(new) <= 1
            self.asked += ["end-sessions"] * len(new)

    @rule(older=st.integers(0, 60))
    def remind(self, older: int) -> None:
        before = steps(self.days - older).now
        self.do("remind", before, 100)
        for account, (_number, state, _closed, since) in self.accounts.items():
            if state is State.ACTIVE and account not in self.reminded and steps(since).now < before:
                self.reminded.add(account)
                self.asked.append("remind")

    @rule(number=st.integers(0, 100))
    def acknowledge(self, number: int) -> None:
        keys = self.keys()
        if keys:
            key = keys[number % len(keys)]
            self.do("done", [key])
            self.done.add(key)

    @rule()
    def start_anew(self) -> None:
        """The process ends and another begins."""
        self.store.close()
        self.store = self.open()

    def keys(self) -> list[str]:
        return [action.key for action in self.store.read(lambda ledger: ledger.waiting(10_000))]

    @invariant()
    def agrees(self) -> None:
        for account in "abc":
            binding = self.store.read(lambda ledger, account=account: ledger.find(account))  # type: ignore[misc]
            if account not in self.accounts:
                assert binding is None
                continue
            assert binding is not None
            number, state, closed, since = self.accounts[account]
            assert (binding.state, binding.data_closed) == (state, closed)
            assert binding.since == steps(since).now
            assert (KEYS.unseal(binding.number, account) if binding.number else None) == number
            open_ones = self.store.read(lambda ledger, account=account: ledger.sessions(account))  # type: ignore[misc]
            assert set(open_ones) == self.sessions.get(account, set())
        rows = self.store.read(lambda ledger: ledger._execute("SELECT kind, done_at FROM outbox ORDER BY seq", []))
        assert [kind for kind, _done in rows] == self.asked
        assert sum(done is not None for _kind, done in rows) == len(self.done)


def test_sqlite_agrees_with_the_model(quick_folder: Path) -> None:
    class Machine(Model):
        def __init__(self) -> None:
            self.path = Path(tempfile.mkdtemp(dir=quick_folder)) / "bindings.db"
            super().__init__()

        def open(self) -> Store:
            return SqliteStore(self.path)

    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=40))


def test_postgresql_agrees_with_the_model(postgres_server: Server) -> None:
    class Machine(Model):
        def __init__(self) -> None:
            self.conninfo = postgres_server.fresh()
            super().__init__()

        def open(self) -> Store:
            return PostgresStore(self.conninfo)

    run_state_machine_as_test(Machine, settings=settings(max_examples=8, stateful_step_count=40))
