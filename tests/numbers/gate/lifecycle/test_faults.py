"""An operator whose answers are spoilt now and then: nobody gets in whom it did not vouch for."""

import asyncio
import datetime as dt
from pathlib import Path

import msgspec

from phoneward.numbers import simulator
from phoneward.numbers.gate import policy
from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings import Desk, SqliteStore
from phoneward.numbers.gate.gatekeeper import Answer, Gatekeeper
from phoneward.numbers.gate.policy import Purpose, Step
from phoneward.numbers.gate.service import settings as service_settings
from phoneward.numbers.gate.service.opening import make_gate
from tests.numbers.gate.lifecycle.conftest import KEYS
from tests.numbers.gate.lifecycle.serving import write_config

ACCOUNTS = 120
CONFIG = """
[gate]
cache_entries = 0
[operators.example]
api_root = "{url}"
token_endpoint = "{url}/token"
client_id = "example-client"
key_file = "client-key.pem"
timeout_s = 1.0
[[providers]]
kind = "number-recycling"
operator = "example"
"""


def test_no_same_without_the_operators_word(quick_folder: Path) -> None:
    """A hundred log in while one answer in five is an error, another form, another type, or breaks off."""
    state = simulator.example_state(dt.datetime.now(dt.UTC))
    numbers = [f"+4477009{number:05}" for number in range(ACCOUNTS)]
    kinds = ("server-error", "wrong-schema", "wrong-content-type", "cut")
    state = msgspec.structs.replace(
        state,
        subscribers=tuple(msgspec.structs.replace(state.subscribers[0], number=number) for number in numbers),
        faults=msgspec.structs.replace(state.faults, rate=0.2, seed=5, kinds=kinds, where=("api",)),
    )
    key = simulator.new_key()
    (quick_folder / "client-key.pem").write_bytes(simulator.private_pem(key))
    operator = simulator.Simulator(state, keys={"example-client": key.public_key()})
    store = SqliteStore(quick_folder / "bindings.db")
    with simulator.running(operator) as url:
        gate = make_gate(service_settings.read(write_config(quick_folder, CONFIG.format(url=url))))
        desk = Desk(store)
        keeper = Gatekeeper(desk=desk, decider=gate, policy=policy.read(None), keys=KEYS)
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=300)

        async def everybody() -> list[Answer]:
            steps = keeper.lifecycle()
            for number in numbers:
                await desk.write(lambda ledger, number=number: steps.bind(ledger, number[1:], number, long_ago))  # type: ignore[misc]
            limit = asyncio.Semaphore(8)

            async def one(number: str) -> Answer:
                async with limit:
                    return await keeper.decide_for(number[1:], Purpose.LOGIN)

            answers = await asyncio.gather(*map(one, numbers))
            await gate.aclose()
            return list(answers)

        answers = asyncio.run(everybody())
        desk.close()
    store.close()
    vouched = {one.number for one in operator.journal if one.status == 200 and one.fault is None and one.number}
    let_in = {number for number, answer in zip(numbers, answers, strict=True) if answer.step is Step.ALLOW}
    assert let_in <= vouched
    assert len(let_in) > ACCOUNTS / 2
    assert {one.fault for one in operator.journal} >= {*kinds, None}
    assert {answer.word for answer in answers} <= {Word.SAME, Word.UNKNOWN}, "nobody is cut loose for a fault either"
