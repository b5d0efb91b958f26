"""A service asks a simulated operator whether a number changed hands, with a token of its own."""

import httpx
import pytest

from phoneward.numbers.simulator import Clock, Simulator, example_state, new_key, running
from tests.numbers.simulator.consumer import CLIENT, NOW, RECYCLING, Consumer, error_of


def test_the_same_person_and_another_one(asking: Consumer) -> None:
    token = asking.token()
    assert asking.recycled("+447700900001", "2025-01-01", token).json() == {"phoneNumberRecycled": False}
    assert asking.recycled("+447700900002", "2025-01-01", token).json() == {"phoneNumberRecycled": True}


@pytest.mark.parametrize(
    ("number", "date", "expected"),
    [
        ("+447700900002", "2026-10-30", False),  # the day on which the present holder signed
        ("+447700900002", "2026-10-29", True),  # in the gap before
        ("+447700900003", "2026-11-29", True),  # nobody's today
        ("+447700900001", "2026-11-30", (400, "OUT_OF_RANGE")),
        ("+447700900001", "2016-01-01", (400, "OUT_OF_RANGE")),
        ("+447700900001", "2026-02-30", (400, "INVALID_ARGUMENT")),
        ("+447700900005", "2026-01-01", (422, "SERVICE_NOT_APPLICABLE")),
        ("+447700900006", "2026-01-01", (403, "PERMISSION_DENIED")),
        ("+447700900008", "2026-01-01", (404, "IDENTIFIER_NOT_FOUND")),
        ("+447700900999", "2026-01-01", (404, "IDENTIFIER_NOT_FOUND")),
        ("447700900001", "2026-01-01", (400, "INVALID_ARGUMENT")),
        ("+447700900001\n", "2026-01-01", (400, "INVALID_ARGUMENT")),
    ],
)
def test_what_is_said_of_a_number(asking: Consumer, number: str, date: str, expected: bool | tuple[int, str]) -> None:
    answer = asking.recycled(number, date)
    if isinstance(expected, bool):
        assert (answer.status_code, answer.json()) == (200, {"phoneNumberRecycled": expected})
    else:
        assert error_of(answer) == expected


def test_over_http_with_a_token_from_the_endpoint_the_metadata_names() -> None:
    key = new_key()
    simulator = Simulator(example_state(NOW), keys={CLIENT: key.public_key()}, clock=Clock(NOW))
    with running(simulator) as base_url:
        metadata = httpx.get(f"{base_url}/.well-known/openid-configuration").json()
        assert metadata["token_endpoint"] == f"{base_url}/token"
        token = simulator.token_for(CLIENT, (RECYCLING,))
        answer = httpx.post(
            f"{base_url}/number-recycling/v0.2/check",
            json={"phoneNumber": "+447700900001", "specifiedDate": "2026-01-01"},
            headers={"Authorization": f"Bearer {token}", "x-correlator": "a-1"},
        )
    assert answer.json() == {"phoneNumberRecycled": False}
    assert answer.headers["x-correlator"] == "a-1"
    (served,) = [one for one in simulator.journal if one.number]
    assert (served.number, served.correlator, served.status, served.fault) == ("+447700900001", "a-1", 200, None)
    with pytest.raises(httpx.ConnectError):
        httpx.get(base_url)
