"""Which snapshots to keep: restic's keep-rules, and removing the others.

Source: restic internal/data/{snapshot_policy,duration}.go, cmd/restic/cmd_forget.go. What an hour, day or week is, the
clock decides that the snapshot's time was written with. A rule looks from the newest snapshot back and keeps the newest
of each hour, day, week, month or year until it has kept as many as it may; the oldest of all is kept too while a rule
has some left, so that history reaches as far back as it can.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple

from phoneward.errors import PhonewardError, readable
from phoneward.texts import enumeration
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.civil import DAY_SECONDS, OffsetAt, WallClock, iso_week, local_offset, shifted, wall_clock
from phoneward.vault.errors import FileMissingError, GroupWouldVanishError, NoKeepRuleError, StorageError
from phoneward.vault.locks import HeldLock
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.snapshot_filter import GroupBy, GroupKey, TagList, group_snapshots, has_tags

UNLIMITED: Final = -1
"""As a rule's number: keep all of them."""

_NS: Final = 1_000_000_000
_SPAN_PART: Final = re.compile(r"([0-9]{1,6})([ymdh])", re.ASCII)
_ZERO_TIME_NS: Final = -62_135_596_800 * _NS
"""The year 1, Go's zero time: the newest snapshot where all lie in the future."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in calendar units, none negative."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0

    def __bool__(self) -> bool:
        return bool(self.years or self.months or self.days or self.hours)

    def __str__(self) -> str:
        """Write it as restic does, such as `1y5m7d2h`."""
        parts = ((self.years, "y"), (self.months, "m"), (self.days, "d"), (self.hours, "h"))
        return "".join(f"{number}{unit}" for number, unit in parts if number)

    def before(self, time_ns: int, offset_at: OffsetAt) -> int:
        """Return the instant this long before another, nanoseconds since 1970 UTC."""
        seconds, fraction = divmod(time_ns, _NS)
        moved = shifted(seconds, years=-self.years, months=-self.months, days=-self.days, offset_at=offset_at)
        return (moved - self.hours * 3600) * _NS + fraction


def parse_span(text: str) -> Span:
    """Return the span that `1y5m7d2h` or a part of it means; of a unit given twice, the later counts.

    Raises:
        ValueError: it is not written so, or a number has more than six digits.
    """
    units = {"y": 0, "m": 0, "d": 0, "h": 0}
    rest = text.strip()
    while rest:
        part = _SPAN_PART.match(rest)
        if part is None:
            raise ValueError("not a span of time")
        units[part[2]] = int(part[1])
        rest = rest[part.end() :]
    return Span(units["y"], units["m"], units["d"], units["h"])


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """The keep-rules. A number is how many, `UNLIMITED`, or 0 for no such rule; an empty span is no rule.

    Attributes:
        within: keep all that are newer than this before the newest.
        within_hourly … within_yearly: of those, the newest of each hour … year.
        tags: keep what has all tags of one of these lists; not counted by the other rules.
    """

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    within: Span = Span()
    within_hourly: Span = Span()
    within_daily: Span = Span()
    within_weekly: Span = Span()
    within_monthly: Span = Span()
    within_yearly: Span = Span()
    tags: tuple[TagList, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no rule at all."""
        return not any(getattr(self, item.name) for item in fields(self))


class Period(enum.Enum):
    """Of which stretch of time a rule keeps the newest; the value is restic's word."""

    LAST = "last"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Reason(NamedTuple):
    """Why a snapshot is kept.

    Attributes:
        period: the rule's; None for `within` and tags.
        oldest: kept only because it is the oldest, and the rule had some left.
        span: of a rule that looks back so far.
        tags: of a rule about tags.
        before_loss: it is the last before these lost much of what they held; no rule of restic's.
    """

    period: Period | None = None
    oldest: bool = False
    span: Span | None = None
    tags: TagList | None = None
    before_loss: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it in restic's words."""
        if self.before_loss:
            return f"last before a loss of {', '.join(self.before_loss)}"
        if self.tags is not None:
            return f"has tags [{', '.join(self.tags)}]"
        if self.period is None:
            return f"within {self.span}"
        ending = "snapshot" if self.span is None else f"within {self.span}"
        return f"{'oldest ' if self.oldest else ''}{self.period.value} {ending}"


class Kept(NamedTuple):
    """A snapshot that is kept, and why."""

    snapshot: Snapshot
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ForgetGroup:
    """What becomes of the snapshots of one group, newest first."""

    key: GroupKey
    keep: list[Kept]
    remove: list[Snapshot]


@dataclass(slots=True)
class _Rule:
    """One rule on its way from the newest snapshot to the oldest."""

    period: Period
    left: int
    span: Span | None = None
    since_ns: int = 0
    last: tuple[int, ...] = ()

    def asks(self, time_ns: int, bucket: tuple[int, ...], *, oldest: bool) -> Reason | None:
        """Return why this snapshot is kept, or None."""
        if self.left == 0 or (self.span is not None and time_ns <= self.since_ns):
            return None
        same = bucket == self.last
        if same and not oldest:
            return None
        self.last = bucket
        if self.left > 0:
            self.left -= 1
        return Reason(self.period, same, self.span)


def _bucket(period: Period, clock: WallClock, day: int, position: int) -> tuple[int, ...]:
    if period is Period.LAST:
        return (position,)
    if period is Period.WEEKLY:
        return iso_week(day)
    return clock[: {Period.YEARLY: 1, Period.MONTHLY: 2, Period.DAILY: 3, Period.HOURLY: 4}[period]]


