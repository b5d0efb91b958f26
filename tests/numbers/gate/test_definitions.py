"""What the gate sends and expects is what the CAMARA definitions say; they are not part of the project."""

import asyncio
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phoneward.numbers.gate import Question, Word
from phoneward.numbers.gate.providers import recycling, simswap, tenure
from phoneward.numbers.gate.providers.camara import ERRORS
from tests.numbers.gate.operators import NOW, NUMBER, Operator, says

CHECKS: dict[str, tuple[str, str, str, dict[str, object]]] = {
    # file, path of ours, scope of ours, an answer
    "recycling": ("number-recycling-v0.2.0", recycling.PATH, recycling.SCOPE, {"phoneNumberRecycled": False}),
    "check": ("sim-swap-v2.1.0", simswap.CHECK_PATH, simswap.CHECK_SCOPE, {"swapped": False}),
    "date": ("sim-swap-v2.1.0", simswap.DATE_PATH, simswap.DATE_SCOPE, {"latestSimChange": "2019-01-01T00:00:00Z"}),
    "tenure": ("kyc-tenure-v0.2.0", tenure.PATH, tenure.SCOPE, {"tenureDateCheck": True}),
}


def read(shared: Path, name: str) -> dict[str, Any]:
    definition: dict[str, Any] = msgspec.yaml.decode((shared / "data/camara" / f"{name}.yaml").read_bytes())
    return definition


def resolved(definition: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = definition
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


@pytest.mark.needs_shared
@pytest.mark.parametrize("name", ["number-recycling-v0.2.0", "sim-swap-v2.1.0", "kyc-tenure-v0.2.0"])
def test_no_error_of_the_definitions_is_forgotten(name: str, shared: Path) -> None:
    """Each status and code that a definition lists is one whose reason is known."""
    found = set()
    for generic in read(shared, name)["components"]["responses"].values():
        for part in generic["content"]["application/json"]["schema"].get("allOf", []):
            properties = part.get("properties", {})
            for status in properties.get("status", {}).get("enum", []):
                found |= {(status, code) for code in properties["code"]["enum"]}
    assert len(found) >= 8
    assert found <= set(ERRORS)


@pytest.mark.needs_shared
@pytest.mark.parametrize("kind", CHECKS)
def test_a_question_is_one_that_the_definition_knows(kind: str, shared: Path) -> None:
    """Address, scope, fields, their forms; and the field of the answer that decides."""
    name, path, scope, said = CHECKS[kind]
    definition = read(shared, name)
    base = definition["servers"][0]["url"].removeprefix("{apiRoot}")
    operation = definition["paths"][path.removeprefix(base)]["post"]
    assert scope in {wanted for security in operation["security"] for wanted in security["openId"]}

    operator = Operator(says(**said))
    api = operator.api(path)
    providers: dict[str, Any] = {
        "recycling": recycling.NumberRecycling(api),
        "check": simswap.SimSwap("op", date_api=None, check_api=api),
        "date": simswap.SimSwap("op", date_api=api, check_api=None),
        "tenure": tenure.Tenure(api),
    }
    since = NOW.replace(month=4)
    assert asyncio.run(providers[kind].ask(Question(number=NUMBER, since=since))).word is Word.SAME

    schema = resolved(definition, operation["requestBody"]["content"]["application/json"]["schema"])
    (body,) = operator.bodies
    assert set(schema.get("required", [])) <= set(body) <= set(schema["properties"])
    for field, value in body.items():
        wanted = resolved(definition, schema["properties"][field])
        if "pattern" in wanted:
            assert re.search(wanted["pattern"], str(value))
        if wanted.get("format") == "date":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))
        if "maximum" in wanted:
            assert isinstance(value, int)
            assert wanted["minimum"] <= value <= wanted["maximum"]
    correlator = definition["components"]["schemas"]["XCorrelator"]["pattern"]
    assert re.search(correlator, operator.asked[0].headers["x-correlator"])

    response = resolved(definition, operation["responses"]["200"])
    answer = resolved(definition, response["content"]["application/json"]["schema"])
    assert set(said) <= set(answer["required"])
