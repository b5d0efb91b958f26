"""Half a million text messages: what reading, storing and reading back takes in time and memory.

    .venv/bin/python -m benchmarks.records [--messages 500000]

The phone is the model of the tests: SQLite, printed as Content.java prints. A real phone needs half a second or so for
each of its 2 questions per 1,000 messages besides; that is not measured here. Each step is a process of its own; its
peak is the kernel's figure (ru_maxrss).
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.measuring import Unsealed, measured
from phoneward.phones import Identity, Phone, RecordKind
from phoneward.phones.adb.content import ContentRecords
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records import SMS, read_records
from phoneward.snapshots.records.taking import take_records
from tests.phones.contentmodel import Model

if TYPE_CHECKING:
    from phoneward.phones.adb.shell import Shell

DATE = 1_700_000_000_123
TEXT = "面条 at seven? 😀 Bring, if you can, wine = two bottles.\nSee you & take care"


def make(place: Path, messages: int) -> None:
    """Fill the phone's database."""
    model = Model(place=str(place))
    rows = (
        (n, n % 500, f"+86138{n % 500:08d}", DATE + n * 1000, 1 + n % 2, f"{n} {TEXT}") for n in range(1, messages + 1)
    )
    model.database.executemany("INSERT INTO sms (_id, thread_id, address, date, type, body) VALUES (?,?,?,?,?,?)", rows)
    model.database.commit()


def take(place: Path, target: Path) -> str:
    """Read all messages from the phone and write the file."""

    class Asked:
        identity = Identity("0" * 16, "phone", "adb")

        def records(self, kind: RecordKind) -> ContentRecords:
            shell = Model(place=str(place)) if kind is RecordKind.SMS else Model()
            return ContentRecords(cast("Shell", shell), kind)

    with ExitStack() as stack, target.open("wb") as stream:
        found = take_records(cast("Phone", Asked()), Unsealed(), Gaps(), lambda _event: None, stack)
        stream.writelines(found[0].text())
    return f"{found[0].coverage[0].kept:,} kept, {target.stat().st_size:,} bytes"


def read(target: Path) -> str:
    """Read the file back, both times."""
    return f"{sum(1 for _record in read_records(target, SMS)):,} read"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=500_000)
    messages: int = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        place, target = Path(folder, "sms.db"), Path(folder, "sms.xml")
        print(measured(make, place, messages), flush=True)
        print(measured(take, place, target), flush=True)
        print(measured(read, target), flush=True)


if __name__ == "__main__":
    main()
