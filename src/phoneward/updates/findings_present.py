"""Findings about a phone's apps as they are now: whether the next update could be undone, and comes unasked."""

from collections.abc import Iterator

from phoneward.apk.signing.facts import Signing
from phoneward.errors import readable
from phoneward.findings import Evidence, Finding, Severity, Tier
from phoneward.phones import store_guides
from phoneward.snapshots import ApkState, AppRecord, app_called
from phoneward.texts import Day, Listed, Words, verbatim, words
from phoneward.updates import finding_codes as codes
from phoneward.updates import finding_parts as parts
from phoneward.updates.facts import LOOKED_UP, Facts
from phoneward.updates.finding_parts import BY_RULES
from phoneward.updates.finding_parts import BY_SIGNATURE as BY_KEY
from phoneward.updates.history_words import called, shown
from phoneward.updates.installing.journal import Step
from phoneward.updates.signing_names import (
    PublicKeyPair,
    fits_publisher,
    is_debug_certificate,
    known_signer,
    publisher_signers,
)


def present_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say of the apps that the snapshot tells of."""
    yield from _cut_off(facts)
    yield from _files(facts)
    yield from _signers(facts)
    yield from _not_kept(facts)
    yield from _store_updates(facts)


def precious(facts: Facts) -> list[AppRecord]:
    """Return the apps on the phone whose content cannot be had again."""
    return [app for app in facts.apps if app_called(app.package)]


def _cut_off(facts: Facts) -> Iterator[Finding]:
    begun = facts.begun
    if begun is None:
        return
    removing = begun.step is not Step.INSTALLING
    yield Finding(
        code=codes.CUT_OFF,
        severity=Severity.DANGER if removing else Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words("An install of {app} was cut off, and what became of it is not known yet.", app=begun.name),
        loss=words("You may not have the app any more. What a computer can read of it is in a snapshot.")
        if removing
        else words("Whether what is in the app is still there was not looked at."),
        detail=words("Plug the phone in: it is found out, looked after and finished."),
        evidence=(
            Evidence(
                words("begun on {day}", day=Day(begun.started)),
                words("noted on this computer"),
                snapshot=begun.snapshot,
                seen=begun.started,
            ),
        ),
        actions=(parts.finish(),),
        subject=shown(begun.package),
    )


def _files(facts: Facts) -> Iterator[Finding]:
    wiping = [] if facts.files is None else [file for file in facts.files.files if file.would_wipe]
    for file in wiping[:LOOKED_UP]:
        path = shown(readable(file.path))
        yield Finding(
            code=codes.FILE_WOULD_WIPE,
            severity=Severity.WARNING,
            tier=Tier.INFERRED,
            title=words(
                "A file on the phone looks like an update of {app} and could only be installed by wiping it.",
                app=called(file.package),
            ),
            loss=words("Whoever taps “uninstall” or “OK” there loses everything in the app."),
            evidence=(parts.seen(facts, words("by Android's own rules"), BY_RULES, path),),
            actions=(parts.check(),),
            subject=path,
        )


def _signers(facts: Facts) -> Iterator[Finding]:
    """Yield apps that somebody else signed than should have, as far as that is known."""
    if facts.history is None:
        return
    told: set[str] = set()
    for (package, _user), periods in facts.history.apps.items():
        app = periods[-1].app
        if app is None or app.signing is None or app.is_system or package in told or len(told) >= LOOKED_UP:
            continue
        finding = _not_its_publisher(facts, package, app.signing) or _public_key(facts, package, app.signing)
        if finding is not None:
            told.add(package)
            yield finding


def _not_its_publisher(facts: Facts, package: str, signing: Signing) -> Finding | None:
    known = publisher_signers(package)
    if known is None or fits_publisher(package, signing.sha256) != "no":
        return None
    return Finding(
        code=codes.NOT_PUBLISHER,
        severity=Severity.WARNING if known.confirmed else Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=words("{app} is not signed by its publisher, as far as that is publicly known.", app=called(package)),
        loss=words(
            "Who made it could read what you write in it. An update from a store is refused, or would wipe its data."
        ),
        detail=words("Before you do anything: make a backup with the app itself, and take a snapshot."),
        evidence=(
            parts.seen(facts, words("signer {digest}", digest=" ".join(one[:16] for one in signing.sha256)), BY_KEY),
            Evidence(words("known: {source}", source=shown(" ".join(known.source))), None),
        ),
        actions=(parts.backup(facts), parts.history(package)),
        subject=parts.subject(package),
    )


def _public_key(facts: Facts, package: str, signing: Signing) -> Finding | None:
    is_debug = any(is_debug_certificate(signer) for signer in signing.signers)
    is_test = any(isinstance(known_signer(signer), PublicKeyPair) for signer in signing.signers)
    if not is_debug and not is_test:
        return None
    return Finding(
        code=codes.TEST_KEY,
        severity=Severity.WARNING if is_test else Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=words("{app} is signed with a key that everybody has.", app=called(package))
        if is_test
        else words("{app} is signed with a developer's key for trying things out.", app=called(package)),
        loss=words("Anybody could make an update that Android takes for the real one, and that reads the app's data.")
        if is_test
        else words("The app from a store is signed otherwise: it can only be installed by wiping this one's data."),
        evidence=(parts.seen(facts, words("signer {digest}", digest=signing.sha256[0][:16]), BY_KEY),),
        actions=(parts.history(package),),
        subject=parts.subject(package),
    )


def _not_kept(facts: Facts) -> Iterator[Finding]:
    if facts.coverage is None:
        return
    known = {app.package for app in precious(facts)}
    missing = [
        app for app in facts.coverage.apps if app.package in known and app.apk in {ApkState.MISSING, ApkState.PART}
    ]
    for app in missing[:LOOKED_UP]:
        yield Finding(
            code=codes.VERSION_NOT_KEPT,
            severity=Severity.ADVICE,
            tier=Tier.OBSERVED,
            title=words("{app} itself is not in the snapshot.", app=called(app.package, app.user_id)),
            loss=words("After an update that went wrong, the version that you have now could not come back."),
            evidence=(parts.seen(facts, words("the app's files: not all kept"), parts.BY_COVERAGE, "/coverage.json"),),
            actions=(parts.backup(facts),),
            subject=parts.subject(app.package, app.user_id),
        )


def _store_updates(facts: Facts) -> Iterator[Finding]:
    """Yield that a store may update by itself: nothing that a computer may ask tells whether it does."""
    at_stake = list(dict.fromkeys(app.package for app in precious(facts)))
    stores = store_guides(facts.maker or None, {app.package for app in facts.apps})
    if not at_stake or not stores:
        return
    names: tuple[Words, ...] = tuple(verbatim(shown(store.name)) for store in stores[: parts.EXAMPLES])
    yield Finding(
        code=codes.STORE_UPDATES,
        severity=Severity.ADVICE,
        tier=Tier.NOT_CHECKED,
        title=words("A store may update your apps by itself, without asking: {stores}.", stores=Listed(names)),
        loss=words(
            "An update with another signer can wipe what is in {apps}, and the question that the phone asks is easy to "
            "misread.",
            apps=Listed(tuple(called(package) for package in at_stake[: parts.EXAMPLES])),
        ),
        detail=words("The phone does not tell a computer whether this is on. Once it is off, mark this as done."),
        actions=(parts.stores(), parts.check()),
    )
