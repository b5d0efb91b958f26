"""Findings about apps: what no computer can read, and backups of apps that have grown old."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.phones.appbackups import app_of_package
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.app_backups import own_backup_row
from phoneward.snapshots.coverage import ApkState, AppCoverage, Coverage, State
from phoneward.snapshots.precious_apps import PRECIOUS
from phoneward.texts import Ago, Day, Size, Words, counted, running, verbatim, words

MUCH: Final = 1_000_000_000
"""Bytes. So much of other apps' data out of reach is a warning; below it, advice: nearly every phone has some."""

_LOST: Final = (State.PART, State.OUT_OF_REACH)


@dataclass(frozen=True, slots=True)
class LostApp:
    """One app, of all users of the phone together (the phone gives one figure for all).

    Attributes:
        bytes: how much of it is known not to be in the snapshot; None where nobody can tell.
    """

    package: str
    rows: tuple[AppCoverage, ...]
    bytes: int | None

    @property
    def is_system(self) -> bool:
        """Whether it came with the phone."""
        return all(row.is_system for row in self.rows)

    @property
    def name(self) -> Words:
        """What people call it."""
        return name_of(self.package)

    @property
    def is_precious(self) -> bool:
        """Whether it is named by itself."""
        return self.package in PRECIOUS and self.bytes != 0


def name_of(package: str) -> Words:
    """Return what people call an app; its package where that is not known."""
    known = PRECIOUS.get(package)
    return Words(known.name) if known is not None else verbatim(parts.shown(package))


def lost_apps(coverage: Coverage) -> list[LostApp]:
    """Return the apps of which something is, or may be, out of reach: those that hold most first.

    None for a backup file: nobody knows the phone, and no new backup of it would hold more.
    """
    if coverage.is_of_backup_file:
        return []
    rows: dict[str, list[AppCoverage]] = {}
    for app in coverage.apps:
        if app.state in _LOST:
            rows.setdefault(app.package, []).append(app)
    found = [LostApp(package, tuple(those), _bytes(those)) for package, those in rows.items()]
    order = {package: number for number, package in enumerate(PRECIOUS)}
    return sorted(found, key=lambda app: (-(app.bytes or 0), order.get(app.package, len(order)), app.package))


def _bytes(rows: Sequence[AppCoverage]) -> int | None:
    told = [parts.amount(row.out_of_reach_bytes) for row in rows if row.out_of_reach_bytes is not None]
    if any(row.out_of_reach_bytes is None for row in rows) and not any(told):
        return None
    return max(told, default=None)


