"""schemathesis asks the simulator whatever the definitions allow, and what they do not, and looks at each answer.

All of its checks are on. CAMARA's definitions, which count, are not part of the project; the simulator's own is.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phoneward.numbers.simulator import Client, Clock, Contract, Simulator, State, Subscriber, new_key, running
from tests.conftest import SHARED
from tests.numbers.simulator.camara_world import NOW, NUMBER, SIGNED
from tests.numbers.simulator.consumer import CLIENT

CAMARA = SHARED / "data" / "camara"
SCOPES = ("number-recycling:check", "sim-swap", "kyc-tenure:check-tenure")
EXAMPLES = 20


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    contracts = (Contract(begins=SIGNED, holder="A", type="PAYM"),)
    state = State(clients=(Client(id=CLIENT),), subscribers=(Subscriber(number=NUMBER, contracts=contracts),))
    return Simulator(state, keys={CLIENT: new_key().public_key()}, clock=Clock(NOW, ticking=False))


@pytest.fixture(scope="module")
def base_url(simulator: Simulator) -> Iterator[str]:
    with running(simulator) as url:
        yield url


CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 401, 404, 422]}}}
"""Also right requests may be answered so by these definitions; which of them, `_is_right` looks at."""


@pytest.mark.needs_shared
@pytest.mark.parametrize("legs", ["two-legged", "three-legged"])
@pytest.mark.parametrize("name", ["kyc-tenure-v0.2.0", "number-recycling-v0.2.0", "sim-swap-v2.1.0"])
def test_every_answer_is_as_defined(name: str, legs: str, simulator: Simulator, base_url: str) -> None:
    schema = schemathesis.openapi.from_path(
        CAMARA / f"{name}.yaml", config=schemathesis.Config.from_dict(copy.deepcopy(CONFIG))
    )
    prefix = schema.raw_schema["servers"][0]["url"].replace("{apiRoot}", base_url)
    seen = ask_anything(schema, prefix, simulator, legs)
    assert seen >= ({200, 400, 422} if legs == "three-legged" else {200, 400, 404, 422})


def test_every_answer_is_as_the_simulator_says_itself(simulator: Simulator, base_url: str) -> None:
    schema = schemathesis.openapi.from_url(
        f"{base_url}/openapi.json", config=schemathesis.Config.from_dict(copy.deepcopy(CONFIG))
    )
    assert ask_anything(schema, base_url, simulator, "two-legged") >= {200, 400, 401, 422}


def ask_anything(schema: schemathesis.BaseSchema, prefix: str, simulator: Simulator, legs: str) -> set[int]:
    """Ask each operation right and wrong things; returns the statuses that were seen."""
    number = NUMBER if legs == "three-legged" else None
    headers = {"Authorization": f"Bearer {simulator.token_for(CLIENT, SCOPES, number, seconds=3600)}"}
    seen: set[int] = set()
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # an error raises
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            _ask(operation.as_strategy(generation_mode=mode), prefix, headers, seen)
    return seen


def _ask(cases: st.SearchStrategy[Any], base_url: str, headers: dict[str, str], seen: set[int]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases, ours=st.booleans())
    def ask(case: Any, ours: bool) -> None:
        if ours and _is_positive(case) and "phoneNumber" in case.body:
            case.body["phoneNumber"] = NUMBER
        answer = case.call_and_validate(base_url=base_url, headers=headers, additional_checks=[_is_right])
        seen.add(answer.status_code)

    ask()


def _is_right(_context: Any, answer: schemathesis.Response, case: Any) -> None:
    """A right request is refused for what it asks about alone, never for its form."""
    if _is_positive(case) and answer.status_code == 400:
        assert answer.json().get("code", "OUT_OF_RANGE") == "OUT_OF_RANGE", answer.json()


def _is_positive(case: Any) -> bool:
    return bool(case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE)
