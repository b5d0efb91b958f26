"""The report in a reader's language, as pages and PDF files show it: every text ready, nothing to be decided there."""

from phoneward.checkup.document import finding_document, room_document, summary_document, taken
from phoneward.checkup.report import CheckupReport
from phoneward.errors import readable
from phoneward.findings import Finding, Severity, sorted_findings
from phoneward.texts import _, formats, labelled, ngettext


def report_view(report: CheckupReport) -> dict[str, object]:
    """Return what a template needs."""
    return {
        **summary_document(report),
        "title": title(report),
        "subtitle": subtitle(report),
        "made_words": formats.moment(report.made),
        "verdict": verdict(report),
        "findings_worst_first": [_finding(finding) for finding in worst_first(report)],
        "rooms": [{**room_document(part), "number": n} for n, part in enumerate(report.rooms, start=1)],
        "not_looked_at": not_looked_at(report),
        "unbuilt": [_(part.room.title) for part in report.rooms if not part.is_built],
    }


def worst_first(report: CheckupReport) -> tuple[Finding, ...]:
    """Return the findings of all rooms, the worst first; what is done comes last."""
    return sorted_findings(report.findings)


def title(report: CheckupReport) -> str:
    """Return what the report is called."""
    return _("Checkup of {phone}").format(phone=report.phone) if report.phone else _("Checkup")


def subtitle(report: CheckupReport) -> str:
    """Return what was looked at."""
    if report.snapshot is None:
        return _("There is no snapshot to look at.")
    time = taken(report.snapshot)
    return _("Snapshot {snapshot} of {time}").format(
        snapshot=report.snapshot.snapshot.short_id, time="?" if time is None else formats.moment(time)
    )


def verdict(report: CheckupReport) -> str:
    """Return in one sentence how much there is to do."""
    open_ones = [finding for finding in report.findings if not finding.is_done]
    pressing = sum(finding.severity.rank >= Severity.WARNING.rank for finding in open_ones)
    if not report.complete:
        return _("A part of the checkup failed. What it did find is below.")
    if pressing:
        return ngettext("{count} thing needs you.", "{count} things need you.", pressing).format(count=pressing)
    if open_ones:
        return ngettext(
            "Nothing is pressing; {count} thing could be better.",
            "Nothing is pressing; {count} things could be better.",
            len(open_ones),
        ).format(count=len(open_ones))
    return _("Of what was looked at, nothing needs you.")


def not_looked_at(report: CheckupReport) -> list[str]:
    """Return what no room looked at."""
    return [str(line) for part in report.rooms if part.answer is not None for line in part.answer.not_checked]


def how_known(finding: Finding) -> list[str]:
    """Return what a finding rests on, one line each."""
    lines = []
    for evidence in finding.evidence:
        what = str(evidence.what)
        line = labelled(readable(evidence.source), what) if evidence.source else what
        details = [] if evidence.method is None else [str(evidence.method)]
        if evidence.snapshot:
            details.append(_("snapshot {snapshot}").format(snapshot=readable(evidence.snapshot[:8])))
        if evidence.seen is not None:
            details.append(formats.moment(evidence.seen))
        lines.append(_("{what} ({details})").format(what=line, details="; ".join(details)) if details else line)
    return lines


def _finding(finding: Finding) -> dict[str, object]:
    return {**finding_document(finding), "how_known": how_known(finding)}
