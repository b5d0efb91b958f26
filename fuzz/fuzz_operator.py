"""Fuzz target: what is sent to the operator simulator, and its state file.

The first byte chooses: a state file as TOML or JSON, the body of a question, a form, a JWT. Seeds are by hand.
"""

import contextlib
import datetime as dt
import sys
from collections.abc import Callable

import atheris

# What is not to be instrumented is imported before: to look at each of its modules would take seconds.
import jwt  # noqa: F401
import starlette.applications  # noqa: F401
import uvicorn  # noqa: F401

import phoneward.numbers  # noqa: F401

with atheris.instrument_imports(include=["phoneward.numbers.simulator.apis", "phoneward.numbers.simulator.state"]):
    from phoneward.numbers.simulator import apis, authorization, jose, state, wire

from phoneward.errors import PhonewardError
from phoneward.numbers.simulator.access import Access, AccessTokens
from phoneward.numbers.simulator.assertions import KnownClient

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
NUMBER = "+447700900001"
CLIENT = state.Client(id="example-client")
KEY = jose.new_key().public_key()
OPERATOR = state.State(
    clients=(CLIENT,),
    subscribers=(state.Subscriber(number=NUMBER, contracts=(state.Contract(begins=dt.date(2024, 1, 1), holder="A"),)),),
)
SERVER = authorization.AuthorizationServer(OPERATOR, {CLIENT.id: KnownClient(CLIENT, KEY)}, AccessTokens())
SCOPES = frozenset({"number-recycling:check", "sim-swap", "kyc-tenure:check-tenure"})


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def state_file(data: bytes) -> None:
    """A state file fits together, or is refused."""
    read = state.parse_state(data, "a file", as_json=data[:1] == b"{")
    _demand(not state.contradiction(read), "contradicts itself")


def question(data: bytes) -> None:
    """A question is answered, or refused as the definitions say."""
    choice = data[0] if data else 0
    access = Access(CLIENT.id, SCOPES, NUMBER if choice & 4 else None, 1e12)
    found = {NUMBER: OPERATOR.subscribers[0]}
    try:
        told = apis.answer(apis.APIS[choice % 4], access, data[1:], OPERATOR, find=found.get, now=NOW)
    except wire.ApiError as error:
        _demand(error.status in {400, 404, 422}, "another status")
    else:
        _demand(told, "no answer")


def form(data: bytes) -> None:
    """Whatever is sent, nobody but the key's owner gets a token."""
    with contextlib.suppress(wire.OAuthError):
        fields = wire.parse_form(data)
        for ask in (SERVER.token, SERVER.begin):
            with contextlib.suppress(wire.OAuthError):
                ask(fields, "http://operator.test", NOW.timestamp())
                _demand(False, "a token")  # noqa: FBT003 - the condition itself


def token(data: bytes) -> None:
    """No JWT that somebody else made is believed."""
    with contextlib.suppress(jose.BadTokenError):
        jose.read_signed(data.decode("latin-1"), KEY)
        _demand(False, "believed")  # noqa: FBT003 - the condition itself


TARGETS: tuple[Callable[[bytes], None], ...] = (state_file, question, form, token)


def one_input(data: bytes) -> None:
    """Give the bytes to one of them; an error of our family is the expected answer to nonsense."""
    with contextlib.suppress(PhonewardError):
        TARGETS[data[0] % len(TARGETS) if data else 0](data[1:])


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
