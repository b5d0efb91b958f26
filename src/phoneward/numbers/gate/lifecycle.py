"""What happens to a number and its account, step by step. Each function is one transaction's work, and may be repeated.

Whoever is killed in the middle leaves nothing half done (the store's transactions), and whoever repeats what may have
been done already changes nothing and asks for nothing a second time (versions, and keys of actions).
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings.binding import Action, ActionKind, Binding, State
from phoneward.numbers.gate.bindings.errors import AnotherNumberError, NotAFactorError, NotBoundError, NumberClosedError
from phoneward.numbers.gate.bindings.ledger import Ledger, written
from phoneward.numbers.gate.bindings.store import Store
from phoneward.numbers.gate.keys import Keys, mask
from phoneward.numbers.gate.secret_errors import WrongSecretError

NO_FACTORS: Final = frozenset({
    "sms", "text", "call", "callback", "voice", "number", "phone", "rcs", "mms", "ussd", "msisdn", "whatsapp", "viber",
    "mobile", "one-tap", "tap",
})  # fmt: skip
"""What comes to whoever holds the number now, as a whole word of a factor's name; messengers that the number alone
opens are among them. "sms" is none within a word either."""
FACTOR: Final = "[a-z]+[0-9]{0,2}(-[a-z]+[0-9]{0,2})*"
"""Small letters and hyphens, here and there two digits: no room for a number, since it stands in the audit log."""
LONGEST_FACTOR: Final = 32
_CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
"""By how much the clocks of several machines may differ. What lies further ahead was written by a wrong clock."""
_DAY_IS_OVER: Final = dt.timedelta(days=1, hours=12)
"""From midnight UTC with which a date begins until it is over in the last time zone (UTC-12)."""
_EARLIEST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Bindings begin no earlier: a date before it is some program's word for "not known"."""
_LATEST: Final = dt.date(9999, 12, 1)
"""Notices are of no later day, for the sake of reckoning with it."""


