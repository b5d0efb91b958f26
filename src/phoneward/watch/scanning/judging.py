"""How grave what was found is, by the same findings as in a checkup."""

from phoneward.findings import Severity, worst
from phoneward.watch.facts import Facts
from phoneward.watch.scanned import Scanned


def severity_of(scanned: Scanned) -> Severity:
    """Return the gravest of what there is to say of a look; FINE where there is nothing."""
    from phoneward.watch.findings import findings  # which asks this package for what was found

    return worst(finding.severity for finding in findings(Facts(has_snapshot=True, scanned=scanned)))
