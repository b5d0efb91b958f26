"""An account's number, the sessions that it opened, and what the service has to do when it changed hands."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class State(enum.StrEnum):
    """What a number is to an account."""

    ACTIVE = "active"
    """A factor: a code sent to it may open the account, as far as the policy allows."""
    SUSPENDED = "suspended"
    """No factor: it was cancelled, or changed hands. Nothing but another factor brings the owner back."""
    RELEASED = "released"
    """Not the account's any more; the number itself is forgotten."""


class ActionKind(enum.StrEnum):
    """What the service is asked to do."""

    END_SESSIONS = "end-sessions"
    """End every session that the number opened since `opened_since`; `sessions` names those that were reported."""
    CLOSE_DATA = "close-data"
    """Show and send nothing of the account until its owner is back: share links and sync included."""
    NOTIFY = "notify"
    """Tell the owner by every channel but the number."""
    OPEN_DATA = "open-data"
    """The owner is back: what was closed may be open again."""
    REMIND = "remind"
    """Ask the owner whether the number is still theirs, before the last verification is too old to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An account and its number. An account has one; many accounts may have the same.

    Attributes:
        account: the service's own name for the account; opaque.
        number: E.164 with `+`, sealed (see `keys`); empty once released.
        number_hash: keyed hash, to find accounts by a number; empty once released.
        number_mask: what people may see: country and the last two digits.
        bound_at: aware UTC.
        verified_at: when the owner last proved by another factor that the number is theirs; aware UTC.
        why: why it is in this state: `bound`, `verified`, `notice`, `changed`, `recovered`, `released`.
        data_closed: nothing of the account may be shown or sent.
        reminded: the owner was reminded since `verified_at`.
        version: grows by one with every change.
    """

    account: str
    number: str
    number_hash: str
    number_mask: str
    bound_at: dt.datetime
    verified_at: dt.datetime
    state: State
    why: str
    data_closed: bool
    reminded: bool
    version: int

    @property
    def since(self) -> dt.datetime:
        """From when on it matters whether the number changed hands."""
        return max(self.bound_at, self.verified_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something for the service to do, once, whatever is killed: the same work always has the same key.

    Attributes:
        key: what the service remembers it by, and acknowledges.
        details: what the kind needs; never a number.
    """

    key: str
    kind: ActionKind
    account: str
    made_at: dt.datetime
    details: Mapping[str, object] = field(default_factory=dict)