def fit(store: Store, keys: Keys) -> None:
    """Make sure that the database was written with these keys, or is new.

    Raises:
        WrongSecretError: it was not: numbers would not be found, and notices about them would come to nothing.
        StoreError: the database cannot be used.
    """

    def look(ledger: Ledger) -> str:
        ledger.set_key_check(keys.check())
        return ledger.key_check()

    if store.write(look) != keys.check():
        raise WrongSecretError


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Carries out what happened.

    Attributes:
        keys: of the service.
        audit: writes every step down.
        now: aware UTC.
    """

    keys: Keys
    audit: Audit
    now: dt.datetime

    def bind(self, ledger: Ledger, account: str, number: str, at: dt.datetime | None = None) -> Binding:
        """Bind a number to an account: a new one, or its owner chose another in the settings.

        Args:
            ledger: of the transaction.
            account: whose.
            number: E.164.
            at: since when, where it was bound before the gate knew of it; None is now, as is a time to come; a time
                before 1970 counts as 1970.

        Raises:
            NumberClosedError: the account is closed; whoever asks may be the next holder.
        """
        before = ledger.find(account)
        if before is not None and before.data_closed:
            raise NumberClosedError
        number_hash = self.keys.number_hash(number)
        if before is not None and before.state is State.ACTIVE and before.number_hash == number_hash:
            return before
        since = self.now if at is None else max(min(at, self.now), _EARLIEST)
        return self._bound(ledger, account, number, before, "bound" if before is None else "rebound", since=since)

    def verified(self, ledger: Ledger, account: str, factor: str, number: str) -> Binding:
        """The owner came in by another factor and has the number: what happened to it before matters no more.

        Args:
            ledger: of the transaction.
            account: whose.
            factor: which; not the number.
            number: the one that the owner holds, proven by a code. Another factor alone says nothing of it: who gave
                the number up would vouch for its next holder.

        Raises:
            NotBoundError: the account has no number here.
            NumberClosedError: it is suspended.
            AnotherNumberError: the account has another one.
            NotAFactorError: the factor is the number itself.
        """
        _check(factor)
        binding = self._active(ledger, account)
        if binding.number_hash != self.keys.number_hash(number):
            raise AnotherNumberError
        if self.now <= binding.verified_at <= self.now + _CLOCKS_DIFFER:
            return binding
        after = replace(
            binding,
            bound_at=min(binding.bound_at, self.now),
            verified_at=self.now,
            why="verified",
            reminded=False,
            version=binding.version + 1,
        )
        ledger.put(after)
        self.audit.write(ledger, "verified", self.now, binding=after, factor=factor)
        return after

    def suspend(self, ledger: Ledger, binding: Binding, why: str) -> Binding:
        """Cut the number loose: no factor any more, its sessions end, the data is closed, the owner is told."""
        if binding.state is not State.ACTIVE:
            return binding
        after = replace(binding, state=State.SUSPENDED, why=why, data_closed=True, version=binding.version + 1)
        ledger.put(after)
        sessions = ledger.sessions(binding.account)
        ledger.drop_sessions(binding.account)
        ending = {"opened_since": written(binding.since), "sessions": sessions}
        asked = [
            self._ask(ledger, after, ActionKind.END_SESSIONS, ending),
            self._ask(ledger, after, ActionKind.CLOSE_DATA),
            self._ask(ledger, after, ActionKind.NOTIFY, {"why": why, "number": after.number_mask}),
        ]
        self.audit.write(ledger, "suspended", self.now, binding=after, why=why, actions=asked, sessions=len(sessions))
        return after

    def notice(self, ledger: Ledger, number: str, on: dt.date) -> int:
        """A carrier says that a number was cancelled on a day: suspend it wherever it was bound before its end.

        Args:
            ledger: of the transaction.
            number: E.164.
            on: the day, in whatever time zone the carrier counts.

        Returns:
            How many accounts it is suspended in by this.
        """
        over = dt.datetime.combine(min(on, _LATEST), dt.time(), dt.UTC) + _DAY_IS_OVER
        hit = 0
        for binding in ledger.find_by_number(self.keys.number_hash(number)):
            if binding.state is not State.ACTIVE:
                continue
            concerns = binding.since < over or binding.since > self.now + _CLOCKS_DIFFER
            self.audit.write(ledger, "notice", self.now, binding=binding, on=on.isoformat(), concerns=concerns)
            if concerns:
                self.suspend(ledger, binding, "notice")
                hit += 1
        return hit

    def recovered(self, ledger: Ledger, account: str, factor: str, number: str | None) -> Binding:
        """The true owner came back by another factor.

        Args:
            ledger: of the transaction.
            account: whose.
            factor: which; not the number.
            number: the one that the owner holds now, proven by a code: the same (a port, a new SIM) or another. None
                where they have none: the account is open again, without a number.

        Raises:
            NotBoundError: the account was never here.
            NotAFactorError: the factor is the number itself.
        """
        _check(factor)
        before = ledger.find(account)
        if before is None:
            raise NotBoundError
        if number is None:
            return self._released(ledger, self.suspend(ledger, before, "lost"), "recovered", factor=factor)
        if before.state is State.ACTIVE:
            if before.number_hash == self.keys.number_hash(number):
                return self.verified(ledger, account, factor, number)
            before = self.suspend(ledger, before, "lost")  # what the lost number opened ends
        return self._bound(ledger, account, number, before, "recovered", factor=factor)

    def release(self, ledger: Ledger, account: str) -> Binding:
        """Take a number off an account, and forget it. What is closed stays closed.

        Raises:
            NotBoundError: the account was never here.
        """
        before = ledger.find(account)
        if before is None:
            raise NotBoundError
        return self._released(ledger, before, "released")

    def session_opened(self, ledger: Ledger, account: str, session: str) -> bool:
        """Note a session that the number opened; where the number is no factor (any more), ask for its end instead.

        Returns:
            Whether it may stay.

        Raises:
            NotBoundError: the account was never here.
        """
        binding = ledger.find(account)
        if binding is None:
            raise NotBoundError
        if binding.state is State.ACTIVE:
            if ledger.add_session(account, session, self.now):
                self.audit.write(ledger, "session-opened", self.now, binding=binding)
            return True
        ending = {"opened_since": written(self.now), "sessions": [session]}
        asked = ledger.head.outbox_seq
        key = self._ask(ledger, binding, ActionKind.END_SESSIONS, ending, which=self.keys.pseudonym(session))
        if ledger.head.outbox_seq != asked:
            self.audit.write(ledger, "session-refused", self.now, binding=binding, actions=[key])
        return False

    def session_ended(self, ledger: Ledger, account: str, session: str) -> bool:
        """Forget a session that ended by itself; returns whether it was known."""
        known = ledger.drop_session(account, session)
        if known:
            self.audit.write(ledger, "session-ended", self.now, account=account)
        return known

    def remind(self, ledger: Ledger, before: dt.datetime, limit: int) -> int:
        """Ask for reminders to owners who last verified before a time, once for each verification; returns how many."""
        stale = ledger.find_stale(before, limit)
        for binding in stale:
            ledger.put(replace(binding, reminded=True))
            since = {"verified_at": written(binding.verified_at), "number": binding.number_mask}
            key = self._ask(ledger, binding, ActionKind.REMIND, since)
            self.audit.write(ledger, "reminded", self.now, binding=binding, actions=[key])
        return len(stale)

    def done(self, ledger: Ledger, keys: Iterable[str]) -> int:
        """The service carried these actions out; returns how many were not known to be."""
        count = 0
        for key in keys:
            action = ledger.done(key, self.now)
            if action is not None:
                self.audit.write(ledger, "action-done", self.now, account=action.account, actions=[key])
                count += 1
        return count

    def _active(self, ledger: Ledger, account: str) -> Binding:
        binding = ledger.find(account)
        if binding is None or (binding.state is State.RELEASED and not binding.data_closed):
            raise NotBoundError
        if binding.state is not State.ACTIVE:
            raise NumberClosedError
        return binding

    def _bound(
        self,
        ledger: Ledger,
        account: str,
        number: str,
        before: Binding | None,
        event: str,
        *,
        factor: str = "",
        since: dt.datetime | None = None,
    ) -> Binding:
        since = since or self.now
        number_hash = self.keys.number_hash(number)
        stays = before is not None and before.number_hash == number_hash
        after = Binding(
            account=account,
            number=self.keys.seal(number, account),
            number_hash=number_hash,
            number_mask=mask(number),
            bound_at=before.bound_at if before is not None and stays else since,
            verified_at=since,
            state=State.ACTIVE,
            why=event,
            data_closed=False,
            reminded=False,
            version=1 if before is None else before.version + 1,
        )
        ledger.put(after)
        asked = [self._ask(ledger, after, ActionKind.OPEN_DATA)] if before is not None and before.data_closed else []
        self.audit.write(ledger, event, self.now, binding=after, factor=factor, actions=asked)
        return after

    def _released(self, ledger: Ledger, before: Binding, event: str, *, factor: str = "") -> Binding:
        opens = event == "recovered" and before.data_closed
        if before.state is State.RELEASED and not opens:
            return before
        after = replace(
            before,
            number="",
            number_hash="",
            state=State.RELEASED,
            why=event,
            data_closed=before.data_closed and not opens,
            version=before.version + 1,
        )
        ledger.put(after)
        asked = [self._ask(ledger, after, ActionKind.OPEN_DATA)] if opens else []
        self.audit.write(ledger, event, self.now, binding=before, factor=factor, actions=asked)
        return after

    def _ask(
        self,
        ledger: Ledger,
        binding: Binding,
        kind: ActionKind,
        details: Mapping[str, object] = MappingProxyType({}),
        *,
        which: str = "",
    ) -> str:
        key = ":".join(filter(None, (kind.value, self.keys.pseudonym(binding.account), str(binding.version), which)))
        ledger.ask(Action(key=key, kind=kind, account=binding.account, made_at=self.now, details=details))
        return key


def _check(factor: str) -> None:
    over_the_number = "sms" in factor or NO_FACTORS & {factor, *re.split("[-0-9]+", factor)}
    if over_the_number or len(factor) > LONGEST_FACTOR or not re.fullmatch(FACTOR, factor):
        raise NotAFactorError(factor=factor)
