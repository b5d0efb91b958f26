"""How `forget` tells what stays, what goes and why: tables for people, lines for programs."""

from collections import Counter
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import N_, _, enumeration, formats, ngettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.table import Table

    from phoneward.snapshots import ForgetPlan
    from phoneward.vault import ForgetGroup, PruneReport, Reason, Removal, Snapshot

_PERIODS = {
    "last": N_("one of the last"),
    "hourly": N_("the newest of its hour"),
    "daily": N_("the newest of its day"),
    "weekly": N_("the newest of its week"),
    "monthly": N_("the newest of its month"),
    "yearly": N_("the newest of its year"),
}


class ForgetView:
    """Shows one run of `forget`.

    Attributes:
        removal: what was removed; None where nothing was to be.
    """

    def __init__(self, output: Output, plan: "ForgetPlan", *, dry_run: bool) -> None:
        self._output = output
        self._plan = plan
        self._dry_run = dry_run
        self.removal: Removal | None = None

    def show_plan(self) -> None:
        """Show what stays and what goes, before anything is removed."""
        if self._output.json:
            for group in self._plan.groups:
                self._output.emit("group", group_document(group))
            for document in self._others():
                self._output.emit("forgotten", document)
            return
        for position, group in enumerate(self._plan.groups):
            if position:
                self._output.summary("")
            self._output.summary(table(group, self._proofs()))
        for sentence in self._sentences():
            self._output.summary(sentence)

    def _proofs(self) -> "Counter[str]":
        """Count the proofs that go, by the snapshots they are about."""
        from phoneward.snapshots import proof_subject

        return Counter(proof_subject(proof) or "" for proof in self._plan.proofs)

    def _others(self) -> "Iterable[dict[str, object]]":
        """Yield what goes for another reason than the rules."""
        plan = self._plan
        for snapshot in plan.named:
            yield {"kind": "named", **snapshot_document(snapshot)}
        for name in plan.damaged:
            yield {"kind": "damaged", "id": name}
        for old in plan.outdated:
            yield {"kind": "partial", **snapshot_document(old.snapshot), "replaced_by": old.by.id}
        for proof in plan.proofs:
            from phoneward.snapshots import proof_subject

            yield {"kind": "proof", **snapshot_document(proof), "subject": proof_subject(proof)}

    def _sentences(self) -> "Iterable[str]":
        plan = self._plan
        for snapshot in plan.named:
            sentence = _("To be removed, as you named it: {snapshot} of {label}, taken {time}.")
            yield sentence.format(
                snapshot=snapshot.short_id, label=readable(snapshot.hostname), time=formats.moment(snapshot.time)
            )
        for name in plan.damaged:
            yield _("To be removed, as you named it: {snapshot}, which is damaged.").format(snapshot=name[:8])
        for old in plan.outdated:
            sentence = _("To be removed: {snapshot}, of a backup that was cut short. A newer one is finished: {newer}.")
            yield sentence.format(snapshot=old.snapshot.short_id, newer=old.by.short_id)
        for snapshot in plan.waiting:
            sentence = _("Kept: {snapshot}, of a backup that was cut short. No newer one of this phone is finished.")
            yield sentence.format(snapshot=snapshot.short_id)
        if plan.proofs:
            count = len(plan.proofs)
            yield ngettext(
                "To be removed: {count} later proof about a snapshot that is gone.",
                "To be removed: {count} later proofs about snapshots that are gone.",
                count,
            ).format(count=count)

    def show_removed(self, *, prune: bool) -> None:
        """Say what was removed."""
        if self._output.json:
            return
        if self._dry_run:
            self._output.summary(
                ngettext(
                    "{count} snapshot would be removed. Nothing was changed.",
                    "{count} snapshots would be removed. Nothing was changed.",
                    (count := self._without_proofs(self._plan.removed)),
                ).format(count=count)
            )
            return
        removed = self._without_proofs(self.removal.removed if self.removal else ())
        self._output.summary(
            ngettext("{count} snapshot was removed.", "{count} snapshots were removed.", removed).format(count=removed)
        )
        for name, error in (self.removal.failed if self.removal else {}).items():
            sentence = _("The snapshot {snapshot} could not be removed. {reason}")
            self._output.result(sentence.format(snapshot=name[:8], reason=error.sentence()))
        if removed and not prune:
            self._output.summary(_("This has not freed any space yet. To free it: phoneward prune"))

    def _without_proofs(self, names: "Collection[str]") -> int:
        """Count snapshots of phones: what became of the proofs about them was said already."""
        return len(set(names) - {proof.id for proof in self._plan.proofs})

    def end(self, report: "PruneReport | None") -> None:
        """Print the summary for programs."""
        if self._output.json:
            self._output.emit("summary", self.document(report))

    def document(self, report: "PruneReport | None") -> dict[str, object]:
        """Return the summary for JSON; `prune` is null where no space was to be freed, or that failed."""
        from phoneward.cli.prune_view import report_document

        removal = self.removal
        return {
            "dry_run": self._dry_run,
            "kept": self._plan.kept_count,
            "removed": self._plan.removed if removal is None else removal.removed,
            "failed": [] if removal is None else list(removal.failed),
            "partial_removed": len(self._plan.outdated),
            "partial_kept": len(self._plan.waiting),
            "proofs_removed": len(self._plan.proofs),
            "prune": None if report is None else report_document(report),
        }


