"""CAMARA's own scenarios (`.feature` files of the three APIs) run against the simulator, each with both kinds of token.

The files are not part of the project. What a step says is done as it says: where it says "any value which is not
compliant", several are sent, and every answer must be what the scenario expects.
"""

import copy
import datetime as dt
import inspect
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from pytest_bdd import given, parsers, scenarios, then, when
from pytest_bdd.scenario import scenario_wrapper_template_registry

from phoneward.numbers.simulator import Contract, Operator
from tests.conftest import SHARED
from tests.numbers.simulator.camara_world import DEFAULTS, MONITORED_DAYS, NOW, OTHER_NUMBER, SIGNED, TODAY, World

pytestmark = pytest.mark.needs_shared

CAMARA = SHARED / "data" / "camara"
NOT_APPLICABLE: dict[str, str] = {}
"""Name of a scenario that cannot run → why. All can."""
EXPECTED = {
    "kyc-tenure-v0.2.0": 14,
    "number-recycling-v0.2.0": 15,
    "sim-swap-check-v2.1.0": 24,
    "sim-swap-retrieve-date-v2.1.0": 13,
}
"""File → scenarios, each row of an outline's examples one."""

if CAMARA.is_dir():
    scenarios(str(CAMARA))
else:

    def test_scenarios() -> None:
        """Stands for them where they are not there."""


@pytest.fixture(autouse=True, params=["two-legged", "three-legged"])
def legs(request: pytest.FixtureRequest) -> str:
    """Whether the valid token of a scenario that does not say names the number."""
    kind: str = request.param
    return kind


@pytest.fixture
def world(legs: str) -> World:
    return World(legs)


def schema_of(world: World, name: str) -> dict[str, Any]:
    """A schema of the definition whose operation is asked; OpenAPI 3.0's `nullable` put into JSON Schema's words."""
    stem = world.path.split("/")[1]
    (path,) = CAMARA.glob(f"{stem}-v*.yaml")
    raw = schemathesis.openapi.from_path(path).raw_schema["components"]["schemas"][name]
    schema: dict[str, Any] = copy.deepcopy(raw)
    for one in schema["properties"].values():
        if one.pop("nullable", False):
            one["type"] = [one["type"], "null"]
    return schema


# What is given


@given('the header "x-correlator" complies with the schema at "#/components/schemas/XCorrelator"')
def _correlator(world: World) -> None:
    world.correlator = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"


@given(parsers.parse('the resource "{path}"'))
def _resource(world: World, path: str) -> None:
    world.path = path


@given('an environment at "apiRoot"')
@given('the header "Content-Type" is set to "application/json"')
@given('the header "Authorization" is set to a valid access token')
@given(parsers.re(r"a valid (testing )?phone number (supported by the service, )?identified by .*body"))
@given("that the service is not available for all phone numbers commercialized by the operator")
def _as_it_is(world: World) -> None:
    assert world.content_type == "application/json"
    assert world.tokens == ["valid"]


@given("the request body is set by default to a request body compliant with the schema")
@given("the request body is set to a valid request body")
def _default_body(world: World) -> None:
    world.bodies = [{"phoneNumber": "default", **DEFAULTS[world.path]}]


@given(parsers.re(r'the header "Authorization" is (?P<what>removed|not sent|set to .+)'))
def _authorization(world: World, what: str) -> None:
    kinds: dict[str, list[str | None]] = {
        "removed": [None],
        "not sent": [None],
        "set to a valid access token": ["valid"],
        "set to an expired access token": ["expired"],
        "set to an invalid access token": ["invalid", "invalid-kind", "invalid-empty"],
        "set to an invalid access token which is invalid for reasons other than lifetime expiry": ["invalid"],
        "set to an access token without the required scope": ["scopeless"],
        "set to a valid access which does not identify a single phone number": ["two-legged"],
        "set to a valid access token which does not identify a single phone number": ["two-legged"],
        "set to a valid access token identifying a phone number": ["three-legged"],
    }
    world.tokens = kinds[what]


@given("the request body is not included")
def _no_body(world: World) -> None:
    world.with_body = False


@given('the request body is set to "{}"')
def _empty_body(world: World) -> None:
    world.bodies = [{}]


@given(parsers.re(r"the request body is set to any value which is not compliant with the OAS schema at .*"))
def _wrong_bodies(world: World) -> None:
    (name,) = DEFAULTS[world.path]
    wrong: list[object] = [
        "20-01-01",
        "2024-02-30",
        "2024-1-1",
        "2024-01-01T00:00:00Z",
        "",
        "yesterday",
        20240101,
        None,
        True,
    ]
    whole: list[Any] = [[], "text", 1, None, [{name: "2024-01-01"}]]
    world.bodies = [*({"phoneNumber": "default", name: value} for value in wrong), *whole]


