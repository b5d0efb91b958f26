"""The audit log: what was asked, decided and done; provable; no number, account's name, token or code stands in it.

Each entry is chained with the one before it by a keyed hash (HMAC-SHA-256): whoever changes, removes or slips in one
without the service's secret breaks the chain. An end that was cut off, or a whole older state put back, shows only
against a head that was noted elsewhere (`check` takes it).
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TextIO

from phoneward.numbers.gate.bindings.binding import Binding
from phoneward.numbers.gate.bindings.ledger import Ledger, compact, written
from phoneward.numbers.gate.bindings.store import Store
from phoneward.numbers.gate.keys import Keys

EVENTS: Final = (
    "asked", "bound", "rebound", "verified", "suspended", "recovered", "released", "session-opened", "session-refused",
    "session-ended", "notice", "reminded", "action-done",
)  # fmt: skip
"""What may happen. A test holds the reference against it."""
_PAGE: Final = 500
_HASH_SHOWN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What looking through the log came to.

    Attributes:
        entries: how many are sound, from the first.
        head: what the last of them is chained with; note it elsewhere, to prove later that nothing before it changed.
        problem: what is wrong behind them: ``, `chain`, `gap`, `cut`, `noted-head`.
    """

    entries: int
    head: str
    problem: str = ""


class Audit:
    """Writes entries.

    Args:
        keys: of the service.
        caller: who asks the gate, as its configuration calls them.
    """

    def __init__(self, keys: Keys, caller: str = "") -> None:
        self._keys = keys
        self._caller = caller

    def write(
        self, ledger: Ledger, event: str, at: dt.datetime, *, binding: Binding | None = None, account: str = "",
        **more: object,
    ) -> None:  # fmt: skip
        """Write one entry, in the transaction of what it tells.

        Args:
            ledger: of the transaction.
            event: one of `EVENTS`.
            at: aware.
            binding: whose number it is about.
            account: where there is no binding.
            more: what else there is to say; never a number, an account's name, a token or a code. Empty values are
                left out.
        """
        if event not in EVENTS:
            raise ValueError(event)
        entry: dict[str, object] = {"time": written(at), "event": event, "caller": self._caller, **more}
        if binding is not None:
            account = binding.account
            entry |= {"number": binding.number_mask, "number_hash": binding.number_hash[:_HASH_SHOWN]}
        if account:
            entry["account"] = self._keys.pseudonym(account)
        text = compact({name: value for name, value in entry.items() if value not in ("", None, [], ())})
        ledger.append(text, self._keys.chained(ledger.head.audit_chain, text))


def check(store: Store, keys: Keys, noted: tuple[int, str] | None = None) -> Checked:
    """Look through the whole log.

    Args:
        store: whose.
        keys: of the service.
        noted: number of entries and head of an earlier check that was noted elsewhere.

    Raises:
        StoreError: the database cannot be used.
    """
    last, head = store.read(lambda ledger: ledger.last_entry())
    seen, chain = 0, ""
    fits = noted is None or noted == (0, "")
    for seq, entry, chained in _rows(store):
        if seq > last:
            break  # came while we looked
        if seq != seen + 1:
            return Checked(entries=seen, head=chain, problem="gap")
        if keys.chained(chain, entry) != chained:
            return Checked(entries=seen, head=chain, problem="chain")
        seen, chain = seq, chained
        fits = fits or noted == (seen, chain)
    if (seen, chain) != (last, head):
        return Checked(entries=seen, head=chain, problem="cut")
    return Checked(entries=seen, head=chain, problem="" if fits else "noted-head")


def export(store: Store, to: TextIO) -> int:
    """Write the log as JSON lines, with number and chain of each entry; returns how many.

    Raises:
        StoreError: the database cannot be used.
    """
    count = 0
    for seq, entry, chain in _rows(store):
        content: Mapping[str, object] = json.loads(entry)
        to.write(compact({"seq": seq, **content, "chain": chain}) + "\n")
        count += 1
    return count


def _rows(store: Store) -> Iterator[tuple[int, str, str]]:
    after = 0
    while True:
        rows = store.read(lambda ledger, after=after: ledger.entries(after, _PAGE))  # type: ignore[misc]
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]
