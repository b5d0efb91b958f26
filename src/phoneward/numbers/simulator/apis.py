"""The three CAMARA APIs: what a request must be, and what it is answered.

Source: the definitions Number Recycling v0.2.0, SIM Swap v2.1.0 and KYC Tenure v0.2.0 of camaraproject. Properties that
a definition does not name are ignored, as these versions say nothing else.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from phoneward.numbers.simulator import answers
from phoneward.numbers.simulator.access import Access
from phoneward.numbers.simulator.state import NUMBER, Contract, State, Subscriber
from phoneward.numbers.simulator.wire import ApiError

DEFAULT_MAX_AGE: Final = 240
MAX_MAX_AGE: Final = 2400
"""Hours."""
_AT_LEAST_1: Final = msgspec.Meta(ge=1)


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every request may hold."""

    phone_number: Annotated[str, msgspec.Meta(pattern=NUMBER)] | msgspec.UnsetType = msgspec.UNSET


class AskedRecycling(Asked, frozen=True, kw_only=True, rename="camel"):
    """`CreateCheckNumRecycling`."""

    specified_date: dt.date


class AskedTenure(Asked, frozen=True, kw_only=True, rename="camel"):
    """`Tenure`."""

    tenure_date: dt.date


class AskedSwap(Asked, frozen=True, kw_only=True, rename="camel"):
    """`CreateCheckSimSwap`. 240.0 is an integer too (JSON Schema, 6.1.1), and more than the most is OUT_OF_RANGE."""

    max_age: Annotated[int, _AT_LEAST_1] | Annotated[float, _AT_LEAST_1] = DEFAULT_MAX_AGE

    def __post_init__(self) -> None:
        """Refuse half hours."""
        if isinstance(self.max_age, float) and not self.max_age.is_integer():
            raise ValueError("maxAge is not a whole number")


@dataclass(frozen=True, slots=True)
class Api:
    """One operation.

    Attributes:
        path: below the root.
        scopes: any of them lets it be asked.
        request: the shape of its body.
        answer: what is true of a subscriber; raises `ApiError`.
    """

    path: str
    scopes: frozenset[str]
    request: type[Asked]
    answer: Callable[[Any, Subscriber, State, dt.datetime], dict[str, object]]


def answer(
    api: Api,
    access: Access,
    body: bytes,
    state: State,
    *,
    find: Callable[[str], Subscriber | None],
    now: dt.datetime,
) -> dict[str, object]:
    """Return what a request is answered.

    Args:
        api: which operation.
        access: what its token is good for.
        body: of the request.
        state: the operator's settings.
        find: the subscriber of a number.
        now: the operator's time.

    Raises:
        ApiError: anything else than an answer.
    """
    if not access.scopes & api.scopes:
        raise ApiError(
            403, "PERMISSION_DENIED", f"The access token does not have the scope {' or '.join(sorted(api.scopes))}."
        )
    asked = parse(body, api.request)
    number = identified(asked, access)
    subscriber = find(number)
    if subscriber is None or subscriber.operator != "ours":
        raise ApiError(404, "IDENTIFIER_NOT_FOUND", "The phone number is none of this operator's.")
    if subscriber.service == "not-applicable":
        raise ApiError(422, "SERVICE_NOT_APPLICABLE", "The service is not available for this phone number.")
    if subscriber.service == "blocked":
        raise ApiError(403, "PERMISSION_DENIED", "Nothing may be told about this phone number.")
    return api.answer(asked, subscriber, state, now)


def parse(body: bytes, shape: type[Asked]) -> Asked:
    """Return a request's body.

    Raises:
        ApiError: 400: it is not JSON (RFC 8259), or not of this shape.
    """
    try:
        return msgspec.json.decode(
            body.decode("utf-8").encode(), type=shape
        )  # strict: else only what is read is checked
    except msgspec.ValidationError as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"The request body is not as defined: {error}"[:300]) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ApiError(400, "INVALID_ARGUMENT", "The request body is not JSON.") from None