@given(
    parsers.re(
        r'the request body is set to a valid parameter combination with property "\$\.(?P<name>\w+)" '
        r'set to "(?P<value>.*)"'
    )
)
def _one_property(world: World, name: str, value: str) -> None:
    world.change(**{name: value})


@given(parsers.parse('the request body property "$.{name}" is set to a value in the future'))
def _future(world: World, name: str) -> None:
    world.change(**{name: str(TODAY + dt.timedelta(days=1))})


@given(
    parsers.re(r'the request body property "\$\.specifiedDate" is set to a date on which the (user|User A) signed .*')
)
def _signed(world: World) -> None:
    world.change(specifiedDate=str(world.subscriber.contracts[0].begins))


@given("the same phone number was cancelled by the User A and is used by User B")
def _recycled(world: World) -> None:
    cancelled, again = TODAY - dt.timedelta(days=300), TODAY - dt.timedelta(days=100)
    world.line(contracts=(Contract(begins=SIGNED, ends=cancelled, holder="A"), Contract(begins=again, holder="B")))


@given(
    parsers.parse('the request body property "$.tenureDate" is set to a valid past date in format RFC 3339 / ISO 8601')
)
def _past(world: World) -> None:
    world.change(tenureDate=str(TODAY - dt.timedelta(days=365)))


@given(parsers.re(r"the mobile subscription (?P<what>has|hasn't) had a valid tenure since the provided tenure date"))
def _tenure(world: World, what: str) -> None:
    begins = TODAY - dt.timedelta(days=365 if what == "has" else 364)
    world.line(contracts=(Contract(begins=begins, holder="A", type="PAYG"),))


@given(parsers.re(r'the request body property "\$\.phoneNumber" (?P<what>.*)'))
def _phone_number(world: World, what: str) -> None:
    if what == "is not included":
        world.bodies = [{name: value for name, value in body.items() if name != "phoneNumber"} for body in world.bodies]
    elif what == "is set to a valid phone number":
        before = world.bodies
        world.bodies = []
        for number in (world.subscriber.number, OTHER_NUMBER):
            world.bodies += [{**body, "phoneNumber": number} for body in before]
    elif what.startswith("does not comply"):
        wrong: list[object] = [
            "447700900111",
            "+0447700900111",
            "+1234",
            "+1234567890123456",
            "tel:+447700900111",
            "+44 7700",
            "",
            None,
            1,
        ]
        world.bodies = [{**body, "phoneNumber": value} for body in world.bodies for value in wrong]
    else:
        assert what.startswith("is compliant with the schema but does not identify a valid")
        world.change(phoneNumber="+447700900999")


@given(parsers.re(r"a valid phone number, identified by .*, for which the service is not applicable"))
def _not_applicable(world: World) -> None:
    world.line(service="not-applicable")


@given("the SIM for this phone number has been swapped")
def _swapped_once(world: World) -> None:
    world.swap(1000)


@given(parsers.re(r'the SIM for this phone number has been swapped in the last "?(?P<hours>\d+)"?( hours)?'))
def _swapped_within(world: World, hours: str) -> None:
    world.swap(int(hours) - 0.5)


@given("the SIM for this phone number has been swapped more than 240 hours ago")
def _swapped_before(world: World) -> None:
    world.swap(240.5)


@given(parsers.re(r'the "maxAge" request body property is set to a value equal or greater than "(?P<hours>\d+)" .*'))
def _max_age_at_least(world: World, hours: str) -> None:
    ages = (int(hours), int(hours) + 1, 2400)
    world.bodies = [{**body, "maxAge": value} for body in world.bodies for value in ages]


@given('the request body property "maxAge" is set to the number of hours since the last SIM swap minus 1')
def _max_age_too_small(world: World) -> None:
    world.swap(100)
    world.change(maxAge=99)


@given('the last swap for this phone number\'s SIM was more than "maxAge" hours ago')
def _swapped_before_max_age(world: World) -> None:
    assert world.swapped_hours_ago is not None
    assert all(world.swapped_hours_ago > body["maxAge"] for body in world.bodies)


@given("the SIM for this phone number has never been swapped")
def _never_swapped(world: World) -> None:
    world.line(sim_changes=())


@given(parsers.re(r'the activation of the SIM occurred more than "?(?P<hours>\d+)"? hours ago'))
def _activated(world: World, hours: str) -> None:
    world.activate(int(hours) + 0.5)


@given(
    parsers.parse('the request body property "maxAge" is set to a value less than "{hours:d}" within the allowed range')
)
def _max_age_less(world: World, hours: int) -> None:
    world.bodies = [{**body, "maxAge": value} for body in world.bodies for value in (1, hours - 1)]


@given("the phone number is not associated to any sim card")
def _no_sim(world: World) -> None:
    world.line(has_sim=False)


@given("the SIM for this phone number has been swapped before the limited history window threshold")
def _swapped_too_long_ago(world: World) -> None:
    world.operator = Operator(sim_swap_monitored_days=MONITORED_DAYS)
    world.swap(MONITORED_DAYS * 24 + 1)


