"""The report as plain data: what `--json` prints, and what pages and PDF files are made from.

Codes are stable and the same in every language; sentences are in the reader's. Fields may be added, never changed or
removed (docs/reference/json.md).
"""

import datetime as dt
import shlex
import subprocess
import sys
from collections.abc import Sequence

from phoneward.checkup.report import CheckupReport, RoomReport
from phoneward.errors import readable
from phoneward.findings import SEVERITY_WORDS, TIER_WORDS, Action, Evidence, Finding, Severity
from phoneward.snapshots import SnapshotInfo
from phoneward.texts import Words, _


def finding_document(finding: Finding) -> dict[str, object]:
    """Return one finding."""
    return {
        "code": finding.code,
        "key": finding.key,
        "room": finding.room,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "severity_words": _(SEVERITY_WORDS[finding.severity]),
        "tier": finding.tier.value,
        "tier_words": _(TIER_WORDS[finding.tier]),
        "is_done": finding.is_done,
        "note": finding.note or None,
        "title": str(finding.title),
        "loss": _text(finding.loss),
        "loss_bytes": finding.loss_bytes,
        "detail": _text(finding.detail),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "actions": [_action(action) for action in finding.actions],
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    return {
        "what": str(evidence.what),
        "method": _text(evidence.method),
        "source": evidence.source or None,
        "snapshot": evidence.snapshot or None,
        "seen": _time(evidence.seen),
    }


def _action(action: Action) -> dict[str, object]:
    return {
        "room": action.room,
        "verb": action.verb,
        "label": str(action.label),
        "arguments": dict(action.arguments),
        "command": list(action.command),
        "command_line": command_line(action.command),
    }


def command_line(command: Sequence[str]) -> str:
    """Return a command as a person types it on this system."""
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)


def room_document(part: RoomReport) -> dict[str, object]:
    """Return one room's answer, without its findings."""
    answer, failure = part.answer, part.failure
    return {
        "room": part.room.name,
        "title": _(part.room.title),
        "question": _(part.room.question),
        "is_built": part.is_built,
        "severity": answer.severity.value if answer is not None else None,
        "answer": str(answer.sentence) if answer is not None else None,
        "num_findings": len(answer.findings) if answer is not None else 0,
        "not_checked": [str(line) for line in answer.not_checked] if answer is not None else [],
        "failure": None
        if failure is None
        else {"code": failure.code, "message": readable(failure.sentence()), "next_step": readable(failure.advice())},
    }


def summary_document(report: CheckupReport) -> dict[str, object]:
    """Return the whole report, without its findings."""
    open_ones = [finding for finding in report.findings if not finding.is_done]
    return {
        "made": report.made.isoformat(),
        "repository": readable(report.repository),
        "snapshot": _snapshot(report.snapshot),
        "phone": report.phone or None,
        "complete": report.complete,
        "severity": report.severity.value,
        "severity_words": _(SEVERITY_WORDS[report.severity]),
        "findings": {severity.value: sum(f.severity is severity for f in open_ones) for severity in Severity},
        "num_done": len(report.findings) - len(open_ones),
        "rooms": [room_document(part) for part in report.rooms],
        "not_built": [part.room.name for part in report.rooms if not part.is_built],
    }


def _snapshot(info: SnapshotInfo | None) -> dict[str, object] | None:
    if info is None:
        return None
    return {
        "id": info.snapshot.id,
        "short_id": info.snapshot.short_id,
        "time": _time(taken(info)),
        "device": readable(info.device),
        "label": readable(info.label),
        "partial": info.partial,
    }


def taken(info: SnapshotInfo) -> dt.datetime | None:
    """Return when a snapshot was taken; None where no calendar holds that."""
    try:
        return dt.datetime.fromtimestamp(info.snapshot.time_ns // 1_000_000_000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _text(words: Words | None) -> str | None:
    return None if words is None else str(words)
