"""What is read and written within one transaction: the same statements for every database."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from phoneward.numbers.gate.bindings.binding import Action, ActionKind, Binding, State

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Any, ...]  # Any: columns of several types; each reader below knows its own
Execute: TypeAlias = Callable[[str, Sequence[Cell]], list[Row]]
"""Runs one statement with `?` for its parameters and returns its rows."""

_ROWS_AT_ONCE: Final = 200
_COLUMNS: Final = (
    "account, number, number_hash, number_mask, bound_at, verified_at, state, why, data_closed, reminded, version"
)


@dataclass(slots=True)
class Head:
    """How far the audit log and the outbox have come."""

    audit_seq: int
    audit_chain: str
    outbox_seq: int


class Ledger:
    """The tables, within a transaction.

    Args:
        execute: runs a statement in it.
        head: locked by it; None where it only reads.
    """

    def __init__(self, execute: Execute, head: Head | None = None) -> None:
        self._execute = execute
        self._head = head
        self._unwritten: list[tuple[int, str, str]] = []

    @property
    def head(self) -> Head:
        """How far the logs have come; the store writes it back before it commits."""
        if self._head is None:
            raise RuntimeError("a transaction that reads does not write")
        return self._head

    def mark(self) -> tuple[Head, int]:
        """Return where the logs stand, for `go_back`."""
        return replace(self.head), len(self._unwritten)

    def go_back(self, mark: tuple[Head, int]) -> None:
        """Forget what was logged since, where the database forgets it too."""
        self._head, unwritten = mark
        del self._unwritten[unwritten:]

    def flush(self) -> None:
        """Write the entries of the audit log that are not written yet, all with one statement."""
        rows, self._unwritten = self._unwritten, []
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            places = ", ".join(["(?, ?, ?)"] * len(some))
            self._execute(f"INSERT INTO audit VALUES {places}", [cell for row in some for cell in row])  # noqa: S608

    def find(self, account: str) -> Binding | None:
        """Return an account's binding."""
        rows = self._execute(f"SELECT {_COLUMNS} FROM bindings WHERE account = ?", [account])  # noqa: S608 - ours
        return _binding(rows[0]) if rows else None

    def find_by_number(self, number_hash: str) -> list[Binding]:
        """Return the bindings of a number, of all accounts."""
        sql = f"SELECT {_COLUMNS} FROM bindings WHERE number_hash = ? ORDER BY account"  # noqa: S608 - ours
        return [_binding(row) for row in self._execute(sql, [number_hash])]

    def find_stale(self, before: dt.datetime, limit: int) -> list[Binding]:
        """Return active bindings that were last verified before a time, and whose owners were not reminded since."""
        sql = (
            f"SELECT {_COLUMNS} FROM bindings "  # noqa: S608 - ours
            "WHERE state = 'active' AND reminded = 0 AND verified_at < ? ORDER BY verified_at LIMIT ?"
        )
        return [_binding(row) for row in self._execute(sql, [written(before), limit])]

    def put(self, binding: Binding) -> None:
        """Write a binding, in the place of the account's earlier one."""
        names = _COLUMNS.split(", ")
        cells: list[Cell] = [
            binding.account, binding.number, binding.number_hash, binding.number_mask, written(binding.bound_at),
            written(binding.verified_at), binding.state.value, binding.why, int(binding.data_closed),
            int(binding.reminded), binding.version,
        ]  # fmt: skip
        self._execute(
            f"INSERT INTO bindings ({_COLUMNS}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608 - ours
            f"ON CONFLICT (account) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])}",
            cells,
        )

    def count(self) -> dict[State, int]:
        """Return how many bindings there are of each state."""
        found: dict[str, int] = dict(self._execute("SELECT state, COUNT(*) FROM bindings GROUP BY state", []))
        return {state: found.get(state.value, 0) for state in State}

    def add_session(self, account: str, session: str, opened_at: dt.datetime) -> bool:
        """Note a session that the number opened; False where it is noted already."""
        sql = "INSERT INTO sessions VALUES (?, ?, ?) ON CONFLICT (account, session) DO NOTHING RETURNING 1"
        return bool(self._execute(sql, [account, session, written(opened_at)]))

    def sessions(self, account: str) -> list[str]:
        """Return the open sessions that the number opened, oldest first."""
        sql = "SELECT session FROM sessions WHERE account = ? ORDER BY opened_at, session"
        return [str(row[0]) for row in self._execute(sql, [account])]

    def drop_session(self, account: str, session: str) -> bool:
        """Forget one session; False where it was not known."""
        return bool(
            self._execute("DELETE FROM sessions WHERE account = ? AND session = ? RETURNING 1", [account, session])
        )

    def drop_sessions(self, account: str) -> None:
        """Forget an account's sessions."""
        self._execute("DELETE FROM sessions WHERE account = ?", [account])

    def ask(self, action: Action) -> bool:
        """Put something into the outbox; False where the same was asked before."""
        made = self._execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (key) DO NOTHING RETURNING 1",
            [self.head.outbox_seq + 1, action.key, action.kind.value, action.account, written(action.made_at),
             compact(action.details)],
        )  # fmt: skip
        self.head.outbox_seq += len(made)
        return bool(made)

    def waiting(self, limit: int) -> list[Action]:
        """Return what the service has not acknowledged, oldest first."""
        sql = "SELECT key, kind, account, made_at, details FROM outbox WHERE done_at IS NULL ORDER BY seq LIMIT ?"
        return [_action(*row) for row in self._execute(sql, [limit])]

    def done(self, key: str, at: dt.datetime) -> Action | None:
        """Mark an action as carried out; None where there is none of that key, or it was marked before."""
        sql = (
            "UPDATE outbox SET done_at = ? WHERE key = ? AND done_at IS NULL RETURNING kind, account, made_at, details"
        )
        for kind, account, made, details in self._execute(sql, [written(at), key]):
            return _action(key, kind, account, made, details)
        return None

    def append(self, entry: str, chain: str) -> int:
        """Write the next entry of the audit log and return its number."""
        self.head.audit_seq += 1
        self.head.audit_chain = chain
        self._unwritten.append((self.head.audit_seq, entry, chain))
        return self.head.audit_seq

    def entries(self, after: int, limit: int) -> list[tuple[int, str, str]]:
        """Return entries of the audit log behind a number: number, entry, chain."""
        sql = "SELECT seq, entry, chain FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"
        return [(int(seq), str(entry), str(chain)) for seq, entry, chain in self._execute(sql, [after, limit])]

    def key_check(self) -> str:
        """Return by which the secret is known that these rows were written with; empty where none was yet."""
        return str(self._execute("SELECT key_check FROM head", [])[0][0])

    def set_key_check(self, check: str) -> None:
        """Write it down, once."""
        self._execute("UPDATE head SET key_check = ? WHERE key_check = ''", [check])

    def last_entry(self) -> tuple[int, str]:
        """Return number and chain of the newest entry, as the head has them."""
        ((seq, chain),) = self._execute("SELECT audit_seq, audit_chain FROM head", [])
        return int(seq), str(chain)


def written(time: dt.datetime) -> str:
    """Return a time as the tables have it."""
    # Not strftime: its %Y has fewer than four digits for early years, and then neither sorts nor can be read.
    return time.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def compact(details: Mapping[str, object]) -> str:
    """Return JSON that is the same for the same content."""
    return json.dumps(dict(details), ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _action(key: str, kind: str, account: str, made: str, details: str) -> Action:
    return Action(key=key, kind=ActionKind(kind), account=account, made_at=_read(made), details=json.loads(details))


def _read(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _binding(row: Row) -> Binding:
    account, number, number_hash, number_mask, bound, verified, state, why, closed, reminded, version = row
    return Binding(
        account=account,
        number=number,
        number_hash=number_hash,
        number_mask=number_mask,
        bound_at=_read(bound),
        verified_at=_read(verified),
        state=State(state),
        why=why,
        data_closed=bool(closed),
        reminded=bool(reminded),
        version=version,
    )
