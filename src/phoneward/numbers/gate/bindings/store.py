"""Where bindings rest, whatever the database."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol, TypeAlias, TypeVar

from phoneward.numbers.gate.bindings import schema
from phoneward.numbers.gate.bindings.errors import StoreTooNewError
from phoneward.numbers.gate.bindings.ledger import Execute, Head, Ledger

T = TypeVar("T")
Work: TypeAlias = Callable[[Ledger], object]


class Store(Protocol):
    """Bindings, sessions, outbox and audit log of one service.

    - A `write` MUST be all there or not there at all, whatever is killed when, and MUST be on disk when it returns.
    - Writers MUST come one after the other, also those of other processes: each sees all that was written before.
    - A `read` MUST see one state, and MUST NOT wait for a writer.
    - `write_each` MUST do each work wholly or not at all, each by itself, and all of them on disk when it returns.
    - Every method MUST be callable from several threads, and raise `StoreError` where the database cannot be used.
    """

    def read(self, work: Callable[[Ledger], T]) -> T:
        """Return what a work that only reads returns."""
        ...

    def write(self, work: Callable[[Ledger], T]) -> T:
        """Do a work and return what it returns; where it raises, nothing was done."""
        ...

    def write_each(self, works: Sequence[Work]) -> list[object]:
        """Do several with one wait for the disk; returns what each returned, or the exception that it raised."""
        ...

    def close(self) -> None:
        """Let the database go."""
        ...


class SqlStore(ABC):
    """A `Store` over a database that speaks SQL; the kinds say how to connect."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Execute]:
        """Open a transaction that sees one state."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Execute]:
        """Open a transaction that commits at its end; no other writer is under way once `head` was read in it."""

    @property
    @abstractmethod
    def _read_head(self) -> str:
        """The statement that reads the head, and keeps other writers out."""

    @abstractmethod
    def close(self) -> None:
        """Let the database go."""

    def read(self, work: Callable[[Ledger], T]) -> T:
        """See `Store`."""
        with self._reading() as execute:
            return work(Ledger(execute))

    def write(self, work: Callable[[Ledger], T]) -> T:
        """See `Store`."""
        with self._locked() as (_execute, ledger):
            return work(ledger)

    def write_each(self, works: Sequence[Work]) -> list[object]:
        """See `Store`."""
        # Nearly always all can be done, and then no savepoints are needed. If one cannot, nothing was done so far, and
        # all begin anew, each with its savepoint.
        with contextlib.suppress(Exception):
            return self.write(lambda ledger: [work(ledger) for work in works])
        done: list[object] = []
        with self._locked() as (execute, ledger):
            for work in works:
                before = ledger.mark()
                execute("SAVEPOINT work", [])
                try:
                    done.append(work(ledger))
                except Exception as error:  # noqa: BLE001 - handed to whoever wanted the work done
                    execute("ROLLBACK TO SAVEPOINT work", [])
                    ledger.go_back(before)
                    done.append(error)
                execute("RELEASE SAVEPOINT work", [])
        return done

    @contextlib.contextmanager
    def _locked(self) -> Iterator[tuple[Execute, Ledger]]:
        with self._writing() as execute:
            ((version, *rest),) = execute(self._read_head, [])
            if version != schema.VERSION:
                raise StoreTooNewError(version=version)
            ledger = Ledger(execute, Head(*rest))
            before = replace(ledger.head)
            yield execute, ledger
            ledger.flush()
            head = ledger.head
            if head != before:
                execute(
                    "UPDATE head SET audit_seq = ?, audit_chain = ?, outbox_seq = ?",
                    [head.audit_seq, head.audit_chain, head.outbox_seq],
                )
