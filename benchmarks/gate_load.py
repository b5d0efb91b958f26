"""How many questions a second the gate's service answers, on this machine alone, by wrk (https://github.com/wg/wrk).

    .venv/bin/python -m benchmarks.gate_load [--seconds 10] [--connections 32] [--accounts 1000]

The real `phoneward number gate serve` in a process of its own, its bindings once in SQLite and once in PostgreSQL, an
operator simulated in another. Printed for each: requests a second, p50, p99. What is measured:

- `echo`: the same server with a route that reads JSON and returns it: the limit of what is under the gate;
- `check`: POST /check of many accounts in turn, the operator's answers remembered for the day: each question is still
  read from, and noted in, the database, and is on disk when it is answered;
- `faults`: nothing remembered, the operator asked each time, and one of its answers in ten spoilt (errors, another
  form, another content type, cut; no 429, which would measure the pause that it asks for): how many SAME came out, and
  how many times the operator said so. The first must not be larger.

PostgreSQL is started as tests start it, but with its waits for the disk.
"""

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.numbers import simulator
from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings import PostgresStore, SqliteStore, Store
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.lifecycle import Lifecycle, fit
from phoneward.numbers.gate.service.server import GateProtocol
from tests.numbers.gate.lifecycle.postgres import server as postgres_server

KEY = "a-key-for-the-benchmark"
SECRET = "0123456789abcdef" * 4
LUA = """
local count = 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer %(key)s"
request = function()
  count = count + 1
  local body = string.format('{"account":"account-%%d","purpose":"login"}', count %% %(accounts)d)
  return wrk.format(nil, "%(path)s", nil, body)
end
"""
COUNTING = """
threads = {}
setup = function(thread) table.insert(threads, thread) end
init = function() same = 0; unknown = 0; other = 0 end
response = function(status, headers, body)
  if status == 200 and body:find('"word":"SAME"', 1, true) then same = same + 1
  elseif status == 200 and body:find('"word":"UNKNOWN"', 1, true) then unknown = unknown + 1
  else other = other + 1 end
end
done = function(summary, latency, requests)
  local s, u, o = 0, 0, 0
  for _, t in ipairs(threads) do s = s + t:get("same"); u = u + t:get("unknown"); o = o + t:get("other") end
  io.write(string.format("WORDS same=%d unknown=%d other=%d\\n", s, u, o))
end
"""


def wrk(url: str, path: str, options: argparse.Namespace, folder: Path, *, counting: bool = False) -> dict[str, Any]:
    """Return what one run of wrk measured."""
    script = folder / "load.lua"
    text = LUA % {"key": KEY, "accounts": options.accounts, "path": path}
    script.write_text(text + (COUNTING if counting else ""))
    printed = subprocess.run(
        ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", "--timeout", "30s",
         "-s", str(script), url],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = {
        "requests_per_s": float(re.search(r"Requests/sec:\s+([0-9.]+)", printed)[1]),  # type: ignore[index]
        "p50": re.search(r"50%\s+(\S+)", printed)[1],  # type: ignore[index]
        "p99": re.search(r"99%\s+(\S+)", printed)[1],  # type: ignore[index]
    }
    if "Non-2xx" in printed:
        found["refused"] = int(re.search(r"Non-2xx or 3xx responses: ([0-9]+)", printed)[1])  # type: ignore[index]
    if counting:
        found["words"] = dict(re.findall(r"(same|unknown|other)=([0-9]+)", printed))
    return found


