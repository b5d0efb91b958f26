"""Half a million text messages, 5,000 with pictures: what reading, storing and reading back takes in time and memory.

    .venv/bin/python -m benchmarks.records [--messages 500000] [--pictures 5000]

The phone is the model of the tests: SQLite, printed as Content.java prints. A real phone needs half a second or so for
each question besides, of which four run at a time where they are about single messages; that is not measured here.
Printed are their numbers: at a first snapshot, and at a second one where nothing changed. Each step is a process of its
own; its peak is the kernel's figure (ru_maxrss).
"""

import argparse
import filecmp
import itertools
import random
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.measuring import Unsealed, measured
from phoneward.phones import Identity, Phone, Record, RecordKind
from phoneward.phones.adb.addresses import message_addresses
from phoneward.phones.adb.content import ContentRecords
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records import SMS, read_records
from phoneward.snapshots.records.mms_reading import Part, read_mms
from phoneward.snapshots.records.taking import take_records
from tests.phone.providers import PROVIDERS
from tests.phones.contentmodel import Model

if TYPE_CHECKING:
    from phoneward.phones.adb.shell import Shell

DATE = 1_700_000_000_123
PICTURE = 100_000
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
            if kind in TABLES_OF_PICTURES:
                shell = _model(kind, ":memory:")
            else:
                shell = Model(place=str(place)) if kind is RecordKind.SMS else Model()
            return ContentRecords(cast("Shell", shell), kind)

    with ExitStack() as stack, target.open("wb") as stream:
        found = take_records(cast("Phone", Asked()), Unsealed(), Gaps(), lambda _event: None, stack)
        stream.writelines(found[0].text())
    return f"{found[0].coverage[0].kept:,} kept, {target.stat().st_size:,} bytes"


TABLES_OF_PICTURES = {
    RecordKind.MMS: next(one for one in PROVIDERS if one.uri == "mms"),
    RecordKind.MMS_PARTS: next(one for one in PROVIDERS if one.uri == "mms/part"),
    RecordKind.MMS_ADDRESSES: next(one for one in PROVIDERS if one.uri == "mms/#/addr"),
}


def _model(kind: RecordKind, place: str) -> Model:
    provider = TABLES_OF_PICTURES[kind]
    create = f"CREATE TABLE IF NOT EXISTS {provider.table} ({provider.columns})"
    return Model(place=place, table=provider.table, create=create, mute=True)


def make_pictures(place: Path, pictures: int) -> None:
    """Fill the phone's databases: each message with a picture and a text, from one to one."""
    models = {kind: _model(kind, str(place)).database for kind in TABLES_OF_PICTURES}
    numbers = range(1, pictures + 1)
    models[RecordKind.MMS].executemany(
        "INSERT INTO pdu (_id, thread_id, date, msg_box, m_type, m_id, ct_t) VALUES (?,?,?,1,132,?,?)",
        ((n, n % 100, DATE // 1000 + n, f"m{n}", "application/vnd.wap.multipart.related") for n in numbers),
    )
    models[RecordKind.MMS].commit()
    rows: list[tuple[object, ...]] = [(2 * n, n, "text/plain", None, TEXT) for n in numbers]
    rows += [(2 * n + 1, n, "image/jpeg", f"/data/app_parts/PART_{DATE + n}", None) for n in numbers]
    models[RecordKind.MMS_PARTS].executemany("INSERT INTO part (_id, mid, ct, _data, text) VALUES (?,?,?,?,?)", rows)
    models[RecordKind.MMS_PARTS].commit()
    people = [(2 * n, n, f"+86138{n:08d}", 137) for n in numbers]
    people += [(2 * n + 1, n, "+8613900139000", 151) for n in numbers]
    models[RecordKind.MMS_ADDRESSES].executemany(
        "INSERT INTO addr (_id, msg_id, address, type, charset) VALUES (?,?,?,?,106)", people
    )
    models[RecordKind.MMS_ADDRESSES].commit()


class _Pictures:
    """A phone with messages with pictures only; counts the questions."""

    identity = Identity("0" * 16, "phone", "adb")

    def __init__(self, place: Path) -> None:
        self._place = str(place)
        self._models: list[Model] = []
        self._own = threading.local()
        self._reads = itertools.count()

    def records(self, kind: RecordKind) -> ContentRecords:
        model = _model(kind, self._place) if kind in TABLES_OF_PICTURES else Model()
        self._models.append(model)
        return ContentRecords(cast("Shell", model), kind)

    def message_addresses(self, number: int) -> Sequence[Record]:
        if not hasattr(self._own, "model"):
            self._own.model = _model(RecordKind.MMS_ADDRESSES, self._place)
            self._models.append(self._own.model)
        model: Model = self._own.model
        model.table = f"(SELECT * FROM addr WHERE msg_id={number})"  # noqa: S608 - a number
        return message_addresses(cast("Shell", model), number)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        del kind, limit
        next(self._reads)
        yield random.Random(number).randbytes(PICTURE)

    @property
    def questions(self) -> int:
        return sum(len(model.asked) for model in self._models) + next(self._reads)


def take_pictures(place: Path, target: Path, earlier: Path | None) -> str:
    """Read all messages with pictures and write the file."""
    phone = _Pictures(place)
    with ExitStack() as stack, target.open("wb") as stream:
        found = take_records(
            cast("Phone", phone),
            Unsealed(),
            Gaps(),
            lambda _event: None,
            stack,
            earlier=lambda path: (
                stack.enter_context(earlier.open("rb")) if earlier is not None and path.endswith(b"sms.xml") else None
            ),
        )
        stream.writelines(found[0].text())
    if earlier is not None and not filecmp.cmp(earlier, target, shallow=False):
        raise RuntimeError("another file than the one before")
    kept = found[0].coverage[1].kept
    return f"{kept:,} kept, {target.stat().st_size:,} bytes, {phone.questions:,} questions"


def read_pictures(target: Path) -> str:
    """Read the file back, both times."""
    return f"{sum(isinstance(one, Part) for one in read_mms(target)):,} parts read"


def read(target: Path) -> str:
    """Read the file back, both times."""
    return f"{sum(1 for _record in read_records(target, SMS)):,} read"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--pictures", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, target = Path(folder, "sms.db"), Path(folder, "sms.xml")
        second, mms = Path(folder, "again.xml"), Path(folder, "mms.db")
        steps: tuple[tuple[Callable[..., str | None], tuple[object, ...]], ...] = (
            (make, (place, options.messages)),
            (take, (place, target)),
            (read, (target,)),
            (make_pictures, (mms, options.pictures)),
            (take_pictures, (mms, target, None)),
            (take_pictures, (mms, second, target)),
            (read_pictures, (target,)),
        )
        for work, arguments in steps:
            print(measured(work, *arguments), flush=True)


if __name__ == "__main__":
    main()
