"""Findings about messages, calls, contacts and calendars that the phone did not let a computer read."""

from collections.abc import Iterator
from typing import Final

from phoneward.findings import Finding, Severity, Tier
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.coverage import Coverage, RecordCoverage, State
from phoneward.snapshots.reasons import REASON_SENTENCES
from phoneward.texts import N_, Words, running, verbatim, words

_APP: Final = "com.riteshsahu.SMSBackupRestore"
_IN_APP: Final = "own-backup-sms"
_SAID: Final = {
    "sms": (
        Severity.WARNING,
        N_("Your text messages are not in the snapshot."),
        N_("You would lose all text messages on this phone."),
    ),
    "calls": (
        Severity.ADVICE,
        N_("The list of your calls is not in the snapshot."),
        N_("You would lose that list."),
    ),
    "mms": (
        Severity.ADVICE,
        N_("Your messages with pictures (MMS) are not in the snapshot."),
        N_("You would lose all messages with pictures (MMS) on this phone."),
    ),
    "contacts": (
        Severity.WARNING,
        N_("Your contacts are not in the snapshot."),
        N_("You would lose the names and numbers that are kept on this phone alone."),
    ),
    "calendar": (
        Severity.WARNING,
        N_("Your calendar is not in the snapshot."),
        N_("You would lose the events that are on this phone alone and in no account."),
    ),
}
"""By kind: how grave it is, what is so, what would be lost."""


def record_findings(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    """Yield what there is to say; nothing where the app's own backup holds them: its age is a finding of its own."""
    is_in_app = any(app.package == _APP and app.own_backups for app in coverage.apps)
    said: set[str] = set()
    for record in coverage.records or ():
        if is_in_app and record.next_step == _IN_APP:
            continue
        if record.state is State.OUT_OF_REACH and record.kind in _SAID and record.kind not in said:
            said.add(record.kind)
            yield _out_of_reach(facts, record)


def _out_of_reach(facts: Facts, record: RecordCoverage) -> Finding:
    severity, title, loss = _SAID[record.kind]
    known = REASON_SENTENCES.get(record.reason)
    why = Words(known) if known else verbatim(parts.shown(record.reason))
    step = parts.next_step(record.next_step)
    return Finding(
        code=codes.RECORDS_OUT_OF_REACH,
        severity=severity,
        tier=Tier.OBSERVED,
        title=Words(title),
        loss=Words(loss),
        detail=why if step is None else running(why, step),
        evidence=(parts.seen(facts, words("the phone's answer: {words}", words=parts.shown(record.detail or "-"))),),
        actions=(parts.backup(facts, parts.BACK_UP_AGAIN), parts.look(facts)),
        subject=record.kind,
    )