def apply_policy(
    snapshots: Iterable[Snapshot], policy: KeepPolicy, *, now_ns: int, local: OffsetAt = local_offset
) -> tuple[list[Kept], list[Snapshot]]:
    """Return what a policy keeps of the snapshots of one group and what it removes, both newest first.

    Args:
        snapshots: of one group, in any order.
        policy: the rules.
        now_ns: the present; "the newest snapshot" of a `within` rule is never one of the future.
        local: this computer's time zone. As in Go, a time written with the offset that holds here at that instant is
            counted back by the local calendar, over changes to summer time and back.
    """
    ordered = sorted(snapshots, key=lambda snapshot: (-snapshot.time_ns, snapshot.id or ""))
    rules = _rules(policy, _newest(ordered, now_ns), local)
    within = rules.pop(0) if policy.within else None
    keep: list[Kept] = []
    remove: list[Snapshot] = []
    for position, snapshot in enumerate(ordered):
        seconds = snapshot.time_ns // _NS + snapshot.utc_offset * 60
        clock, day = wall_clock(seconds), seconds // DAY_SECONDS
        reasons = [Reason(tags=tags) for tags in policy.tags if has_tags(snapshot, tags)]
        if within is not None and snapshot.time_ns > within.since_ns:
            reasons.append(Reason(span=policy.within))
        for rule in rules:
            bucket = _bucket(rule.period, clock, day, position)
            reason = rule.asks(snapshot.time_ns, bucket, oldest=position == len(ordered) - 1)
            if reason is not None:
                reasons.append(reason)
        if reasons:
            keep.append(Kept(snapshot, tuple(reasons)))
        else:
            remove.append(snapshot)
    return keep, remove


def _newest(ordered: Sequence[Snapshot], now_ns: int) -> Snapshot | None:
    return next((snapshot for snapshot in ordered if snapshot.time_ns < now_ns), None)


def _rules(policy: KeepPolicy, newest: Snapshot | None, local: OffsetAt) -> list[_Rule]:
    """Return the rules in restic's order; the one for `within`, where there is one, comes first."""
    offset_at, newest_ns = _clock_of(newest, local)
    counted = [_Rule(period, getattr(policy, period.value)) for period in Period]
    spans = [(period, getattr(policy, f"within_{period.value}")) for period in list(Period)[1:]]
    if policy.within:
        spans.insert(0, (Period.LAST, policy.within))
    looking_back = [_Rule(period, UNLIMITED, span, span.before(newest_ns, offset_at)) for period, span in spans if span]
    first = looking_back[:1] if policy.within else []
    return first + counted + looking_back[len(first) :]


def _clock_of(newest: Snapshot | None, local: OffsetAt) -> tuple[OffsetAt, int]:
    """Return the time zone that the newest snapshot's time is counted back in, and the time itself."""
    if newest is None:
        return (lambda _seconds: 0), _ZERO_TIME_NS
    fixed = newest.utc_offset * 60
    if fixed and local(newest.time_ns // _NS) == fixed:
        return local, newest.time_ns
    return (lambda _seconds: fixed), newest.time_ns


def plan_groups(
    snapshots: Iterable[Snapshot],
    policy: KeepPolicy,
    group_by: GroupBy,
    *,
    now_ns: int,
    local: OffsetAt = local_offset,
) -> list[ForgetGroup]:
    """Return what the policy does to each group. Nothing is removed here.

    Raises:
        NoKeepRuleError: the policy holds no rule.
        GroupWouldVanishError: of some group nothing would be kept.
    """
    if policy.is_empty:
        raise NoKeepRuleError
    groups = []
    for key, members in group_snapshots(snapshots, group_by).items():
        keep, remove = apply_policy(members, policy, now_ns=now_ns, local=local)
        if not keep:
            raise GroupWouldVanishError(group=readable(group_name(key)))
        groups.append(ForgetGroup(key, keep, remove))
    return groups


def group_name(key: GroupKey) -> str:
    """Return a group in words: its host, paths and tags. Not made readable."""
    return enumeration([*([key.host] if key.host else []), *(key.paths or ()), *(key.tags or ())])


@dataclass(slots=True)
class Removal:
    """What `remove_snapshots` did.

    Attributes:
        removed: gone, durably.
        failed: still there, with what stood in the way.
    """

    removed: list[FileId] = field(default_factory=list)
    failed: dict[FileId, PhonewardError] = field(default_factory=dict)


def remove_snapshots(repo: Repository, names: Iterable[FileId], lock: HeldLock) -> Removal:
    """Remove snapshot files one after the other, each durably before the next. What they alone used stays for `prune`.

    One that cannot be removed does not keep the others; one that is gone already counts as removed.

    Args:
        repo: open.
        names: the snapshots, in this order.
        lock: held, and exclusive where anybody may rely on these snapshots; asked before each removal.

    Raises:
        LockLostError: the lock is gone: nothing more is removed.
    """
    done = Removal()
    for name in names:
        lock.confirm()
        try:
            repo.remove_unpacked(FileType.SNAPSHOT, name)
        except FileMissingError:
            done.removed.append(name)
        except StorageError as error:
            done.failed[name] = error
        else:
            done.removed.append(name)
    return done
