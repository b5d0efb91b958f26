"""What `phoneward backup` says in the end: in words, and for JSON."""

from typing import TYPE_CHECKING

from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from phoneward.cli.frame import Frame
    from phoneward.snapshots import BackupResult, MatchCounts


def document(result: "BackupResult") -> dict[str, object]:
    """Return what `--json` prints at the end: restic's names where restic has them, and what is ours."""
    from dataclasses import asdict

    from phoneward.cli import coverage_view

    stats = asdict(result.stats)
    seconds = stats.pop("duration_ns") / 1e9
    return {
        "snapshot_id": result.snapshot_id,
        "dry_run": result.dry_run,
        "complete": result.complete,
        "parent": result.parent,
        "resumed": result.resumed,
        "private_apps": result.private_apps,
        "total_files_processed": result.files_held,
        "total_bytes_processed": result.bytes_held,
        "total_duration": round(seconds, 3),
        **stats,
        **asdict(result.matching),
        "coverage": coverage_view.fields(result.coverage) if result.coverage is not None else None,
    }


def show_plan(frame: "Frame", result: "BackupResult") -> None:
    """Show what a backup would read."""
    stats = result.stats
    frame.output.result(
        _("The phone holds {files} ({size}).").format(
            files=formats.files(stats.files_listed), size=formats.size(stats.bytes_listed)
        )
    )
    frame.output.result(
        _("{files} ({size}) would be read from it. Nothing was written.").format(
            files=formats.files(stats.files_to_send), size=formats.size(stats.bytes_to_send)
        )
    )


def show_result(frame: "Frame", result: "BackupResult") -> None:
    """Show what a backup did, what is missing, and where to look."""
    from phoneward.cli import coverage_view
    from phoneward.snapshots import coverage_sentences

    for sentence in sentences(result):
        frame.output.summary(sentence)
    if result.coverage is None:
        return
    for line in coverage_view.gap_lines(result.coverage, everything=False):
        frame.output.result(line)
    frame.output.summary("")
    for sentence in coverage_sentences(result.coverage):
        frame.output.summary(sentence)
    frame.output.summary(where_to_look(result))


def where_to_look(result: "BackupResult") -> str:
    """Return the closing sentence. Data that Android keeps for the apps alone is named here, not by the exit code."""
    if not result.private_apps:
        return _("To see what is not kept, app by app, and what to do about it: phoneward coverage")
    return ngettext(
        "{count} app keeps data that no computer can read. What you can do about it: phoneward coverage",
        "{count} apps keep data that no computer can read. What you can do about it: phoneward coverage",
        result.private_apps,
    ).format(count=result.private_apps)


def sentences(result: "BackupResult") -> list[str]:
    """Return what the backup did, in words."""
    stats = result.stats
    lines = []
    if result.resumed:
        lines.append(
            _("It went on where the last run stopped: {size} did not have to be read again.").format(
                size=formats.size(stats.bytes_resumed)
            )
        )
    lines.append(
        _("Snapshot {snapshot} holds {files} ({size}).").format(
            snapshot=(result.snapshot_id or "")[:8],
            files=formats.files(result.files_held),
            size=formats.size(result.bytes_held),
        )
    )
    lines.append(
        _("Read from the phone: {files} ({size}). Added to the vault: {added}. It took {time}.").format(
            files=formats.files(stats.files_sent),
            size=formats.size(stats.bytes_sent),
            added=formats.size(stats.data_added_packed),
            time=formats.duration(stats.duration_ns / 1e9),
        )
    )
    return lines + matching_sentences(result.matching)


def matching_sentences(counts: "MatchCounts") -> list[str]:
    """Return what came of comparing with the phone's own checksums, in words; nothing where nothing was compared."""
    lines = []
    if counts.matched_files:
        lines.append(
            _("Compared with the phone's own checksums, and the same: {files} ({size}).").format(
                files=formats.files(counts.matched_files), size=formats.size(counts.matched_bytes)
            )
        )
    for sentence, count in (
        (_("Changed on the phone meanwhile, so that they could not be compared: {files}."), counts.changed_files),
        (_("Different, and read again: {files}."), counts.resent_files),
        (_("Different twice, and named below: {files}."), counts.mismatched_files),
        (_("Not compared this time: {files}. --verify-all compares every file."), counts.unanswered_files),
    ):
        if count:
            lines.append(sentence.format(files=formats.files(count)))
    if counts.silently_changed_files:
        lines.append(
            _(
                "Changed since the last backup, though size and times are the same, and kept as new versions: {files}."
            ).format(files=formats.files(counts.silently_changed_files))
        )
    return lines
