"""Findings from the history of a phone's apps: what happened to them between snapshots."""

from collections.abc import Iterator
from typing import Final

from phoneward.findings import Action, Finding, Severity, Tier
from phoneward.snapshots import app_called
from phoneward.texts import Day, Moment, Words, counted, words
from phoneward.updates import finding_codes as codes
from phoneward.updates import finding_parts as parts
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.facts import LOOKED_UP, Facts
from phoneward.updates.held import Held
from phoneward.updates.history_words import (
    RECENT_DAYS,
    alarm_detail,
    alarm_title,
    held_words,
    installer_words,
    severity_of,
    signer_words,
    version_of,
)
from phoneward.updates.timeline import AppThen

_CODES: Final = {
    Kind.WIPED: codes.WIPED,
    Kind.SIGNER: codes.SIGNER_CHANGED,
    Kind.DOWNGRADED: codes.DOWNGRADED,
    Kind.SIDELOADED: codes.SIDELOADED,
    Kind.GONE: codes.GONE,
}
"""That another store installs an app is told by `phoneward update history` alone: it is what people do."""


def past_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what happened to apps in the last year, the newest first."""
    told: dict[Kind, int] = {}
    for alarm in facts.alarms:
        if not _matters(facts, alarm):
            continue
        told[alarm.kind] = told.get(alarm.kind, 0) + 1
        if told[alarm.kind] <= LOOKED_UP:
            yield _finding(facts, alarm)
    for kind, count in told.items():
        if count > LOOKED_UP:
            yield _more(kind, count - LOOKED_UP)
    yield from _resets(facts)


def _matters(facts: Facts, alarm: Alarm) -> bool:
    if alarm.kind not in _CODES or alarm.with_reset:
        return False
    if alarm.kind is Kind.GONE:  # people remove apps; only what cannot be had again is worth a word, and soon
        is_recent = (facts.now - alarm.after.taken).days <= RECENT_DAYS
        return is_recent and bool(app_called(alarm.package)) and not _came_back(facts, alarm)
    return True


def _came_back(facts: Facts, alarm: Alarm) -> bool:
    return facts.history is not None and facts.history.now((alarm.package, alarm.user_id)) is not None


def _finding(facts: Facts, alarm: Alarm) -> Finding:
    held = facts.held.get(alarm)
    loses = alarm.kind in {Kind.WIPED, Kind.GONE}
    return Finding(
        code=_CODES[alarm.kind],
        severity=severity_of(alarm, facts.now),
        tier=Tier.OBSERVED if alarm.kind in {Kind.DOWNGRADED, Kind.SIDELOADED, Kind.GONE} else _tier(alarm),
        title=alarm_title(alarm),
        loss=held_words(held) if loses and alarm in facts.held else None,
        loss_bytes=held.lacking if loses and held is not None else None,
        detail=alarm_detail(alarm),
        evidence=parts.between(_seen(alarm), alarm.before, alarm.after),
        actions=(*(_actions(held) if loses else ()), parts.history(alarm.package)),
        subject=_subject(alarm),
    )


def _tier(alarm: Alarm) -> Tier:
    """That data was wiped is concluded from a time that Android shows; a signer is seen where the app was kept."""
    if alarm.kind is Kind.SIGNER and alarm.is_certain:
        return Tier.OBSERVED
    return Tier.INFERRED


def _actions(held: Held | None) -> tuple[Action, ...]:
    own = (parts.own_backups(),) if held is not None and held.own_backup is not None else ()
    return (*parts.look_at(held), *own)


def _seen(alarm: Alarm) -> Words:
    """Return what the earlier snapshot told, and the later one."""
    was, now = alarm.was, alarm.now
    if now is None:
        return words("it was there")
    if alarm.kind is Kind.WIPED:
        return words("its data began on {was}; after: on {now}", was=_moment(was), now=_moment(now))
    if alarm.kind is Kind.SIGNER:
        return words("signer {was}; after: {now}", was=signer_words(was), now=signer_words(now))
    if alarm.kind is Kind.DOWNGRADED:
        return words("version {was}; after: {now}", was=version_of(was), now=version_of(now))
    return words(
        "installed by {was}; after: {now}", was=installer_words(was.installer), now=installer_words(now.installer)
    )


def _moment(app: AppThen) -> "Moment | Words":
    return words("unknown") if app.first_installed is None else Moment(app.first_installed)


def _subject(alarm: Alarm) -> str:
    """Return what recognises an event also after other snapshots were forgotten."""
    name, now = parts.subject(alarm.package, alarm.user_id), alarm.now
    if now is None:
        return name
    if alarm.kind is Kind.WIPED:
        return f"{name} {now.first_installed.date().isoformat()}" if now.first_installed else name
    if alarm.kind is Kind.SIGNER:
        return f"{name} {_signer_id(now)}"
    return f"{name} {now.version_code}" if alarm.kind is Kind.DOWNGRADED else name


def _signer_id(app: AppThen) -> str:
    if app.signing is not None:
        return app.signing.sha256[0][:16]
    return " ".join(f"{number:08x}" for number in app.signer_hashes[:3])


def _more(kind: Kind, count: int) -> Finding:
    return Finding(
        code=_CODES[kind],
        severity=Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=counted("The same happened to {count} more app.", "The same happened to {count} more apps.", count),
        actions=(parts.everything(),),
        subject="more",
    )


def _resets(facts: Facts) -> Iterator[Finding]:
    events: dict[tuple[str, str], list[Alarm]] = {}
    for alarm in facts.alarms:
        if alarm.with_reset and alarm.kind is Kind.WIPED:
            events.setdefault((alarm.before.snapshot, alarm.after.snapshot), []).append(alarm)
    for alarms in list(events.values())[:LOOKED_UP]:
        first = alarms[0]
        yield Finding(
            code=codes.SET_UP_ANEW,
            severity=Severity.ADVICE,
            tier=Tier.INFERRED,
            title=words(
                "The phone was set up anew between {before} and {after}: the data of {apps} began anew.",
                before=Day(first.before.taken),
                after=Day(first.after.taken),
                apps=counted("{count} app", "{count} apps", len(alarms)),
            ),
            detail=words("What they held before is only in snapshots from before, as far as those hold it."),
            evidence=parts.between(counted("{count} app", "{count} apps", len(alarms)), first.before, first.after),
            actions=(parts.coverage_of(first.before), parts.everything()),
            subject=first.after.taken.date().isoformat(),
        )
