"""A service's logs are read by many: no number, token, key or assertion stands in them, in a reason, or in an error."""

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from phoneward.numbers.gate import DayCache, Decision, Event, Gate, Order, Provider
from phoneward.numbers.gate.ciba import Ciba
from phoneward.numbers.gate.oauth import TokenEndpoint
from phoneward.numbers.gate.providers.recycling import PATH, NumberRecycling
from phoneward.numbers.gate.providers.simswap import CHECK_PATH, DATE_PATH, SimSwap
from phoneward.numbers.gate.providers.tenure import PATH as TENURE_PATH
from phoneward.numbers.gate.providers.tenure import Tenure
from phoneward.numbers.gate.tokens import JwtBearer, KeptTokens
from tests.numbers.gate.operators import NUMBER, QUESTION, ROOT, TOKEN_URL, Answers, Operator, ec_key, says


class Everything(logging.Handler):
    """Keeps each record, with what would be printed of its exception."""

    def __init__(self) -> None:
        super().__init__(0)
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text += [record.getMessage(), repr(record.args)]
        if record.exc_info and record.exc_info[0]:
            self.text += traceback.format_exception(*record.exc_info)


@pytest.fixture
def logged() -> Iterator[Everything]:
    root, handler = logging.getLogger(), Everything()
    level = root.level
    root.setLevel(0)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def leaking(kind: str) -> Answers:
    """Operators that write into their answer what they were sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        planted = f"{NUMBER} {request.headers['authorization']}"
        if kind == "raise":
            raise httpx.ReadError(planted)
        if kind == "odd":
            raise ValueError(planted)
        if kind == "html":
            return httpx.Response(200, text=planted)
        status = 500 if kind == "server" else 404
        body = {"status": status, "code": planted, "message": planted, "phoneNumber": NUMBER}
        return httpx.Response(status, json=body, headers={"x-correlator": planted, "retry-after": planted})

    return answer


def ciba(operator: Operator) -> Ciba:
    def answers(form: dict[str, str]) -> httpx.Response | None:
        request = {"auth_req_id": "planted-request", "expires_in": 9}
        return httpx.Response(200, json=request) if "login_hint" in form else None

    operator.token_answers = answers
    endpoint = TokenEndpoint(operator.wire(), TOKEN_URL, operator.signer(), timeout_s=2)
    return Ciba(endpoint, "dpv:X s", url=f"{ROOT}/oauth2/bc", patience_s=1, monotonic=operator.clock.monotonic)


FLOWS: dict[str, Callable[[Operator], KeptTokens]] = {
    "client-credentials": Operator.tokens,
    "jwt-bearer": lambda operator: operator.tokens(JwtBearer),
    "ciba": ciba,
}
ANSWERS: dict[str, Answers] = {
    "good": says(phoneNumberRecycled=False, swapped=False, tenureDateCheck=True, latestSimChange=None),
    "unauthenticated": says(401, status=401, code="UNAUTHENTICATED", message=NUMBER),
    **{kind: leaking(kind) for kind in ("raise", "odd", "html", "server", "not-found")},
}


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("answers", ANSWERS)
def test_nothing_secret_is_written_anywhere(flow: str, answers: str, logged: Everything) -> None:
    """Not even at the most talkative log level, and not by the libraries underneath."""
    operator = Operator(ANSWERS[answers])
    tokens = FLOWS[flow](operator)
    events: list[Event] = []

    async def decide() -> Decision:
        apis = [operator.api(path, tokens=tokens, name=path) for path in (PATH, TENURE_PATH, DATE_PATH, CHECK_PATH)]
        providers: list[Provider] = [
            NumberRecycling(apis[0]),
            Tenure(apis[1]),
            SimSwap("sim", date_api=apis[2], check_api=apis[3]),
        ]
        gate = Gate(
            providers, cache=DayCache(), clock=operator.clock, on_event=events.append, order=Order.TOGETHER, limit_s=4
        )
        decision = await gate.decide(QUESTION)
        await tokens.aclose()
        return decision

    decision = asyncio.run(decide(), debug=True)
    assert operator.asked
    written = "\n".join([*logged.text, repr(decision), str(decision), repr(events), repr(tokens), repr(vars(tokens))])
    key = ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    secrets = [NUMBER, NUMBER[1:], "planted-token", "planted-request", *key.splitlines()[1:-1]]
    secrets += [form.get("client_assertion") or form["assertion"] for form in operator.forms]
    assert len(json.dumps(secrets)) > 100
    for secret in secrets:
        assert secret not in written
