"""20,000 contacts: what reading, storing, reading back and turning them for a phone takes in time and memory.

    .venv/bin/python -m benchmarks.contacts [--contacts 20000] [--photos 2000]

The phone is the model of the tests: SQLite, printed as Content.java prints. A real phone needs half a second or so for
each question besides, four of those for photos at a time; that is not measured here. Each step is a process of its
own; its peak is the kernel's figure (ru_maxrss).
"""

import argparse
import filecmp
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.measuring import Unsealed, measured
from phoneward.phones import Identity, Phone, RecordKind
from phoneward.phones.adb.content import ContentRecords
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records.taking import take_records
from phoneward.snapshots.records.vcard import for_android, read_cards
from tests.phones.contentmodel import Model, model_of

if TYPE_CHECKING:
    from phoneward.phones.adb.shell import Shell

ROWS = (
    ("name", {"data1": "王小明 {n}", "data2": "小明", "data3": "王"}),
    ("phone_v2", {"data1": "+86 138 {n}", "data2": "2", "data4": "+86138{n}"}),
    ("phone_v2", {"data1": "010 {n}", "data2": "0", "data3": "老家"}),
    ("email_v2", {"data1": "m{n}@example.org", "data2": "1"}),
    ("postal-address_v2", {"data1": "1 Road {n}", "data2": "1", "data4": "1 Road {n}", "data7": "Town"}),
    ("organization", {"data1": "ACME {n}", "data4": "Boss"}),
    ("contact_event", {"data1": "--05-14", "data2": "3"}),
    ("note", {"data1": "likes, 面条 {n} 😀\nand more"}),
    ("nickname", {"data1": "小明 {n}"}),
    ("group_membership", {"data1": "1"}),
)
URIS = {
    RecordKind.CONTACTS: "com.android.contacts/contacts",
    RecordKind.RAW_CONTACTS: "com.android.contacts/raw_contacts",
    RecordKind.CONTACT_DATA: "com.android.contacts/data",
    RecordKind.CONTACT_GROUPS: "com.android.contacts/groups",
}
ITEM = "vnd.android.cursor.item/"
PHOTO = b"\xff\xd8" + bytes(range(256)) * 160


def make(place: Path, contacts: int, photos: int) -> None:
    """Fill the phone's database."""
    models = {kind: model_of(uri, str(place)) for kind, uri in URIS.items()}
    rows: dict[RecordKind, list[dict[str, object]]] = {kind: [] for kind in URIS}
    rows[RecordKind.CONTACT_GROUPS].append({"_id": 1, "title": "Family"})
    for n in range(1, contacts + 1):
        rows[RecordKind.CONTACTS].append({"_id": n, "name_raw_contact_id": n, "display_name": f"王小明 {n}"})
        rows[RecordKind.RAW_CONTACTS].append({"_id": n, "contact_id": n, "account_type": "com.google"})
        data = rows[RecordKind.CONTACT_DATA]
        for kind, columns in ROWS:
            told = {name: text.format(n=n) for name, text in columns.items()}
            data.append({"raw_contact_id": n, "mimetype": ITEM + kind, **told})
        if n <= photos:
            data.append({"raw_contact_id": n, "mimetype": ITEM + "photo", "data14": str(n), "data15": b"\0"})
    for kind, model in models.items():
        for row in rows[kind]:
            model.add(**row)
        model.database.commit()


class _Asked:
    identity = Identity("0" * 16, "phone", "adb")

    def __init__(self, place: Path) -> None:
        self._place = place
        self.pictures = 0

    def records(self, kind: RecordKind) -> ContentRecords:
        model = model_of(URIS[kind], str(self._place)) if kind in URIS else Model()
        return ContentRecords(cast("Shell", model), kind)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        del kind, number, limit
        self.pictures += 1
        yield PHOTO


def take(place: Path, target: Path, earlier: Path | None) -> str:
    """Read all contacts from the phone and write the file."""
    asked = _Asked(place)
    with ExitStack() as stack, target.open("wb") as stream:
        before = stack.enter_context(earlier.open("rb")) if earlier is not None else None
        found = take_records(
            *(cast("Phone", asked), Unsealed(), Gaps(), lambda _event: None, stack),
            earlier=lambda path: before if path.endswith(b"contacts.vcf") else None,
        )
        (contacts,) = [one for one in found if one.file.name == b"contacts.vcf"]
        stream.writelines(contacts.text())
    return f"{contacts.coverage[0].kept:,} kept, {target.stat().st_size:,} bytes, {asked.pictures:,} photos asked for"


def read(target: Path) -> str:
    """Read the file back, both times."""
    return f"{sum(1 for _card in read_cards(target)):,} read"


def turn(target: Path) -> str:
    """Turn it into vCard 3.0 for a phone."""
    return f"{sum(map(len, for_android(target))):,} bytes"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--photos", type=int, default=2_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, target, again = Path(folder, "contacts.db"), Path(folder, "contacts.vcf"), Path(folder, "again.vcf")
        print(measured(make, place, chosen.contacts, chosen.photos), flush=True)
        print(measured(take, place, target, None), flush=True)
        print(measured(take, place, again, target), flush=True)
        print(f"the same bytes: {filecmp.cmp(target, again, shallow=False)}", flush=True)
        print(measured(read, target), flush=True)
        print(measured(turn, target), flush=True)


if __name__ == "__main__":
    main()
