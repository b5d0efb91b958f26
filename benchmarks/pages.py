"""How long the real server takes for its pages, on a vault of 1,000 snapshots and 1,000,000 files.

    .venv/bin/python -m benchmarks.pages VAULT [--requests 100] [--cold-runs 5] [--only NAME]

VAULT and its cache are those of `benchmarks.page_scale` (password `bench`; the catalogue is prepared first where it is
not, and the time printed). Prints JSON lines: server time is what a client on loopback waits, rendering included, over
one connection. *Cold* is the first page that a new server process is asked for after the vault was opened and its
index loaded; *warm* is the same process asked again and again with other arguments.
"""

import argparse
import json
import multiprocessing
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.page_scale import CAMERA, PASSWORD, beside
from benchmarks.page_vault import DEVICE
from phoneward.settings import Overrides, load
from phoneward.web.addresses import quoted
from tests.web.site import Site, Visitor, serving

ID = re.compile(r"/snapshots/([0-9a-f]{64})")


class Pages:
    """The addresses that are asked for."""

    def __init__(self, site: Site, visitor: Visitor, seed: int) -> None:
        self.site, self.visitor, self.chance = site, visitor, random.Random(seed)
        with site.context.library.open() as opened:
            self.whole = [
                info.snapshot.id or ""
                for info in opened.listed.select(device=DEVICE)
                if info.of_phone and not info.partial
            ]

    def home(self) -> str:
        return "/"

    def snapshots(self) -> str:
        return f"/snapshots?page={self.chance.randrange(1, 20)}"

    def snapshot(self) -> str:
        return f"/snapshots/{self.chance.choice(self.whole)}"

    def folder_large(self) -> str:
        return f"/snapshots/{self.whole[0]}/files?path={quoted(CAMERA)}&page={self.chance.randrange(1, 90)}"

    def folder_large_earlier(self) -> str:
        return f"/snapshots/{self.chance.choice(self.whole)}/files?path={quoted(CAMERA)}"

    def folder_root(self) -> str:
        return f"/snapshots/{self.chance.choice(self.whole)}/files"

    def search_common(self) -> str:
        return f"/search?q=jpg&page={self.chance.randrange(1, 100)}"

    def search_hash(self) -> str:
        return f"/search?q={self.chance.randrange(1 << 16):04x}"

    def search_chinese(self) -> str:
        return f"/search?q={self.chance.choice(['发票', '报告', '记录'])}"

    def search_nothing(self) -> str:
        return f"/search?q=none{self.chance.random()}"

    def versions(self) -> str:
        app = f"/shared/Android/data/com.example.app{self.chance.randrange(4):03}/files/level0/state.db"
        return f"/versions?path={app}"

    def differences(self) -> str:
        before = self.whole[self.chance.choice([1, 30]) % len(self.whole)]
        return f"/differences?from={before}&to={self.whole[0]}&page={self.chance.randrange(1, 3)}"

    def differences_added(self) -> str:
        return f"/differences?from={self.whole[30 % len(self.whole)]}&to={self.whole[0]}&show=added"

    def coverage(self) -> str:
        return "/coverage"

    def coverage_apps(self) -> str:
        return f"/snapshots/{self.chance.choice(self.whole)}/coverage/apps?page={self.chance.randrange(1, 6)}"

    def coverage_missing(self) -> str:
        return f"/snapshots/{self.whole[0]}/coverage/missing?page={self.chance.randrange(1, 400)}&q=app"

    def vault(self) -> str:
        return "/vault"

    def restore(self) -> str:
        return "/restore"


NAMES = [name for name in vars(Pages) if not name.startswith("_")]


@contextmanager
def server(vault: Path) -> Iterator[tuple[Site, Visitor, dict[str, int]]]:
    """Serve the vault, opened and its index loaded."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        settings = load(
            Overrides(str(vault), None, str(Path(folder) / "state"), str(cache)), {"PHONEWARD_PASSWORD": PASSWORD}
        )
        with serving(settings) as site:
            begun = time.perf_counter()
            with site.context.door.vault() as repo:
                opened = time.perf_counter() - begun
                (cache / "catalogue").mkdir(parents=True)
                (cache / "catalogue" / repo.config.id[:16]).symlink_to(beside(vault, "cache").resolve())
            yield site, site.visitor(), {"open_and_index_ms": round(1000 * opened)}
        assert site.faults == [], site.faults


def timed(visitor: Visitor, address: str) -> float:
    """Ask for a page and return the milliseconds."""
    begun = time.perf_counter()
    answer = visitor.get(address)
    took = 1000 * (time.perf_counter() - begun)
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
    return took


def ask_cold(vault: Path, name: str, seed: int, answer: "multiprocessing.Queue[float]") -> None:
    """Ask a new process for one page."""
    with server(vault) as (site, visitor, _figures):
        pages = Pages(site, visitor, seed)
        visitor.get("/settings")  # the templates' environment
        answer.put(timed(visitor, getattr(pages, name)()))


def cold(vault: Path, name: str, runs: int) -> list[float]:
    """Return what several new processes took."""
    context = multiprocessing.get_context("spawn")
    found = []
    for seed in range(runs):
        answer: multiprocessing.Queue[float] = context.Queue()
        process = context.Process(target=ask_cold, args=(vault, name, seed, answer))
        process.start()
        found.append(answer.get(timeout=120))
        process.join()
    return found


def figures(name: str, state: str, found: list[float]) -> None:
    """Print a line."""
    found.sort()
    p95 = found[min(len(found) - 1, int(0.95 * len(found)))]
    row = {"page": name, "state": state, "requests": len(found), "p50_ms": round(statistics.median(found), 1)}
    print(json.dumps(row | {"p95_ms": round(p95, 1), "max_ms": round(found[-1], 1)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vault", type=Path)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--cold-runs", type=int, default=5)
    parser.add_argument("--only", action="append")
    wanted = parser.parse_args()
    names = wanted.only or NAMES
    with server(wanted.vault) as (site, visitor, known):
        begun = time.perf_counter()
        job = site.context.library.begin()
        if job is not None:
            job.ended.wait()
        print(json.dumps(known | {"catalogue_built_s": round(time.perf_counter() - begun, 1)}), flush=True)
        pages = Pages(site, visitor, 0)
        make: Callable[[], str]
        for name in names:
            make = getattr(pages, name)
            first = visitor.get(make())
            if first.status_code == 303:  # a comparison, or the checkup, is made first
                site.context.jobs.all()[0].ended.wait()
            for other in site.context.jobs.all():
                other.ended.wait()
            for _warming in range(3):
                address = make()
                if visitor.get(address).status_code == 303:
                    site.context.jobs.all()[0].ended.wait()
            figures(name, "warm", [timed(visitor, make()) for _ in range(wanted.requests)])
    for name in names:
        figures(name, "cold", cold(wanted.vault, name, wanted.cold_runs))


if __name__ == "__main__":
    main()
