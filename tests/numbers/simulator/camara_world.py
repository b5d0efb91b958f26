"""What a CAMARA scenario has said so far, and the operator and the request that follow from it."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from phoneward.numbers.simulator import Client, Clock, Contract, Operator, State, Subscriber
from tests.numbers.simulator.consumer import CLIENT, PURPOSE, Consumer, consumer

NOW = dt.datetime(2026, 11, 29, 15, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
NUMBER = "+447700900111"
OTHER_NUMBER = "+447700900112"
SIGNED = TODAY - dt.timedelta(days=700)
MONITORED_DAYS = 60

DEFAULTS: dict[str, dict[str, object]] = {
    "/number-recycling/v0.2/check": {"specifiedDate": str(TODAY - dt.timedelta(days=100))},
    "/kyc-tenure/v0.2/check-tenure": {"tenureDate": str(TODAY - dt.timedelta(days=100))},
    "/sim-swap/v2/check": {},
    "/sim-swap/v2/retrieve-date": {},
}
FOREIGN_SCOPE = {"/sim-swap/v2/check": "number-recycling:check", "/sim-swap/v2/retrieve-date": "number-recycling:check"}


@dataclass
class World:
    """One scenario.

    Attributes:
        legs: whether its valid token names the number.
        bodies: one request is sent for each.
        tokens: one request is sent for each; None sends no `Authorization`.
        subscriber: the line that is asked about.
    """

    legs: str
    path: str = ""
    bodies: list[Any] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=lambda: ["valid"])
    correlator: str | None = None
    content_type: str = "application/json"
    operator: Operator = field(default_factory=Operator)
    subscriber: Subscriber = field(
        default_factory=lambda: Subscriber(number=NUMBER, contracts=(Contract(begins=SIGNED, holder="A", type="PAYM"),))
    )
    swapped_hours_ago: float | None = None
    with_body: bool = True
    answers: list[httpx.Response] = field(default_factory=list)

    def change(self, **properties: object) -> None:
        """Set properties of the request's body."""
        self.bodies = [{**body, **properties} for body in self.bodies]

    def line(self, **facts: Any) -> None:
        """Say something of the line."""
        self.subscriber = msgspec.structs.replace(self.subscriber, **facts)

    def swap(self, hours: float) -> None:
        """The line came onto another SIM so many hours ago."""
        self.swapped_hours_ago = hours
        self.line(sim_changes=(NOW - dt.timedelta(hours=hours),))

    def activate(self, hours: float) -> None:
        """The line's first SIM came into the network so many hours ago."""
        moment = NOW - dt.timedelta(hours=hours)
        self.line(contracts=(Contract(begins=moment.date(), activated=moment, holder="A"),))

    def send(self) -> None:
        """Send the request, in each of its forms."""
        state = State(
            operator=self.operator,
            clients=(Client(id=CLIENT),),
            subscribers=(self.subscriber, Subscriber(number=OTHER_NUMBER, contracts=self.subscriber.contracts)),
        )
        asking = consumer(state, Clock(NOW, ticking=False), Clock(NOW, ticking=False))
        for kind in self.tokens:
            for body in self.bodies:
                self.answers.append(self._send(asking, kind, body))

    def _send(self, asking: Consumer, kind: str | None, body: Any) -> httpx.Response:
        if kind == "valid":
            kind = self.legs
        headers = {"content-type": self.content_type}
        token = self._token(asking, kind)
        if token is not None:
            headers["authorization"] = token
        if self.correlator is not None:
            headers["x-correlator"] = self.correlator
        named = isinstance(body, dict) and body.get("phoneNumber") == "default"
        if named:
            body = {name: value for name, value in body.items() if name != "phoneNumber" or kind != "three-legged"}
            if "phoneNumber" in body:
                body["phoneNumber"] = NUMBER
        content = json.dumps(body).encode() if self.with_body else b""
        return asking.http.post(self.path, content=content, headers=headers)

    def _token(self, asking: Consumer, kind: str | None) -> str | None:
        if kind is None:
            return None
        if kind == "two-legged":
            return f"Bearer {asking.token()}"
        if kind == "three-legged":
            return f"Bearer {asking.token_about(NUMBER)}"
        if kind == "expired":
            token = asking.token()
            asking.simulator.token_clock.advance(asking.simulator.state.tokens.access_seconds)
            return f"Bearer {token}"
        if kind == "scopeless":
            foreign = FOREIGN_SCOPE.get(self.path, "sim-swap")
            return f"Bearer {asking.token(f'{PURPOSE} {foreign}')}"
        assert kind.startswith("invalid")
        return {"invalid": "Bearer made-up", "invalid-kind": f"Basic {asking.token()}", "invalid-empty": "Bearer "}[
            kind
        ]
