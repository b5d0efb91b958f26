"""Which snapshots a family keeps through the years: all of the last days, then fewer and fewer, one a year for ever.

The rules are restic's, counted back from each phone's newest snapshot. Beside them stays the last snapshot before an
app lost more than half of what it held. Backup files, what other programs stored, and unfinished backups that nothing
has replaced are not judged at all.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.app_parts import Above, AppParts
from phoneward.snapshots.forgetting import ForgetPlan, ids_of, judge_partial, orphaned_proofs, phone_of
from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, FULL_PATHS, TAG, is_record
from phoneward.snapshots.reading import is_partial
from phoneward.snapshots.state import Change, OwnerState, set_setting
from phoneward.texts import Listed, Words, counted, words
from phoneward.vault import (
    UNLIMITED,
    FileId,
    ForgetGroup,
    GroupBy,
    GroupKey,
    KeepPolicy,
    Kept,
    Reason,
    Repository,
    Snapshot,
    Span,
    TreeMeasurer,
    parse_span,
    plan_groups,
)

SETTING: Final = "keep-rules"
LOSS_BYTES: Final = 50 << 20
"""Less than this is a cache that was emptied, not a loss that anybody cries about."""
_RULE: Final = re.compile(r"(all|daily|weekly|monthly)=([0-9ymdh]{1,40})", re.ASCII)
_WEEK, _MONTH, _YEAR, _FIVE_YEARS = Span(days=7), Span(months=1), Span(years=1), Span(years=5)
_TOGETHER: Final = GroupBy(host=False, paths=False, tags=False)


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """How long what is kept, counted back from a phone's newest snapshot. One a year is kept for ever.

    Attributes:
        everything: all snapshots.
        daily, weekly, monthly: the newest of each day, week, month.
    """

    everything: Span = _WEEK
    daily: Span = _MONTH
    weekly: Span = _YEAR
    monthly: Span = _FIVE_YEARS

    @property
    def policy(self) -> KeepPolicy:
        """The same as restic's keep-rules. The newest of all always stays: it is the newest of its year."""
        return KeepPolicy(
            yearly=UNLIMITED,
            within=self.everything,
            within_daily=self.daily,
            within_weekly=self.weekly,
            within_monthly=self.monthly,
        )

    @property
    def words(self) -> Words:
        """The rules in one sentence."""
        return words(
            "Kept: everything of the last {everything}, one a day for {daily}, one a week for {weekly}, one a month "
            "for {monthly}, and one a year for ever.",
            everything=span_words(self.everything),
            daily=span_words(self.daily),
            weekly=span_words(self.weekly),
            monthly=span_words(self.monthly),
        )

    def __str__(self) -> str:
        """Write them as they are noted, such as `all=7d daily=1m weekly=1y monthly=5y`."""
        parts = {"all": self.everything, "daily": self.daily, "weekly": self.weekly, "monthly": self.monthly}
        return " ".join(f"{name}={span or '0d'}" for name, span in parts.items())


def family_rules(state: OwnerState) -> FamilyRules:
    """Return the rules that the person set, else the usual ones. What makes no sense counts as not set."""
    text = state.setting(SETTING)
    if not isinstance(text, str):
        return FamilyRules()
    spans: dict[str, Span] = {}
    for part in text.split(" "):
        match = _RULE.fullmatch(part)
        try:
            spans[match[1] if match else ""] = parse_span(match[2] if match else "?")
        except ValueError:
            return FamilyRules()
    if set(spans) != {"all", "daily", "weekly", "monthly"}:
        return FamilyRules()
    return FamilyRules(spans["all"], spans["daily"], spans["weekly"], spans["monthly"])


def note_family_rules(rules: FamilyRules) -> Change:
    """Return the change that notes the rules in the vault; the usual ones take the note back."""
    return set_setting(SETTING, None if rules == FamilyRules() else str(rules))


def span_words(span: Span) -> Words:
    """Return a length of time in words, such as "1 year, 6 months"."""
    parts = [
        counted("{count} year", "{count} years", span.years) if span.years else None,
        counted("{count} month", "{count} months", span.months) if span.months else None,
        counted("{count} day", "{count} days", span.days) if span.days else None,
        counted("{count} hour", "{count} hours", span.hours) if span.hours else None,
    ]
    found = [part for part in parts if part is not None] or [counted("{count} day", "{count} days", 0)]
    return found[0] if len(found) == 1 else words("{parts}", parts=Listed(tuple(found)))


def is_judged(snapshot: Snapshot) -> bool:
    """Tell whether the family's rules have a say: on finished snapshots of a phone as it is, and on nothing else."""
    return TAG in snapshot.tags and snapshot.paths == FULL_PATHS and not is_partial(snapshot)


