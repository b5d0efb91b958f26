"""What is done without being asked: owners are reminded before their last verification is too old."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Final

from phoneward.numbers.gate.bindings.errors import StoreError
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service.settings import LifecycleTable

BATCH: Final = 500
CALLER: Final = "job"
"""Who the audit log says it was."""


class Job:
    """The job of one service; several processes may run it over one database.

    Args:
        keeper: whose bindings.
        table: when.
        on_error: is told that the database could not be used; the job goes on at its next turn.
    """

    def __init__(
        self, keeper: Gatekeeper, table: LifecycleTable, on_error: Callable[[StoreError], None] = lambda _error: None
    ) -> None:
        self._keeper = keeper
        self._table = table
        self._on_error = on_error

    async def run(self) -> None:
        """Do it now and again, until cancelled."""
        while True:
            try:
                await self.remind()
            except Exception as error:  # noqa: BLE001 - the job must live, and say why it could not do its work
                self._on_error(error if isinstance(error, StoreError) else StoreError(problem=type(error).__name__))
            await asyncio.sleep(self._table.every_s)

    async def remind(self) -> int:
        """Ask for every reminder that is due, a few hundred in one transaction; returns how many.

        Raises:
            StoreError: the database cannot be used; what was asked for until then stays asked for.
        """
        days = self._table.stale_after_days - self._table.remind_days_before
        reminded = 0
        while True:
            steps = self._keeper.lifecycle(CALLER)
            before = steps.now - dt.timedelta(days=days)
            count = await self._keeper.desk.write(lambda ledger: steps.remind(ledger, before, BATCH))  # noqa: B023
            reminded += count
            if count < BATCH:
                return reminded