def app_findings(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    """Yield what there is to say about apps: precious ones first, each by itself, then the rest in one."""
    lost = lost_apps(coverage)
    for app in lost:
        if app.is_precious:
            yield _precious(facts, app)
    yield from _rest(facts, [app for app in lost if not app.is_precious])
    yield from _own_backups(facts, coverage.apps)
    yield from _without_apks(facts, coverage.apps)


def _precious(facts: Facts, app: LostApp) -> Finding:
    content = Words(PRECIOUS[app.package].content, details={"app": app.name})
    in_part = any(row.state is State.PART for row in app.rows)
    what = (
        words("Only a part of this is in the snapshot: {content}.", content=content)
        if in_part
        else words("This is not in the snapshot: {content}.", content=content)
    )
    figure = words("{app} keeps data that only the app itself may read", app=app.name)
    return Finding(
        code=codes.APP_OUT_OF_REACH,
        severity=Severity.WARNING,
        tier=Tier.NOT_CHECKED if app.bytes is None else Tier.INFERRED,
        title=what,
        loss=_loss(app),
        loss_bytes=app.bytes,
        detail=parts.next_step(app.rows[0].next_step),
        evidence=(parts.seen(facts, figure, method=parts.BY_PHONES_FIGURES),),
        actions=(*_guide(app.package), parts.backup(facts, parts.BACK_UP_AGAIN), parts.look(facts)),
        subject=parts.shown(app.package),
    )


def _guide(package: str) -> tuple[Action, ...]:
    known = app_of_package(package)
    return parts.guide(known.key) if known is not None and known.make else ()


def _loss(app: LostApp) -> Words:
    if app.bytes is None:
        lost = words("Nobody can tell how much of it would be lost: the phone does not say what the app holds.")
    else:
        lost = words("You would lose at least {size} of it.", size=Size(app.bytes))
    if len(app.rows) < 2:
        return lost
    return running(
        lost, counted("The phone has this app {count} time.", "The phone has this app {count} times.", len(app.rows))
    )


def _rest(facts: Facts, lost: Sequence[LostApp]) -> Iterator[Finding]:
    if not lost:
        return
    own = [app for app in lost if not app.is_system]
    known = parts.amount(sum(app.bytes or 0 for app in lost))
    unknown = sum(app.bytes is None for app in lost)
    if own:
        title = counted(
            "{count} other app keeps data that no computer can read.",
            "{count} other apps keep data that no computer can read.",
            len(own),
        )
    else:
        title = counted(
            "{count} app that came with the phone keeps data that no computer can read.",
            "{count} apps that came with the phone keep data that no computer can read.",
            len(lost),
        )
    yield Finding(
        code=codes.APPS_OUT_OF_REACH,
        severity=Severity.WARNING if known >= MUCH else Severity.ADVICE,
        tier=Tier.INFERRED if known else Tier.NOT_CHECKED,
        title=title,
        loss=_loss_of_rest(known, unknown),
        loss_bytes=known or None,
        detail=words("Much of this may also be with the apps' makers, under your accounts: only you can tell."),
        evidence=tuple(_example(facts, app) for app in (own or lost)[: parts.EXAMPLES]),
        actions=(parts.look(facts),),
    )


def _loss_of_rest(known: int, unknown: int) -> Words | None:
    size = words("You would lose at least {size}.", size=Size(known)) if known else None
    if not unknown:
        return size
    apps = counted(
        "For {count} app nobody can tell how much of it would be lost.",
        "For {count} apps nobody can tell how much of them would be lost.",
        unknown,
    )
    return apps if size is None else running(size, apps)


def _example(facts: Facts, app: LostApp) -> Evidence:
    if app.bytes is None:
        what = words("{app}: the phone does not say how much it holds", app=app.name)
    else:
        what = words("{app}: {size}", app=app.name, size=Size(app.bytes))
    return parts.seen(facts, what, method=parts.BY_PHONES_FIGURES)


def _own_backups(facts: Facts, apps: Iterable[AppCoverage]) -> Iterator[Finding]:
    aged = [found for app in apps if app.state is State.OWN_BACKUP and (found := _own_backup(facts, app)) is not None]
    aged.sort(key=lambda finding: -finding.severity.rank)
    yield from aged[: parts.MAX_OF_A_KIND]
    if len(aged) > parts.MAX_OF_A_KIND:
        more = len(aged) - parts.MAX_OF_A_KIND
        yield Finding(
            code=codes.OWN_BACKUP_OLD,
            severity=aged[parts.MAX_OF_A_KIND].severity,
            tier=Tier.OBSERVED,
            title=counted(
                "{count} more app has an old backup of its own.",
                "{count} more apps have old backups of their own.",
                more,
            ),
            actions=(parts.look(facts),),
            subject="more",
        )


def _own_backup(facts: Facts, app: AppCoverage) -> Finding | None:
    row = own_backup_row(app, facts.now)
    newest, made = (row.newest, row.made) if row is not None else (None, None)
    name = name_of(app.package)
    if row is not None and made is not None:
        severity, tier = row.severity, Tier.OBSERVED
        title = words("{app} is kept only by its own backup, made {ago}.", app=name, ago=Ago(made, facts.now))
        loss = words("You would lose what came into the app after {date}.", date=Day(made))
    else:
        severity, tier = Severity.ADVICE, Tier.NOT_CHECKED
        title = words("{app} is kept only by its own backup, and nobody can tell from when that is.", app=name)
        loss = words("You would lose what came into the app after that.")
    if severity is Severity.FINE:
        return None
    user = f"@{app.user_id}" if app.user_id else ""
    evidence = () if newest is None else (parts.seen(facts, words("the app's own backup"), newest.path),)
    return Finding(
        code=codes.OWN_BACKUP_OLD,
        severity=severity,
        tier=tier,
        title=title,
        loss=loss,
        detail=parts.next_step(app.next_step),
        evidence=evidence,
        actions=(*_guide(app.package), parts.backup(facts, parts.BACK_UP_AGAIN), parts.look(facts)),
        subject=parts.shown(app.package) + user,
    )


def _without_apks(facts: Facts, apps: Iterable[AppCoverage]) -> Iterator[Finding]:
    missing = [app for app in apps if app.apk in {ApkState.MISSING, ApkState.PART} and not app.is_system]
    if missing:
        yield Finding(
            code=codes.APPS_NOT_KEPT,
            severity=Severity.ADVICE,
            tier=Tier.OBSERVED,
            title=counted(
                "{count} app itself is not in the snapshot.",
                "{count} apps themselves are not in the snapshot.",
                len(missing),
            ),
            loss=words("You would have to get them anew, and perhaps not in the version that you have."),
            evidence=tuple(
                parts.seen(facts, words("{app}: not kept", app=name_of(app.package)))
                for app in missing[: parts.EXAMPLES]
            ),
            actions=(parts.look(facts),),
        )
