"""How a prune is told: what it means to do before it starts, and what it did. For `prune` and `forget --prune`."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.errors import readable
from phoneward.texts import _, formats, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.vault import BlobFigures, PruneFigures, PruneReport


def show_plan(output: Output, figures: "PruneFigures", *, dry_run: bool) -> None:
    """Tell what is meant to be done: on stdout where that was the question, else on stderr before the work starts."""
    if output.json:
        output.emit("prune_plan", {"dry_run": dry_run, **plan_document(figures)})
        return
    if figures.nothing_to_do and dry_run:
        output.summary(_("Nothing to do."))
    for sentence in plan_sentences(figures):
        (output.result if dry_run else output.say)(sentence)


def show_report(output: Output, report: "PruneReport") -> None:
    """Tell what was done. A dry run has nothing to add to its plan."""
    if output.json or report.dry_run:
        return
    for damaged in report.damaged:
        output.result(labelled(readable(f"data/{damaged.pack}"), readable(damaged.sentence)))
    for sentence in report_sentences(report):
        (output.summary if report.ok else output.result)(sentence)


def plan_sentences(figures: "PruneFigures") -> list[str]:
    """Return what goes, what is packed anew, and the space that takes meanwhile."""
    if figures.nothing_to_do:
        return []
    packs, size = figures.packs, figures.size
    lines = [_("About {size} can be freed.").format(size=formats.size(max(0, figures.frees_bytes)))]
    gone = packs.remove + packs.unreferenced
    if gone:
        lines.append(
            _("To be removed: {packs}, of which no snapshot needs anything.").format(packs=formats.packs(gone))
        )
    if packs.repack:
        lines.append(
            _("To be packed anew: {size}, the part of {packs} that snapshots need.").format(
                packs=formats.packs(packs.repack), size=formats.size(size.repack - size.repack_remove)
            )
        )
    lines.append(
        _("This takes up to {size} of free space meanwhile.").format(size=formats.size(figures.needs_free_bytes))
        if figures.free_bytes is None
        else _("This takes up to {size} of free space meanwhile; {free} are free.").format(
            size=formats.size(figures.needs_free_bytes), free=formats.size(figures.free_bytes)
        )
    )
    return lines


def report_sentences(report: "PruneReport") -> list[str]:
    """Return how it ended."""
    left = report.figures.size.remaining_unused
    if report.figures.nothing_to_do:
        lines = [_("Nothing to do.")]
    else:
        lines = [_("Freed {size}.").format(size=formats.size(max(0, report.freed_bytes)))]
    if left:
        sentence = _("{size} that no snapshot needs stay for now: too little to be worth packing anew.")
        lines.append(sentence.format(size=formats.size(left)))
    if report.damaged:
        lines.append(
            ngettext(
                "{count} pack is damaged and was left as it is, so that nothing more is lost.",
                "{count} packs are damaged and were left as they are, so that nothing more is lost.",
                len(report.damaged),
            ).format(count=len(report.damaged))
        )
        lines.append(_("Find out which files are affected with: phoneward check --read-data"))
    return lines


def plan_document(figures: "PruneFigures") -> dict[str, object]:
    """Return the plan for JSON: restic's names where restic has them."""
    return {
        "snapshots": figures.snapshots,
        "blobs": _blobs(figures.blobs),
        "bytes": {**_blobs(figures.size), "unreferenced": figures.unreferenced_bytes},
        "packfiles": {**asdict(figures.packs), "total": figures.packs.total},
        "nothing_to_do": figures.nothing_to_do,
        "frees_bytes": figures.frees_bytes,
        "rewrites_bytes": figures.rewrites_bytes,
        "needs_free_bytes": figures.needs_free_bytes,
        "free_bytes": figures.free_bytes,
    }


def report_document(report: "PruneReport") -> dict[str, object]:
    """Return what was done for JSON."""
    return {
        "dry_run": report.dry_run,
        "ok": report.ok,
        "freed_bytes": report.freed_bytes,
        "rewritten_bytes": report.rewritten_bytes,
        "packs_removed": report.packs_removed,
        "packs_written": report.packs_written,
        "indexes_removed": report.indexes_removed,
        "indexes_written": report.indexes_written,
        "damaged": [
            {"file": f"data/{damaged.pack}", "pieces": damaged.pieces, "sentence": damaged.sentence}
            for damaged in report.damaged
        ],
    }


def _blobs(figures: "BlobFigures") -> dict[str, int]:
    return {
        **asdict(figures),
        "total": figures.total,
        "remove_total": figures.remove + figures.repack_remove,
        "remaining": figures.remaining,
        "remaining_unused": figures.remaining_unused,
    }
