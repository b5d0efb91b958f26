"""What the snapshots prove, written into a case's facts: phone, app, loss, days, and what speaks against the claimant.

The sentences are put into the reader's language when they are written: they become part of the case, which is a
document, as its other sentences are.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import msgspec

from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Role
from phoneward.cases.past import Break, Sight
from phoneward.errors import readable
from phoneward.snapshots import DeviceDocument, app_called, app_holds
from phoneward.texts import Size, Words, words

KIND: Final = "app-data"


@dataclass(frozen=True, slots=True)
class Told:
    """What one break adds to a case."""

    device: Device
    app: App
    loss: Loss
    events: tuple[Event, ...]
    happened: dt.date


def told_by(found: Break) -> Told:
    """Return what two snapshots prove, in the reader's language."""
    package = _package(found)
    app = _app(package, found)
    return Told(_device(found), app, _loss(package, found), tuple(_events(app, found)), _day(found))


def with_told(facts: CaseFacts, told: Told) -> CaseFacts:
    """Return a case's facts with what snapshots prove. What the person wrote stays; what was told before is replaced.

    Two sightings of one app are one app; an event is known by what shows it and what it says.
    """
    apps = tuple(app for app in facts.apps if app.package != told.app.package)
    losses = tuple(loss for loss in facts.losses if (loss.kind, loss.what) != (told.loss.kind, told.loss.what))
    known = {(event.shown_by, event.what) for event in told.events}
    events = tuple(event for event in facts.events if (event.shown_by, event.what) not in known)
    return msgspec.structs.replace(
        facts,
        device=facts.device if facts.device != Device() else told.device,
        apps=(*apps, told.app),
        losses=(*losses, told.loss),
        events=(*events, *told.events),
        happened=facts.happened or told.happened,
    )


def _package(found: Break) -> str:
    return next(sight.app.package for sight in (found.before, found.after) if sight.app is not None)


def _called(package: str) -> str:
    return app_called(package) or readable(package)


def _device(found: Break) -> Device:
    return Device() if found.device is None else device_of_document(found.device)


def device_of_document(known: DeviceDocument) -> Device:
    """Return the phone of a snapshot as a case names it."""
    return Device(maker=known.manufacturer, model=known.model, build=known.build_fingerprint, android=known.os_version)


def _app(package: str, found: Break) -> App:
    before, after = found.before.app, found.after.app
    return App(
        package=package,
        label=_called(package),
        version_before=before.version_name if before else "",
        version_after=after.version_name if after else "",
        code_before=before.version_code if before else None,
        code_after=after.version_code if after else None,
        signer_before=found.before.signer,
        signer_after=found.after.signer,
        installer_before=before.installer if before else "",
        installer_after=after.installer if after else "",
    )


def _loss(package: str, found: Break) -> Loss:
    lost = found.lost
    recoverable = None if lost is None else min(lost, found.kept)
    return Loss(
        what=str(app_holds(package)),
        kind=KIND,
        size=lost,
        recoverable=recoverable,
    )


def _day(found: Break) -> dt.date:
    after = found.after.app
    for moment in (after.first_installed if after and found.was_installed_anew else None, found.after.taken):
        if moment is not None and found.before.taken <= moment:
            return moment.date()
    return found.after.taken.date()


def _event(at: dt.datetime, what: Words, sight: Sight, *, who: Role | None = None, against: bool = False) -> Event:
    return Event(at=at, what=str(what), who=who, shown_by=sight.snapshot, is_against=against)


def _events(app: App, found: Break) -> list[Event]:
    before, after = found.before, found.after
    events = [_event(before.taken, _before_words(app, before), before)]
    if found.before.app and found.after.app:
        events += _update_events(app, found)
    if after.app is None:
        events.append(_event(after.taken, words("{app} is not on the phone any more.", app=app.label), after))
    elif found.was_installed_anew and after.app.first_installed is not None:
        events.append(
            _event(
                after.app.first_installed,
                words(
                    "Android installed {app} anew: it keeps this time through every update that keeps the data, so "
                    "the data before it was removed.",
                    app=app.label,
                ),
                after,
            )
        )
    if after.app is not None and after.app.data_bytes is not None:
        events.append(
            _event(
                after.taken,
                words("The phone says that {app} holds {size}.", app=app.label, size=Size(after.app.data_bytes)),
                after,
            )
        )
    held = before.coverage
    if held is not None and not held.own_backups:
        events.append(
            _event(
                before.taken,
                words(
                    "No backup that {app} makes of itself was on the phone or known of this computer.", app=app.label
                ),
                before,
                who=Role.CLAIMANT,
                against=True,
            )
        )
    return events


def _before_words(app: App, sight: Sight) -> Words:
    size = sight.app.data_bytes if sight.app else None
    if size is None:
        return words("{app} {version} is on the phone.", app=app.label, version=app.version_before)
    return words(
        "{app} {version} is on the phone; the phone says that it holds {size}.",
        app=app.label,
        version=app.version_before,
        size=Size(size),
    )


def _update_events(app: App, found: Break) -> list[Event]:
    before, after = found.before.app, found.after.app
    if before is None or after is None:
        return []
    events = []
    at = after.last_updated or found.after.taken
    if before.version_code != after.version_code or before.version_name != after.version_name:
        events.append(
            _event(
                at,
                words(
                    "{app} was changed from version {before} to {after}.",
                    app=app.label,
                    before=before.version_name,
                    after=after.version_name,
                ),
                found.after,
            )
        )
    if after.installer:
        events.append(
            _event(
                at,
                words("Android names {installer} as what installed {app}.", installer=after.installer, app=app.label),
                found.after,
            )
        )
    if app.signer_before and app.signer_after and app.signer_before != app.signer_after:
        events.append(
            _event(
                at,
                words(
                    "{app} is signed by somebody else than before: {before}… before, {after}… now. Android refuses "
                    "such an update of an app with data; only removing the app first makes way for it.",
                    app=app.label,
                    before=app.signer_before[:16],
                    after=app.signer_after[:16],
                ),
                found.after,
            )
        )
    return events


def gone_words(loss: Loss) -> Words | None:
    """Return how much of a loss can be had again; None where nobody can tell."""
    if loss.size is None or loss.recoverable is None:
        return None
    if not loss.recoverable:
        return words("{size} were lost; no snapshot holds any of it.", size=Size(loss.size))
    return words(
        "{size} were lost; {kept} of it can be had again from a snapshot.",
        size=Size(loss.size),
        kept=Size(loss.recoverable),
    )
