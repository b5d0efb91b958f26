"""restic finds the same names in the same snapshots as the catalogue's search and versions."""

import os
import random
from pathlib import Path

from phoneward.snapshots import Catalogue
from tests.interop.treewriter import PASSWORD, new_repository, store_folder
from tests.tools.restic import Restic


def _change(folder: Path, chance: random.Random) -> None:
    """Live on for a day: names appear, change and vanish, also such as hurt."""
    for _number in range(25):
        place = folder / chance.choice(["DCIM", "DCIM/Camera", "微信/记录", "Music"])
        place.mkdir(parents=True, exist_ok=True)
        name = chance.choice([b"IMG_%d.jpg", "记录_%d.txt".encode(), b"new\nline%d", b"\xff%d", b"Song %d.MP3"])
        path = os.path.join(os.fsencode(place), name % chance.randrange(6))
        if chance.random() < 0.3 and os.path.exists(path):
            os.unlink(path)
        else:
            Path(os.fsdecode(path)).write_bytes(b"%d" % chance.randrange(3))


def _as_go_prints(path: bytes) -> str:
    return "".join("\ufffd" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in path.decode("utf-8", "surrogateescape"))


def test_the_same_names_in_the_same_snapshots(restic_program: Path, tmp_path: Path) -> None:
    source = tmp_path / "phone"
    source.mkdir()
    repo = new_repository(tmp_path / "vault")
    chance = random.Random(11)
    catalogue = Catalogue(repo, tmp_path / "cache")
    for day in range(6):
        _change(source, chance)
        store_folder(repo, source, time_ns=(1_700_000_000 + day * 86_400) * 10**9)
        if day == 3:
            assert catalogue.build()
    repo.load_index()
    assert catalogue.build()
    judge = Restic(restic_program, tmp_path / "vault", PASSWORD, tmp_path / "restic-cache")
    for ours, theirs in (("*.jpg", "*.jpg"), ("记录", "*记录*"), ("mp3", "*mp3*"), ("line", "*line*"), ("*", "*")):
        found: dict[str, set[tuple[str, int]]] = {}
        # What lies in a folder that matches is found by restic, too: only names themselves are compared.
        for group in judge.json("find", "--no-lock", "--ignore-case", "--", theirs):
            for match in group["matches"]:
                if ours == "*" or theirs.strip("*").lower() in match["path"].rpartition("/")[2].lower():
                    found.setdefault(match["path"], set()).add((group["snapshot"], match.get("size", 0)))
        page = catalogue.search(ours, 1, 1_000).page
        assert {_as_go_prints(row.path) for row in page.rows} == set(found), ours
        assert page.total == len(page.rows) > 2
        for row in page.rows:
            (history,) = catalogue.versions(row.path)
            held = {
                (str(info.snapshot.id), version.size or 0) for version in history.versions for info in version.snapshots
            }
            assert held == found[_as_go_prints(row.path)], row.path
            assert row.snapshots == len(held)
