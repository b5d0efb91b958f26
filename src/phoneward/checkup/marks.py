"""What the person decided about findings: "done" marks and notes, kept in the vault."""

from dataclasses import replace

from phoneward.findings import Answer, sorted_findings
from phoneward.snapshots import OwnerState


def marked(answer: Answer, state: OwnerState) -> Answer:
    """Return an answer with the person's marks and notes on its findings; what is done goes to the end."""
    findings = (
        replace(finding, is_done=state.is_done(finding.key), note=state.note(finding.key) or "")
        for finding in answer.findings
    )
    return replace(answer, findings=sorted_findings(findings))
