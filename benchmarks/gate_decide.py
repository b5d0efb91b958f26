"""The gate's decisions a second: against the operator simulator over HTTP, from the day's answers, from a long list.

    .venv/bin/python -m benchmarks.gate_decide [--decisions 3000] [--at-once 32] [--listed 5000000]

The simulator runs in a process of its own on this machine and answers as fast as it can; every question is about
another number, so nothing is answered from the day's answers unless it says so. Time is the wall's, memory the
kernel's figure.
"""

import argparse
import asyncio
import datetime as dt
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
import tomllib
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.measuring import measured
from phoneward.numbers.gate import Gate, Question, Word, build_gate, read_config
from phoneward.numbers.gate.lists import Shape
from phoneward.numbers.gate.providers.disconnected import DisconnectedList, open_index
from phoneward.numbers.simulator import Contract, Simulator, State, Subscriber, new_key, private_pem, running

NOW = dt.datetime.now(dt.UTC)
SINCE = NOW - dt.timedelta(days=400)
DAY = dt.date(2026, 4, 1)


def serve(folder: Path, count: int, pipe: Connection) -> None:
    """Run an operator with `count` subscribers until the pipe says so."""
    key = new_key()
    (folder / "key.pem").write_bytes(private_pem(key))
    contract = Contract(begins=(NOW - dt.timedelta(days=2000)).date(), holder="A")
    people = tuple(Subscriber(number=f"+4477{n:08d}", contracts=(contract,)) for n in range(count))
    with running(Simulator(State(subscribers=people), keys={"example-client": key.public_key()})) as url:
        pipe.send(url)
        pipe.recv()


def gate_for(url: str, folder: Path) -> Gate:
    """Return a gate that asks Number Recycling there."""
    text = f"""
    [operators.sim]
    api_root = "{url}"
    token_endpoint = "{url}/token"
    client_id = "example-client"
    key_file = "key.pem"
    zone = "UTC"
    timeout_s = 10
    [[providers]]
    kind = "number-recycling"
    operator = "sim"
    """
    return build_gate(read_config(tomllib.loads(text)), folder=folder)


async def decide(gate: Gate, count: int, at_once: int) -> str:
    """Decide on so many numbers; return what it took."""
    times = []
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            started = time.perf_counter()
            decision = await gate.decide(Question(number=f"+4477{number:08d}", since=SINCE))
            times.append(time.perf_counter() - started)
            assert decision.word is Word.SAME, decision

    started, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    took, own = time.perf_counter() - started, (time.process_time() - busy) / count * 1000
    p99 = statistics.quantiles(times, n=100)[98] * 1000
    median = statistics.median(times) * 1000
    return f"{count / took:.0f} a second, median {median:.2f} ms, p99 {p99:.2f} ms, {own:.2f} ms of our processor each"


def over_http(folder: Path, count: int, at_once: int) -> None:
    """Print the figures for one operator over HTTP, then for the day's answers."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, count, theirs), daemon=True)
    process.start()
    url = ours.recv()

    async def run() -> None:
        gate = gate_for(url, folder)
        print(f"asked over HTTP, {at_once} at once: {await decide(gate, count, at_once)}")
        print(f"from the day's answers: {await decide(gate, count, at_once)}")
        await gate.aclose()

    asyncio.run(run())
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")
    ours.send(None)
    process.join()


def index(folder: Path, count: int) -> str:
    """Build the index of a list; return how long it is."""
    path = folder / "list.csv"
    with open_index(path, Shape(), from_day=DAY, until_day=DAY):
        return f"{count} lines, list {path.stat().st_size / 1e6:.0f} MB"


def look_up(folder: Path, count: int) -> str:
    """Ask the list; return how fast."""
    chance = random.Random(2)
    numbers = [f"+91{chance.randrange(6 * 10**9, 10**10)}" for _ in range(20_000)]

    async def run(provider: DisconnectedList) -> float:
        started = time.perf_counter()
        for number in numbers:
            await provider.ask(Question(number=number, since=SINCE))
        return len(numbers) / (time.perf_counter() - started)

    with open_index(folder / "list.csv", Shape(), from_day=DAY, until_day=DAY) as opened:
        rate = asyncio.run(run(DisconnectedList("list", opened, clock=lambda: NOW)))
    return f"{rate:.0f} a second in {count} lines"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=3000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--listed", type=int, default=5_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        over_http(folder, options.decisions, options.at_once)
        chance = random.Random(1)
        with (folder / "list.csv").open("w") as file:
            for _ in range(options.listed):
                file.write(f"+91{chance.randrange(6 * 10**9, 10**10)}\n")
        print(measured(index, folder, options.listed))
        print(measured(look_up, folder, options.listed))


if __name__ == "__main__":
    main()