def identified(asked: Asked, access: Access) -> str:
    """Return the number a request is about.

    Raises:
        ApiError: 422: the token names it and the request too, or neither.
    """
    if access.number is not None:
        if asked.phone_number is not msgspec.UNSET:
            message = "The phone number is already identified by the access token."
            raise ApiError(422, "UNNECESSARY_IDENTIFIER", message)
        return access.number
    if asked.phone_number is msgspec.UNSET:
        raise ApiError(422, "MISSING_IDENTIFIER", "The phone number cannot be identified.")
    return asked.phone_number


def _recycling(asked: AskedRecycling, subscriber: Subscriber, state: State, now: dt.datetime) -> dict[str, object]:
    today = _evaluable(asked.specified_date, subscriber, state, now)
    if state.operator.cancelled_numbers == "not-found":
        _check_contract(subscriber, today)
    return {"phoneNumberRecycled": answers.is_recycled(subscriber, asked.specified_date, today)}


def _tenure(asked: AskedTenure, subscriber: Subscriber, state: State, now: dt.datetime) -> dict[str, object]:
    today = _evaluable(asked.tenure_date, subscriber, state, now)
    contract = _check_contract(subscriber, today)
    document: dict[str, object] = {"tenureDateCheck": answers.has_tenure(subscriber, asked.tenure_date, today)}
    if contract.type is not None:
        document["contractType"] = contract.type
    return document


def _swapped(asked: AskedSwap, subscriber: Subscriber, state: State, now: dt.datetime) -> dict[str, object]:
    hours = asked.max_age
    monitored = state.operator.sim_swap_monitored_days
    most = MAX_MAX_AGE if monitored is None else min(MAX_MAX_AGE, monitored * 24)
    if hours > most:
        raise ApiError(400, "OUT_OF_RANGE", f"maxAge is more than {most} hours: the past before is not kept.")
    _check_contract(subscriber, _today(state, now))
    latest = answers.latest_sim_change(subscriber, now, state.operator.zone)
    return {"swapped": latest is not None and now - latest <= dt.timedelta(hours=hours)}


def _swap_date(_asked: Asked, subscriber: Subscriber, state: State, now: dt.datetime) -> dict[str, object]:
    _check_contract(subscriber, _today(state, now))
    latest = answers.latest_sim_change(subscriber, now, state.operator.zone)
    monitored = state.operator.sim_swap_monitored_days
    if latest is not None and monitored is not None and now - latest > dt.timedelta(days=monitored):
        return {"latestSimChange": None, "monitoredPeriod": monitored}
    return {"latestSimChange": None if latest is None else latest.isoformat().replace("+00:00", "Z")}


def _today(state: State, now: dt.datetime) -> dt.date:
    return now.astimezone(state.operator.zone).date()


def _evaluable(asked: dt.date, subscriber: Subscriber, state: State, now: dt.datetime) -> dt.date:
    """Return today; the day asked about must be one that can be judged."""
    today = _today(state, now)
    if asked > today:
        raise ApiError(400, "OUT_OF_RANGE", "The date is in the future.")
    earliest = subscriber.evaluable_from or state.operator.evaluable_from
    if earliest is not None and asked < earliest:
        raise ApiError(400, "OUT_OF_RANGE", f"Nothing is known of the time before {earliest}.")
    return today


def _check_contract(subscriber: Subscriber, today: dt.date) -> Contract:
    contract = answers.current_contract(subscriber, today)
    if contract is None:
        raise ApiError(404, "IDENTIFIER_NOT_FOUND", "The phone number has no contract today.")
    return contract


APIS: Final = (
    Api("/number-recycling/v0.2/check", frozenset({"number-recycling:check"}), AskedRecycling, _recycling),
    Api("/sim-swap/v2/check", frozenset({"sim-swap:check", "sim-swap"}), AskedSwap, _swapped),
    Api("/sim-swap/v2/retrieve-date", frozenset({"sim-swap:retrieve-date", "sim-swap"}), Asked, _swap_date),
    Api("/kyc-tenure/v0.2/check-tenure", frozenset({"kyc-tenure:check-tenure"}), AskedTenure, _tenure),
)