def snapshot_document(snapshot: "Snapshot") -> dict[str, object]:
    """Return one snapshot's fields, with the names that `snapshots --json` has."""
    from phoneward.vault import format_time

    return {
        "id": snapshot.id,
        "short_id": snapshot.short_id,
        "time": format_time(snapshot.time_ns, snapshot.utc_offset),
        "hostname": snapshot.hostname,
        "paths": list(snapshot.paths),
        "tags": list(snapshot.tags),
    }


def group_document(group: "ForgetGroup") -> dict[str, object]:
    """Return one group with restic's names (restic `forget --json`)."""
    return {
        "host": group.key.host or "",
        "paths": None if group.key.paths is None else list(group.key.paths),
        "tags": None if group.key.tags is None else list(group.key.tags),
        "keep": [snapshot_document(kept.snapshot) for kept in group.keep],
        "remove": [snapshot_document(snapshot) for snapshot in group.remove],
        "reasons": [
            {"snapshot": snapshot_document(kept.snapshot), "matches": [str(reason) for reason in kept.reasons]}
            for kept in group.keep
        ],
    }


def table(group: "ForgetGroup", proofs: "Counter[str]") -> "Table":
    """Return a group's snapshots, newest first: what becomes of each, and why."""
    from phoneward.vault import group_name

    shown = plain_table(_("Snapshot"), _("Taken"), _("Phone"), _("Stays"), _("Because it is"))
    shown.title = readable(group_name(group.key)) or None
    shown.title_justify = "left"
    reasons = {kept.snapshot.id: kept.reasons for kept in group.keep}
    every = [kept.snapshot for kept in group.keep] + group.remove
    for snapshot in sorted(every, key=lambda s: (-s.time_ns, s.id or "")):
        why = reasons.get(snapshot.id)
        shown.add_row(
            snapshot.short_id,
            formats.moment(snapshot.time),
            readable(snapshot.hostname),
            _("no") if why is None else _("yes"),
            enumeration(dict.fromkeys(map(in_words, why))) if why is not None else going(snapshot, proofs),
        )
    return shown


def going(snapshot: "Snapshot", proofs: "Counter[str]") -> str:
    """Return what goes with a snapshot: proofs about it, by any name it has."""
    from phoneward.vault import names_of

    count = sum(proofs[name] for name in names_of(snapshot))
    if not count:
        return ""
    return ngettext("(its {count} proof goes with it)", "(its {count} proofs go with it)", count).format(count=count)


def in_words(reason: "Reason") -> str:
    """Return why a snapshot stays, for a person."""
    if reason.before_loss:
        apps = readable(enumeration(reason.before_loss))
        return _("the last before more than half of it was lost: {apps}").format(apps=apps)
    if reason.tags is not None:
        return _("tagged {tags}").format(tags=readable(enumeration(reason.tags)))
    if reason.period is None:
        return _("within {span} of the newest").format(span=reason.span)
    if reason.oldest:
        return _("the oldest (the rule has room)")
    period = _(_PERIODS[reason.period.value])
    return (
        period
        if reason.span is None
        else _("{period} and within {span} of the newest").format(period=period, span=reason.span)
    )