@contextlib.contextmanager
def gate(folder: Path, bindings: str, operator: str, *, cache: int) -> Iterator[str]:
    """Run the service; gives its address."""
    hashed = hashlib.sha256(KEY.encode()).hexdigest()
    (folder / "gate.secret").write_text(SECRET)
    (folder / "gate.toml").write_text(f"""
[service]
secret_file = "gate.secret"
port = 0
[[service.callers]]
name = "wrk"
key_sha256 = "{hashed}"
per_s = 1000000
burst = 100000
[bindings]
{bindings}
[gate]
cache_entries = {cache}
[operators.example]
api_root = "{operator}"
token_endpoint = "{operator}/token"
client_id = "example-client"
key_file = "client-key.pem"
burst = 100000
[[providers]]
kind = "number-recycling"
operator = "example"
""")
    process = subprocess.Popen(
        [sys.executable, "-m", "phoneward", "number", "gate", "serve", "--config", folder / "gate.toml", "--json"],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(timeout=30)


def fill(store: Store, accounts: int) -> None:
    """Bind every account to a number of its own, a year ago."""
    keys = Keys(SECRET.encode())
    fit(store, keys)
    steps = Lifecycle(keys, Audit(keys, "benchmark"), dt.datetime.now(dt.UTC) - dt.timedelta(days=365))
    for first in range(0, accounts, 200):
        store.write_each(
            [
                lambda ledger, number=number: steps.bind(ledger, f"account-{number}", f"+4477{number:08}")  # type: ignore[misc]
                for number in range(first, min(first + 200, accounts))
            ]
        )
    store.close()


def state_of(accounts: int, rate: float) -> simulator.State:
    """Return an operator whose subscribers have all kept their number."""
    state = simulator.example_state(dt.datetime.now(dt.UTC))
    anna = state.subscribers[0]
    ours = tuple(msgspec.structs.replace(anna, number=f"+4477{number:08}") for number in range(accounts))
    kinds = ("server-error", "wrong-schema", "wrong-content-type", "cut")
    faults = msgspec.structs.replace(state.faults, rate=rate, kinds=kinds, where=("api",))
    return msgspec.structs.replace(state, subscribers=ours, faults=faults)


@contextlib.contextmanager
def operating(folder: Path, accounts: int, rate: float) -> Iterator[tuple[str, simulator.Simulator]]:
    """Run an operator in a thread; gives its address."""
    key = simulator.new_key()
    (folder / "client-key.pem").write_bytes(simulator.private_pem(key))
    made = simulator.Simulator(state_of(accounts, rate), keys={"example-client": key.public_key()})
    made.journal = deque()  # of any length: every answer is counted
    with simulator.running(made) as url:
        yield url, made


async def echo(request: Request) -> Response:
    """Read JSON and return it."""
    return Response(msgspec.json.encode(msgspec.json.decode(await request.body())), media_type="application/json")


def serve_echo(listening: socket.socket) -> None:
    """Serve `echo` as the gate is served."""
    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    config = uvicorn.Config(app, http=GateProtocol, ws="none", lifespan="off", loop="asyncio", log_config=None,
                            access_log=False, server_header=False, h11_max_incomplete_event_size=16 << 10)  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--only", choices=["echo", "sqlite", "postgresql"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.only in {None, "echo"}:
            print(json.dumps({"what": "echo", **measure_echo(options, folder)}), flush=True)
        if options.only in {None, "sqlite"}:
            for what, rate, cache in (("check", 0.0, 100_000), ("faults", 0.1, 0)):
                place = folder / f"{what}.db"
                fill(SqliteStore(place), options.accounts)
                measure(f"{what} sqlite", f'sqlite = "{place}"', rate=rate, cache=cache, options=options, folder=folder)
        if options.only in {None, "postgresql"}:
            with postgres_server(durable=True) as server:
                for what, rate, cache in (("check", 0.0, 100_000), ("faults", 0.1, 0)):
                    conninfo = server.fresh()
                    fill(PostgresStore(conninfo), options.accounts)
                    quoted = conninfo.replace("\\", "\\\\").replace('"', '\\"')
                    measure(
                        f"{what} postgresql",
                        f'postgresql = "{quoted}"',
                        rate=rate,
                        cache=cache,
                        options=options,
                        folder=folder,
                    )


def measure(what: str, bindings: str, *, rate: float, cache: int, options: argparse.Namespace, folder: Path) -> None:
    """Measure one database."""
    with (
        operating(folder, options.accounts, rate) as (operator, made),
        gate(folder, bindings, operator, cache=cache) as url,
    ):
        warm(url, options)
        before = said_same(made)
        found = wrk(url, "/check", options, folder, counting=rate > 0)
        if rate > 0:
            found["operator_said_same"] = said_same(made) - before
            same = int(found["words"]["same"])
            # wrk does not read the answers that are under way when it ends.
            assert 0 < same <= found["operator_said_same"], found
        print(json.dumps({"what": what, **found}), flush=True)


def said_same(made: simulator.Simulator) -> int:
    """How many whole answers of the operator were `false`: all its numbers are as they were."""
    return sum(one.path.endswith("/check") and one.status == 200 and one.fault is None for one in made.journal)


def warm(url: str, options: argparse.Namespace) -> None:
    """Ask about every account once."""
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {KEY}"}, trust_env=False, timeout=60) as client:
        for number in range(options.accounts):
            client.post("/check", json={"account": f"account-{number}", "purpose": "login"}).raise_for_status()


def measure_echo(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure the server without the gate."""
    import multiprocessing

    from phoneward import serving

    listening = serving.listen("127.0.0.1", 0, 512)
    process = multiprocessing.get_context("fork").Process(target=serve_echo, args=(listening,))
    process.start()
    try:
        time.sleep(2)
        return wrk(f"http://127.0.0.1:{listening.getsockname()[1]}", "/echo", options, folder)
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    main()
