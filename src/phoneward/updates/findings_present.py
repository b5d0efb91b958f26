"""Findings about a phone's apps as they are now: whether the next update could be undone, and comes unasked."""

from collections.abc import Iterator

from phoneward.findings import Finding, Severity, Tier
from phoneward.phones import store_guides
from phoneward.snapshots import ApkState, AppRecord, app_called
from phoneward.texts import Listed, Words, verbatim, words
from phoneward.updates import finding_codes as codes
from phoneward.updates import finding_parts as parts
from phoneward.updates.facts import LOOKED_UP, Facts
from phoneward.updates.history_words import called, shown


def present_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say of the apps that the snapshot tells of."""
    yield from _not_kept(facts)
    yield from _store_updates(facts)


def precious(facts: Facts) -> list[AppRecord]:
    """Return the apps on the phone whose content cannot be had again."""
    return [app for app in facts.apps if app_called(app.package)]


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
