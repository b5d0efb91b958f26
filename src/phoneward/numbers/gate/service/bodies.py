"""What is sent to the service and what it answers: checked as it comes in, and the source of its OpenAPI document."""

import datetime as dt
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings.binding import ActionKind, State
from phoneward.numbers.gate.lifecycle import FACTOR, LONGEST_FACTOR
from phoneward.numbers.gate.policy import Purpose, Step

MOST_NOTICES: Final = 1000
MOST_ACTIONS: Final = 1000

Account = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\u0000-\u0020\u007f-\u00a0]+$",
        description="The service's own name for the account; opaque, without spaces and control characters.",
        examples=["user-4711"],
    ),
]
Session = Annotated[
    str, Meta(min_length=1, max_length=200, pattern="^[!-~]+$", description="The service's own name for the session.")
]
Number = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{4,14}$", description="E.164 with +.", examples=["+8613800138000"])]
Factor = Annotated[
    str,
    Meta(
        pattern=f"^{FACTOR}$",
        max_length=LONGEST_FACTOR,
        description="By what the owner proved who they are; never the number itself.",
        examples=["passkey", "totp", "recovery-code"],
    ),
]
Time = Annotated[dt.datetime, Meta(tz=True)]
Key = Annotated[str, Meta(min_length=1, max_length=200, pattern="^[!-~]+$")]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is sent: nothing unknown."""

    def __post_init__(self) -> None:
        """Refuse what Python's reading of a pattern lets pass: a line end at the very end, half characters."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and (value.endswith("\n") or any("\ud800" <= one <= "\udfff" for one in value)):
                raise ValueError(f"{name}: holds something that is no text")


class CheckBody(Body, frozen=True):
    """May the number of this account be used for this?"""

    account: Account
    purpose: Purpose


class BindBody(Body, frozen=True):
    """The owner, known by the service, gave this number; it was proven by a code.

    `bound_at` is for accounts that had it before the gate came: since when. A time to come counts as now.
    """

    account: Account
    number: Number
    bound_at: Time | None = None


class AccountBody(Body, frozen=True):
    """An account."""

    account: Account


class VerifiedBody(Body, frozen=True):
    """The owner proved by another factor who they are, and by a code that they hold `number`: both.

    Whoever came in by another factor alone is not reported: they may have given the number up long ago.
    """

    account: Account
    factor: Factor
    number: Number


class RecoveredBody(Body, frozen=True):
    """The owner came back by another factor; `number` is the one that they hold now, proven by a code."""

    account: Account
    factor: Factor
    number: Number | None = None


class SessionBody(Body, frozen=True):
    """A session that the number opened."""

    account: Account
    session: Session


class Notice(Body, frozen=True):
    """A number was cancelled on this day, as the carrier counts days."""

    number: Number
    on: dt.date


class NoticesBody(Body, frozen=True):
    """What a carrier tells."""

    notices: Annotated[tuple[Notice, ...], Meta(min_length=1, max_length=MOST_NOTICES)]


class DoneBody(Body, frozen=True):
    """What the service carried out."""

    keys: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MOST_ACTIONS)]


class ReasonView(Struct, frozen=True, kw_only=True):
    """Why an answer is what it is."""

    code: str
    provider: str
    detail: str


class AnswerView(Struct, frozen=True, kw_only=True):
    """What follows: `step` is what the service does next."""

    word: Word
    step: Step
    reasons: tuple[ReasonView, ...]
    state: State | None
    data_closed: bool
    policy: str


class BindingView(Struct, frozen=True, kw_only=True):
    """An account's number, as far as people may see it."""

    account: str
    number: str
    state: State
    why: str
    data_closed: bool
    bound_at: Time
    verified_at: Time
    version: int


class SessionView(Struct, frozen=True, kw_only=True):
    """Whether the session may stay; where not, its end is in the outbox."""

    may_stay: bool


class NoticesView(Struct, frozen=True, kw_only=True):
    """What came of notices."""

    heard: int
    suspended: int


class ActionView(Struct, frozen=True, kw_only=True):
    """Something for the service to do, once for each key."""

    key: str
    kind: ActionKind
    account: str
    made_at: Time
    details: dict[str, Any]  # Any: JSON, by kind


class OutboxView(Struct, frozen=True, kw_only=True):
    """What waits to be carried out, oldest first."""

    actions: tuple[ActionView, ...]


class DoneView(Struct, frozen=True, kw_only=True):
    """How many were not known to be carried out."""

    done: int


class HealthView(Struct, frozen=True, kw_only=True):
    """It runs, and its database answers."""

    status: Literal["ok"]


class ProblemView(Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
