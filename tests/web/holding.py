"""A small vault as pages have to bear it: hostile names and pictures, a file in three versions, a cut-short backup."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    Area,
    Coverage,
    Gap,
    GapReason,
    Proof,
    ProofLevel,
    RecordCoverage,
    State,
    StorageCoverage,
    Totals,
    encode_coverage,
)
from phoneward.vault import LocalStorage, Repository, Snapshot, open_repository
from tests.snapshots.catalogue.histories import File, Link, Tree, put_snapshot
from tests.web.site import PASSWORD, Site, make_settings, serving

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 64
POLYGLOT = b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HUGE_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0"
HTML = b"<html><script>alert(1)</script></html>"
HOSTILE = {
    b"line\nend.txt": File(b"newline"),
    b"<script>alert(1)<script>.jpg": File(JPEG),
    "bidi\u202egpj.exe".encode(): File(b"bidi"),
    b"not \xff\xfe utf-8": File(b"bytes"),
    b"a%2F..%2Fb?c#d&e=f+g": File(b"odd"),
    b'quote"; filename="x.html': File(HTML),
    b"back\\slash": File(b"back"),
    b"%n\x1b[31m": File(b"escape"),
    b"x" * 3500: File(b"long"),
}
PICTURES: Tree = {
    b"photo.jpg": File(JPEG),
    b"polyglot.html": File(POLYGLOT),
    b"drawing.svg": File(SVG),
    b"huge.png": File(HUGE_PNG),
    b"page.jpg": File(HTML),
    b"anim.gif": File(b"GIF89a" + b"\0" * 20),
    b"new.webp": File(b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 20),
}
RECORDS: Tree = {
    b"sms.xml": File(
        b"<smses count='2'>\n<sms body='a' date='1600000000000'/>\n<sms date='1700000000000'/>\n</smses>\n"
    ),
    b"calls.xml": File(b"<calls count='7'></calls>"),
}
"""Two messages, and calls of which a part is lost."""
LONG = "马".encode() * 85
"""255 bytes, the most a name has; 765 in an address."""
MANY = 450
GAPS = 230


@dataclass(frozen=True)
class Holding:
    """The vault, its snapshots (oldest first), and the server over it; another phone's is `tablet`, by its ID."""

    site: Site
    repo: Repository
    snapshots: list[Snapshot]
    partial: Snapshot
    tablet: str

    @property
    def newest(self) -> str:
        """The ID of the newest whole snapshot."""
        return self.snapshots[-1].id or ""


def tree(notes: bytes | None) -> Tree:
    """Return a phone with a file that changes."""
    documents: Tree = {b"same.txt": File(b"same")} | ({} if notes is None else {b"notes.txt": File(notes)})
    deep: Tree = {b"end.txt": File(b"deep")}
    for _level in range(6):
        deep = {LONG: deep}
    return {
        b"coverage.json": File(encode_coverage(coverage())),
        b"shared": {
            b"Documents": documents,
            b"Hostile": dict(HOSTILE),
            b"Many": {b"IMG_%04d.jpg" % number: File(b"picture") for number in range(MANY)},
            b"Pictures": dict(PICTURES),
            b"Deep": deep,
            b"link": Link(b"/etc/passwd"),
        },
    }


def coverage() -> Coverage:
    """Return a coverage document with more rows than a page holds."""
    when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    apps = [
        AppCoverage(
            f"com.example.app{number:03}" if number else "com.tencent.mm",
            0,
            "1",
            1,
            False,
            State.OUT_OF_REACH if number % 2 else State.KEPT,
            "private-out-of-reach" if number % 2 else "all-kept",
            "look-in-app" if number % 2 else "nothing",
            ApkState.KEPT,
            1,
            1000 * number,
            None,
            number if number % 2 else None,
        )
        for number in range(120)
    ]
    gaps = [Gap(f"/sdcard/<b>gap{number:03}", GapReason.DENIED) for number in range(GAPS)]
    return Coverage(
        1,
        "phone",
        "My phone",
        when,
        False,
        False,
        Proof(ProofLevel.STORED, when),
        Totals(5, 500, 0, 700, 1, 0),
        [
            StorageCoverage(
                Area.SHARED, "0", "", "/shared", "/sdcard", State.PART, "some-missing", "see-gaps", 5, 500, None, GAPS
            )
        ],
        apps,
        {GapReason.DENIED: GAPS + 7},
        gaps,
        {},
        records=[RecordCoverage("sms", "/records/sms.xml", State.KEPT, "", "nothing", 1234, 0, "14")],
    )


@contextmanager
def holding(folder: Path, *, password: str | None = PASSWORD) -> Iterator[Holding]:
    """Serve such a vault."""
    settings = make_settings(folder, password=password)
    repo = open_repository(LocalStorage(folder / "vault"), PASSWORD)
    repo.load_index()
    made = [put_snapshot(repo, tree(notes), day=2 * day) for day, notes in enumerate((b"one", b"two!", None))]
    of_tablet: Tree = {b"shared": {b"tablet.txt": File(b"t")}, b"records": dict(RECORDS)}
    tablet = put_snapshot(repo, of_tablet, day=1, device="tablet", label="<i>Tablet</i>")
    partial = put_snapshot(repo, tree(b"one"), day=3, partial=True)
    with serving(settings) as site:
        yield Holding(site, repo, made, partial, tablet.id or "")