@given(parsers.re(r'the request body property "\$\.maxAge" (?P<what>.*)'))
def _max_age(world: World, what: str) -> None:
    if what == "is set to 100000":
        world.change(maxAge=100_000)
    elif what.startswith("does not comply"):
        world.bodies = [
            {**body, "maxAge": value} for body in world.bodies for value in (0, -1, 1.5, "240", None, True, [1])
        ]
    else:
        assert what == "is set to a valid value above the supported monitored period of the API Provider"
        world.operator = Operator(sim_swap_monitored_days=MONITORED_DAYS)
        world.change(maxAge=MONITORED_DAYS * 24 + 1)


# What is done


@when('the HTTP "POST" request is sent')
@when(parsers.re(r'the request "(?P<operation>checkNumberRecycling|checkSimSwap|retrieveSimSwapDate)" is sent'))
def _sent(world: World) -> None:
    world.send()
    assert world.answers


# What must come of it


@then(parsers.re(r'the response status code is "?(?P<status>\d{3})"?'))
def _status(world: World, status: str) -> None:
    assert [answer.status_code for answer in world.answers] == [int(status)] * len(world.answers), world.answers[0].text


@then('the response header "Content-Type" is "application/json"')
def _content_type(world: World) -> None:
    assert {answer.headers["content-type"] for answer in world.answers} == {"application/json"}


@then('the response header "x-correlator" has same value as the request header "x-correlator"')
def _same_correlator(world: World) -> None:
    assert world.correlator
    assert {answer.headers["x-correlator"] for answer in world.answers} == {world.correlator}


@then(parsers.parse('the response body complies with the OAS schema at "/components/schemas/{name}"'))
def _complies(world: World, name: str) -> None:
    validator = jsonschema_rs.validator_for(schema_of(world, name), validate_formats=True)
    for answer in world.answers:
        validator.validate(answer.json())


@then(
    parsers.re(
        r'the (value of )?response property "\$\.(?P<name>\w+)" (is|==) (?P<value>true|false|null|\d+|"[A-Z_]+")'
    )
)
def _property(world: World, name: str, value: str) -> None:
    expected = json.loads(value)
    for answer in world.answers:
        got = answer.json()[name]
        assert (type(got), got) == (type(expected), expected)


@then('the response property "$.message" contains a user friendly text')
def _friendly(world: World) -> None:
    for answer in world.answers:
        assert " " in answer.json()["message"].strip()


@then('if the response contains property "$.contractType", the value is one of ["PAYG", "PAYM", "Business"]')
def _contract_type(world: World) -> None:
    assert {answer.json()["contractType"] for answer in world.answers} <= {"PAYG", "PAYM", "Business"}


@then('the response property "$.latestSimChange" contains a valid timestamp')
def _timestamp(world: World) -> None:
    assert world.swapped_hours_ago is not None
    for answer in world.answers:
        moment = dt.datetime.fromisoformat(answer.json()["latestSimChange"])
        assert moment == NOW - dt.timedelta(hours=world.swapped_hours_ago)


@then('the response property "$.latestSimChange" contains the sim\'s activation timestamp')
def _activation(world: World) -> None:
    for answer in world.answers:
        moment = dt.datetime.fromisoformat(answer.json()["latestSimChange"])
        assert moment == dt.datetime.combine(SIGNED, dt.time(), dt.UTC)


@then(parsers.re(r'the response optionally contains the property "\$\.monitoredPeriod" .*'))
def _monitored(world: World) -> None:
    assert {answer.json()["monitoredPeriod"] for answer in world.answers} == {MONITORED_DAYS}


# And all of them ran


def written(path: Path) -> list[str]:
    """The scenarios of a file by its own lines, each row of examples one."""
    names: list[str] = []
    rows = -1
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith(("Scenario:", "Scenario Outline:")):
            names.append(text.partition(":")[2].strip())
            rows = -1
        elif text.startswith("|"):
            rows += 1
            if rows > 1:
                names.append(names[-1])
    return names


def test_the_table_of_scenarios_is_exact(request: pytest.FixtureRequest) -> None:
    """Every scenario that is written ran or is named with a reason, and nothing else is."""
    files = {path.stem: written(path) for path in CAMARA.glob("*.feature")}
    assert {name: len(names) for name, names in files.items()} == EXPECTED
    assert set(NOT_APPLICABLE) <= {name for names in files.values() for name in names}
    tests = [one for one in vars(request.module).values() if inspect.isfunction(one)]
    found = [scenario_wrapper_template_registry.get(one) for one in tests]
    templates = [template for template in found if template is not None]
    rows = [(one.name, sum(len(list(table.as_contexts())) for table in one.examples)) for one in templates]
    names = [name for name, count in rows for _row in range(count or 1)]
    listed = [name for names in files.values() for name in names if name not in NOT_APPLICABLE]
    assert sorted(names) == sorted(listed)
