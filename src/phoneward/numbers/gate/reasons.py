"""The reason codes: why an answer is what it is. Each is explained in docs/reference/gate.md."""

import enum


class Code(enum.StrEnum):
    """A reason code. The first three groups are what somebody said; all others mean that nobody said anything."""

    # SAME
    NOT_RECYCLED = "not-recycled"
    NO_SIM_CHANGE = "no-sim-change"
    LONG_TENURE = "long-tenure"
    NOT_DISCONNECTED = "not-disconnected"

    # CHANGED
    RECYCLED = "recycled"
    DISCONNECTED = "disconnected"

    # UNKNOWN: something was said, and it is a reason for doubt
    SAME_DAY = "same-day"
    SIM_SWAPPED = "sim-swapped"
    SHORTER_TENURE = "shorter-tenure"
    CONTRADICTION = "contradiction"

    # UNKNOWN: the other side cannot say
    OUT_OF_RANGE = "out-of-range"
    NOT_OUR_SUBSCRIBER = "not-our-subscriber"
    NOT_APPLICABLE = "not-applicable"
    NOT_MONITORED = "not-monitored"
    NO_DATA = "no-data"
    NOT_LISTED = "not-listed"
    DISCONNECTED_EARLIER = "disconnected-earlier"
    STALE = "stale"

    # UNKNOWN: the other side refuses
    INVALID_ARGUMENT = "invalid-argument"
    MISSING_IDENTIFIER = "missing-identifier"
    UNNECESSARY_IDENTIFIER = "unnecessary-identifier"
    UNAUTHENTICATED = "unauthenticated"
    PERMISSION_DENIED = "permission-denied"
    NOT_FOUND = "not-found"
    REFUSED = "refused"
    RATE_LIMITED = "rate-limited"
    PROVIDER_ERROR = "provider-error"
    TOKEN_REFUSED = "token-refused"  # noqa: S105  a reason, not a token
    CONSENT_REFUSED = "consent-refused"
    CONSENT_PENDING = "consent-pending"

    # UNKNOWN: what came is not an answer
    BAD_ANSWER = "bad-answer"
    ANOTHER_ANSWER = "another-answer"
    TOO_LARGE = "too-large"
    REDIRECTED = "redirected"
    BAD_TOKEN_ANSWER = "bad-token-answer"  # noqa: S105  a reason, not a token

    # UNKNOWN: nothing came
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    BROKEN_OFF = "broken-off"
    TLS_FAILED = "tls-failed"
    PROVIDER_FAILED = "provider-failed"

    # UNKNOWN: nobody was asked
    HELD_BACK = "held-back"
    OTHER_AREA = "other-area"
    BAD_NUMBER = "bad-number"
    SINCE_IN_FUTURE = "since-in-future"
    NO_PROVIDER = "no-provider"
