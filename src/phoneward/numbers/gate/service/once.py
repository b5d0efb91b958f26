"""What is done once and then ends: a look at the configuration, the job, the audit log."""

import asyncio
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import Desk, Store
from phoneward.numbers.gate.deciding import Gate
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.service.errors import AuditExportError, NotANotedHeadError
from phoneward.numbers.gate.service.job import Job
from phoneward.numbers.gate.service.notices import Heard, work_off
from phoneward.numbers.gate.service.opening import make_gate, open_store
from phoneward.numbers.gate.service.server import check_tls
from phoneward.numbers.gate.service.settings import Settings

_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64}|)")


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did.

    Attributes:
        numbers: lines of the list.
        suspended: accounts in which the number is suspended by this run.
        reminders: asked for by this run.
    """

    numbers: int
    suspended: int
    reminders: int


def check(settings: Settings) -> None:
    """Make sure that all that the configuration names can be used.

    Raises:
        PhonewardError: it says what cannot.
    """
    check_tls(settings)
    asyncio.run(make_gate(settings).aclose())
    with open_store(settings):
        pass


def run_once(settings: Settings, notices: Path | None) -> Ran:
    """Work off a list of cancelled numbers, then ask for the reminders that are due.

    Raises:
        NoticeListError: the list is none; nothing was done.
        StoreError: the database cannot be used; run it again.
    """
    with open_store(settings) as (store, keys):
        heard = Heard(0, 0)
        if notices is not None:
            heard = work_off(notices, store, keys, lambda: dt.datetime.now(dt.UTC))
        return Ran(heard.numbers, heard.suspended, asyncio.run(_remind(settings, store, keys)))


async def _remind(settings: Settings, store: Store, keys: Keys) -> int:
    desk = Desk(store)
    try:
        keeper = Gatekeeper(desk=desk, decider=Gate(()), policy=settings.policy, keys=keys)
        return await Job(keeper, settings.lifecycle).remind()
    finally:
        desk.close()


def check_audit(settings: Settings, noted: str | None, export: Path | None) -> audit.Checked:
    """Check the audit log, and write it out.

    Args:
        settings: of the service.
        noted: `ENTRIES:HEAD` of an earlier check; None for none.
        export: a file for it; None for none.

    Raises:
        NotANotedHeadError: `noted` is no such thing.
        AuditExportError: the file cannot be written.
        StoreError: the database cannot be used.
    """
    earlier = None
    if noted is not None:
        found = _HEAD.fullmatch(noted.strip())
        if found is None:
            raise NotANotedHeadError(noted=readable(noted))
        earlier = (int(found[1]), found[2])
    with open_store(settings) as (store, keys):
        if export is not None:
            try:
                with export.open("w", encoding="ascii", newline="\n") as file:
                    audit.export(store, file)
            except OSError as error:
                problem = error.strerror or type(error).__name__
                raise AuditExportError(path=readable(str(export)), problem=problem) from error
        return audit.check(store, keys, earlier)