def losses(
    repo: Repository, snapshots: Sequence[Snapshot], *, listener: Listener = silent
) -> dict[FileId, tuple[str, ...]]:
    """Return the snapshots after which apps lost much, each with these apps' packages.

    Much is more than half of what an app had, where that was at least `LOSS_BYTES`. The app itself (its APK files) does
    not count.

    Args:
        repo: open, its index loaded.
        snapshots: which are compared, each with the next of the same phone.
        listener: hears how many were looked at.

    Raises:
        BlobMissingError, DamagedError, TreeDamagedError: a folder cannot be read, so nobody can tell.
        StorageError: it cannot be read.
    """
    parts, measurer = AppParts(repo), TreeMeasurer(repo)
    before: dict[tuple[str, str], tuple[FileId, Mapping[str, int]]] = {}
    found: dict[FileId, tuple[str, ...]] = {}
    listener(PhaseStarted("compare", total_files=len(snapshots)))
    for number, snapshot in enumerate(sorted(filter(is_judged, snapshots), key=lambda one: one.time_ns), 1):
        sizes = _sizes(repo, parts, measurer, snapshot)
        earlier = before.get(phone_of(snapshot))
        if earlier is not None:
            lost = [app for app, size in earlier[1].items() if size >= LOSS_BYTES and sizes.get(app, 0) < size / 2]
            if lost:
                found[earlier[0]] = tuple(sorted(lost))
        before[phone_of(snapshot)] = snapshot.id or FileId(""), sizes
        listener(Advanced("compare", number, 0))
    listener(PhaseDone("compare", len(snapshots), 0))
    return found


def _sizes(repo: Repository, parts: AppParts, measurer: TreeMeasurer, snapshot: Snapshot) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for app, number, is_apk in parts.of(snapshot, Above()):
        if app is not None and not is_apk:
            tree = repo.index.location(number).entry.id
            sizes[app] = sizes.get(app, 0) + measurer.measure(tree).size
    return sizes


def plan_family(
    snapshots: Sequence[Snapshot],
    rules: FamilyRules,
    lost: Mapping[FileId, tuple[str, ...]],
    *,
    state: OwnerState | None = None,
    present: Collection[FileId] = (),
    now_ns: int,
) -> ForgetPlan:
    """Return what the rules do, phone by phone. Nothing is removed here.

    Args:
        snapshots: all that can be read.
        rules: how long what is kept.
        lost: from `losses`: these snapshots stay.
        state: knows what the person calls their phones.
        present: the names of all snapshot files, also of those that cannot be read: their proofs stay.
        now_ns: the present, nanoseconds since 1970 UTC.
    """
    by_phone: dict[tuple[str, str], list[Snapshot]] = {}
    for snapshot in filter(is_judged, snapshots):
        by_phone.setdefault(phone_of(snapshot), []).append(snapshot)
    groups = []
    for phone, its in by_phone.items():
        (group,) = plan_groups(its, rules.policy, _TOGETHER, now_ns=now_ns)
        label = max(its, key=lambda one: one.time_ns).hostname
        name = (state or OwnerState()).called(phone[0].removeprefix(DEVICE_TAG_PREFIX), label)
        groups.append(_with_losses(ForgetGroup(GroupKey(name, None, None), group.keep, group.remove), lost))
    removed = {snapshot.id for group in groups for snapshot in group.remove}
    finished = [s for s in snapshots if not is_partial(s) and not is_record(s) and s.id not in removed]
    partial = [s for s in snapshots if is_partial(s) and not is_record(s)]
    outdated, waiting = judge_partial(partial, finished, rules.policy)
    removed |= {old.snapshot.id for old in outdated}
    return ForgetPlan(
        groups=tuple(groups),
        outdated=tuple(outdated),
        waiting=tuple(waiting),
        proofs=tuple(orphaned_proofs(snapshots, {*present, *ids_of(snapshots)} - removed)),
    )


def _with_losses(group: ForgetGroup, lost: Mapping[FileId, tuple[str, ...]]) -> ForgetGroup:
    def reason(snapshot: Snapshot) -> tuple[Reason, ...]:
        apps = lost.get(snapshot.id or FileId(""), ())
        return (Reason(before_loss=apps),) if apps else ()

    keep = [Kept(kept.snapshot, (*kept.reasons, *reason(kept.snapshot))) for kept in group.keep]
    keep += [Kept(snapshot, reason(snapshot)) for snapshot in group.remove if reason(snapshot)]
    keep.sort(key=lambda kept: (-kept.snapshot.time_ns, kept.snapshot.id or ""))
    return ForgetGroup(group.key, keep, [snapshot for snapshot in group.remove if not reason(snapshot)])
