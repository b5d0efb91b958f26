"""A copy and a whole look as plain values: for programs, and for the manifest of what is exported."""

import base64
import datetime as dt

from phoneward.errors import readable
from phoneward.findings import Tier
from phoneward.watch.copies import AppCopy
from phoneward.watch.facts import unexplained
from phoneward.watch.scanned import Scanned


def tier_of(copy: AppCopy) -> Tier:
    """Return whether a copy was seen to be one, or inferred: the same screen may show something else."""
    return Tier.OBSERVED if copy.verdict.is_distinguishable else Tier.INFERRED


def copy_document(copy: AppCopy) -> dict[str, object]:
    """Return a copy as JSON tells it."""
    region = copy.verdict.region
    return {
        "package": copy.package or None,
        "path": copy.path,
        **_exact("path", copy.path, copy.raw_path),
        "inside": [readable(one) for one in copy.inside],
        "offset": copy.offset,
        "sha256": copy.sha256,
        "size": copy.size,
        "copied": _time(copy.copied),
        "since": _time(copy.since),
        "original": copy.original,
        **_exact("original", copy.original, copy.raw_original),
        "original_sha256": copy.original_sha256,
        "taken": _time(copy.taken),
        "taken_by": copy.taken_by or None,
        "gap_s": None if copy.gap is None else copy.gap.total_seconds(),
        "kind": copy.verdict.kind.value,
        "distinguishable": copy.verdict.is_distinguishable,
        "confidence": round(copy.verdict.confidence, 4),
        "compared_width": copy.verdict.width,
        "region": [region.left, region.top, region.right, region.bottom],
        "covered": round(copy.verdict.covered, 4),
        "tier": tier_of(copy).value,
        "cause": copy.cause.value,
        "thumbnail": copy.is_thumbnail,
        "label": copy.label or None,
    }


def scanned_document(scanned: Scanned) -> dict[str, object]:
    """Return how a look ended, without the copies."""
    return {
        "snapshot": scanned.snapshot,
        "device": scanned.device or None,
        "taken": _time(scanned.taken),
        "looked": _time(scanned.looked),
        "own": scanned.own,
        "files": scanned.files,
        "pictures": scanned.pictures,
        "by_bytes": scanned.is_by_bytes,
        "copies": len(scanned.copies),
        "unexplained": len(unexplained(scanned.copies)),
        "damaged": scanned.damaged,
        "not_looked_at": [str(one) for one in scanned.not_looked_at],
    }


def _exact(name: str, shown: str, raw: bytes) -> dict[str, str]:
    """Return the raw bytes of a path that is not shown as it is."""
    is_exact = raw == shown.encode("utf-8", "surrogatepass")
    return {} if is_exact or not raw else {f"{name}_base64": base64.b64encode(raw).decode("ascii")}


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat()
