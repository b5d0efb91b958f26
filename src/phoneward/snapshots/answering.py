"""The room's answer to its question: if the phone broke this minute, what would I lose?"""

from collections.abc import Iterator

from phoneward.findings import Answer, Finding, Severity, Tier, sorted_findings
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_facts import Facts, gather
from phoneward.snapshots.answer_words import answer_sentence, lost_bytes, not_checked
from phoneward.snapshots.asking import Asking
from phoneward.snapshots.coverage import Coverage
from phoneward.snapshots.findings_apps import app_findings
from phoneward.snapshots.findings_computer import computer_findings
from phoneward.snapshots.findings_names import name_findings
from phoneward.snapshots.findings_records import record_findings
from phoneward.snapshots.findings_vault import habit_findings, vault_findings
from phoneward.texts import Size, words


def answer(asking: Asking) -> Answer:
    """Return what this person would lose, from the coverage of the snapshot that is asked about.

    Raises:
        VaultError: the snapshot's own documents lie in a damaged part of the vault.
    """
    return answer_from(gather(asking))


def answer_from(facts: Facts) -> Answer:
    """Return the answer to what is known. Never fails, whatever a coverage document says."""
    return Answer(answer_sentence(facts), sorted_findings(_findings(facts)), tuple(not_checked(facts)))


def _findings(facts: Facts) -> Iterator[Finding]:
    yield from vault_findings(facts)
    if facts.coverage is not None:
        yield from _covered(facts, facts.coverage)
    yield from computer_findings(facts)
    yield from habit_findings(facts)


def _covered(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    if not parts.amount(coverage.totals.kept_files):
        yield Finding(
            code=codes.EMPTY,
            severity=Severity.WARNING,
            tier=Tier.OBSERVED,
            title=words("The snapshot holds no file of the phone."),
            loss=words("If the phone broke now, everything that is only on it would be lost."),
            evidence=(parts.seen(facts, words("no file in any storage")),),
            actions=(parts.backup(facts), parts.look(facts)),
        )
    found = [*app_findings(facts, coverage), *record_findings(facts, coverage), *name_findings(facts, coverage)]
    yield from found
    yield from _unexplained(facts, coverage, found)


def _unexplained(facts: Facts, coverage: Coverage, found: list[Finding]) -> Iterator[Finding]:
    """Never "fine" where the document says that something is lost, even if it does not say what."""
    lost = lost_bytes(coverage)
    explained = coverage.partial or any(
        finding.code in {codes.NAMES_MISSING, codes.NAMES_UNCERTAIN, codes.MISMATCHED, codes.STORAGE_CLOSED}
        for finding in found
    )
    counted = any(finding.loss_bytes for finding in found)
    if (coverage.complete or explained) and (not lost or counted):
        return
    yield Finding(
        code=codes.INCOMPLETE,
        severity=Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words("Something is missing from the snapshot, and it does not say what."),
        loss=words("You would lose at least {size}.", size=Size(lost)) if lost else None,
        loss_bytes=lost or None,
        evidence=(parts.seen(facts, words("the document calls the snapshot incomplete")),),
        actions=(parts.backup(facts), parts.look(facts)),
    )
