"""The room's answer to its question: is this update safe for my data?"""

from collections.abc import Iterator

from phoneward.findings import Answer, Finding, Severity, sorted_findings
from phoneward.snapshots import Asking
from phoneward.texts import Day, Listed, Words, counted, words
from phoneward.updates import finding_codes as codes
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.facts import Facts, gather
from phoneward.updates.findings_past import past_findings
from phoneward.updates.findings_present import present_findings
from phoneward.updates.history_words import called

NAMED = 3


def answer(asking: Asking) -> Answer:
    """Return what happened to this person's apps, and what the next update could do.

    Raises:
        StorageError: the vault cannot be reached.
    """
    return answer_from(gather(asking))


def answer_from(facts: Facts) -> Answer:
    """Return the answer to what is known."""
    findings = sorted_findings((*past_findings(facts), *present_findings(facts)))
    return Answer(_sentence(facts, findings), findings, tuple(_not_checked(facts)))


def _sentence(facts: Facts, findings: tuple[Finding, ...]) -> Words:
    history = facts.history
    if history is None:
        return words("Nobody can tell yet: there is no snapshot of a phone.")
    if not history.snapshots:
        return words("Nobody can tell: no snapshot of this phone says which apps it has.")
    wiped = [a for a in facts.alarms if a.kind is Kind.WIPED and not a.with_reset]
    if wiped:
        return _wiped(wiped)
    if any(f.code == codes.FILE_WOULD_WIPE for f in findings):
        return words("Not each of them: an update file on the phone could only be installed by wiping the app.")
    if any(f.severity.rank >= Severity.WARNING.rank for f in findings):
        return words("Look first: something about your apps is not as it was.")
    return words(
        "Since {first} no app's data was wiped by an update, as far as snapshots show. Ask before the next one.",
        first=Day(history.snapshots[0].taken),
    )


def _wiped(alarms: list[Alarm]) -> Words:
    """Return that data was wiped: of the apps of which that is certain, where there are any."""
    told = [alarm for alarm in alarms if alarm.is_certain] or alarms
    names = list(dict.fromkeys((alarm.package, alarm.user_id) for alarm in told))
    apps = Listed((*(called(*name) for name in names[:NAMED]), *_others(len(names) - NAMED)))
    if told[0].is_certain:
        return words(
            "Not always: in the last year the data of {apps} was wiped by removing the app and installing it anew.",
            apps=apps,
        )
    return words(
        "Perhaps not: in the last year the data of {apps} was probably wiped by removing the app and installing it "
        "anew.",
        apps=apps,
    )


def _others(count: int) -> tuple[Words, ...]:
    return (counted("{count} other app", "{count} other apps", count),) if count > 0 else ()


def _not_checked(facts: Facts) -> Iterator[Words]:
    history = facts.history
    if history is None:
        return
    yield words(
        "Whether data was deleted inside an app, or with “clear data” in the phone's settings: that leaves no trace in "
        "what Android tells a computer."
    )
    if len(history.snapshots) < 2:
        yield words("What happened to the apps before: there is only one snapshot that tells which there were.")
    if facts.older:
        yield counted(
            "What happened more than a year ago is not repeated here ({count} event): phoneward update history --all",
            "What happened more than a year ago is not repeated here ({count} events): phoneward update history --all",
            facts.older,
        )
    if history.unreadable:
        yield counted(
            "The list of apps of {count} snapshot, which cannot be read.",
            "The lists of apps of {count} snapshots, which cannot be read.",
            len(history.unreadable),
        )
    yield from _signers_not_checked(facts)
    if facts.files is None:
        yield words("Whether an update file among the phone's own files would wipe an app.")
    elif facts.files.others:
        yield counted(
            "{count} file that looks like an update: there were too many, or it could not be read.",
            "{count} files that look like updates: there were too many, or they could not be read.",
            facts.files.others,
        )


def _signers_not_checked(facts: Facts) -> Iterator[Words]:
    history = facts.history
    if history is None or not history.snapshots:
        return
    unknown = sum(
        app is not None and not app.is_system and app.signing is None and not app.signer_hashes
        for app in (periods[-1].app for periods in history.apps.values())
    )
    if unknown:
        yield counted(
            "Who signed {count} app: it is not in the snapshot, and the phone did not say.",
            "Who signed {count} apps: they are not in the snapshot, and the phone did not say.",
            unknown,
        )
