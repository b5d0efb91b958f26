"""What the simulated operator knows: its subscribers, the clients it has taken on, and how it misbehaves on request.

The meaning of each field is in docs/reference/operator-simulator.md.
"""

import datetime as dt
import re
import zoneinfo
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from phoneward.errors import readable
from phoneward.numbers.simulator.errors import StateFileError
from phoneward.texts import _

MAX_FILE_BYTES: Final = 64 << 20

NUMBER: Final = r"^\+[1-9][0-9]{4,14}\Z"
"""`PhoneNumber` of the CAMARA definitions; `$` there means the very end."""

SCOPES: Final = (
    "number-recycling:check",
    "sim-swap",
    "sim-swap:check",
    "sim-swap:retrieve-date",
    "kyc-tenure:check-tenure",
)

Grant = Literal["client-credentials", "ciba", "jwt-bearer"]
FaultKind = Literal[
    "hang", "slow-drip", "server-error", "too-many-requests", "wrong-schema", "wrong-content-type", "cut", "lie"
]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: a name that is not known is an error, not a setting without effect."""


class Contract(_Table, frozen=True, kw_only=True):
    """One person's contract for a number.

    Attributes:
        begins: `from`, the day it was signed; the first day of it.
        ends: `to`, the day it was cancelled; the first day without it. None: it goes on.
        holder: who; two contracts of one holder, the second from the day the first ends, are one tenure.
        activated: when its SIM first came into the network; the beginning of the first day where it is not said.
    """

    begins: dt.date = msgspec.field(name="from")
    ends: dt.date | None = msgspec.field(name="to", default=None)
    holder: str
    type: Literal["PAYG", "PAYM", "Business"] | None = None
    activated: dt.datetime | None = None


class Subscriber(_Table, frozen=True, kw_only=True):
    """A number and all that happened to it."""

    number: Annotated[str, msgspec.Meta(pattern=NUMBER)]
    about: str = ""
    operator: Literal["ours", "other"] = "ours"
    service: Literal["available", "not-applicable", "blocked"] = "available"
    contracts: tuple[Contract, ...] = ()
    sim_changes: tuple[dt.datetime, ...] = ()
    has_sim: bool = True
    evaluable_from: dt.date | None = None
    consent: Literal["given", "refused", "unanswered"] = "given"
    consent_seconds: Seconds = 0
    fault: FaultKind | None = None


class Client(_Table, frozen=True, kw_only=True):
    """A service that may ask. Without a public key of its own, one is made for it when the simulator starts."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    public_key: str | None = None
    public_key_file: str | None = None
    """Beside the state file, where the path is a relative one; read by whoever starts the simulator."""
    grants: tuple[Grant, ...] = ("client-credentials", "ciba", "jwt-bearer")
    scopes: tuple[str, ...] = SCOPES
    purposes: tuple[str, ...] = ()


class Operator(_Table, frozen=True, kw_only=True):
    """What holds for all numbers."""

    name: str = "Example Mobile"
    time_zone: str = "UTC"
    evaluable_from: dt.date | None = None
    sim_swap_monitored_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] | None = None
    cancelled_numbers: Literal["recycled", "not-found"] = "recycled"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The clock by which its days begin."""
        return zoneinfo.ZoneInfo(self.time_zone)


class Tokens(_Table, frozen=True, kw_only=True):
    """How tokens are issued."""

    access_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 900
    ciba_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 120
    ciba_interval: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 5
    leeway_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 5
    clock_skew_seconds: Annotated[float, msgspec.Meta(ge=-86_400, le=86_400)] = 0
    purpose_required: bool = True


class Faults(_Table, frozen=True, kw_only=True):
    """How it misbehaves: at which rate, in which ways, where."""

    rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0
    seed: int = 0
    kinds: tuple[FaultKind, ...] = (
        "hang", "slow-drip", "server-error", "too-many-requests", "wrong-schema", "wrong-content-type", "cut"
    )  # fmt: skip
    where: tuple[Literal["api", "token"], ...] = ("api", "token")
    hang_seconds: Seconds = 60
    drip_seconds: Seconds = 1
    retry_after_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 1


class State(_Table, frozen=True, kw_only=True):
    """All of it."""

    operator: Operator = Operator()
    tokens: Tokens = Tokens()
    faults: Faults = Faults()
    clients: tuple[Client, ...] = (Client(id="example-client"),)
    subscribers: tuple[Subscriber, ...] = ()


def load_state(path: Path) -> State:
    """Return what a TOML or JSON file says (JSON where its name ends so).

    Raises:
        StateFileError: it cannot be read, is no such file, or contradicts itself.
    """
    name = readable(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise StateFileError(file=name, problem=readable(error.strerror or str(error))) from error
    return parse_state(content, name, as_json=path.suffix.lower() == ".json")


def parse_state(content: bytes, name: str, *, as_json: bool) -> State:
    """Return what the bytes of a file say.

    Raises:
        StateFileError: they are no such file, or it contradicts itself.
    """
    if len(content) > MAX_FILE_BYTES:
        raise StateFileError(file=name, problem=_("it has more than {count} MB").format(count=MAX_FILE_BYTES >> 20))
    decode = msgspec.json.decode if as_json else msgspec.toml.decode
    try:
        state = decode(content, type=State)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:  # TOMLDecodeError and bad UTF-8 are ValueErrors
        raise StateFileError(file=name, problem=readable(str(error)[:300])) from error
    problem = contradiction(state)
    if problem:
        raise StateFileError(file=name, problem=readable(problem))
    return state


def contradiction(state: State) -> str:
    """Return what does not fit together, or nothing."""
    try:
        zoneinfo.ZoneInfo(state.operator.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return _("there is no time zone {name}").format(name=state.operator.time_zone)
    for named in ([client.id for client in state.clients], [one.number for one in state.subscribers]):
        seen: set[str] = set()
        for name in named:
            if name in seen:
                return _("{name} is there twice").format(name=name)
            seen.add(name)
    for client in state.clients:
        unknown = set(client.scopes) - set(SCOPES)
        if unknown:
            return _("client {client}: there is no scope {scope}").format(client=client.id, scope=min(unknown))
    return next(filter(None, map(_contradiction_of, state.subscribers)), "")


def _contradiction_of(subscriber: Subscriber) -> str:
    number = subscriber.number
    if not re.search(NUMBER, number):
        return _("{number} is not written as + and the number with its country code").format(number=number)
    if subscriber.operator == "other" and subscriber.contracts:
        return _("{number} is another operator's, so it has no contracts here").format(number=number)
    for before, after in zip(subscriber.contracts, subscriber.contracts[1:], strict=False):
        if before.ends is None or before.ends > after.begins:
            return _("{number}: the contract of {day} has not ended when the next one begins").format(
                number=number, day=before.begins
            )
    for contract in subscriber.contracts:
        if contract.ends is not None and contract.ends <= contract.begins:
            return _("{number}: the contract of {day} ends before its second day").format(
                number=number, day=contract.begins
            )
    moments = [*subscriber.sim_changes, *(one.activated for one in subscriber.contracts if one.activated is not None)]
    if any(moment.tzinfo is None for moment in moments):
        return _("{number}: a time needs its zone, such as 2026-03-01T12:00:00Z").format(number=number)
    return ""
