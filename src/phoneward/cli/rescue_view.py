"""What `phoneward rescue` prints: the card, then the table of what is left."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from phoneward.rescue import Card, CollectReport, Remnant, SearchResult

SHOWN = 40
"""Rows in text; --all and JSON have all."""


def show_card(output: Output, card: "Card", written: Sequence[Path]) -> None:
    """Print what to do first."""
    from phoneward import rescue

    if output.json:
        output.emit("first_response", {**rescue.card_document(card), "written": [readable(str(p)) for p in written]})
        return
    output.result(str(card.title).upper())
    output.result("")
    for number, step in enumerate(card.steps, 1):
        mark = _("DO") if step.kind is rescue.Kind.DO else _("STOP")
        output.result(f"{number}. [{mark}] {step.text}")
        output.summary(f"   {step.why}")
        if step.run:
            output.result(f"   > {step.run}")
    for path in written:
        output.summary(_("The card is in {path}.").format(path=readable(str(path))))
    output.result("")


def show_result(output: Output, result: "SearchResult", *, everything: bool) -> None:
    """Print what is left, what cannot be had, and what was not looked at."""
    from phoneward import rescue

    if output.json:
        for one in result.remnants:
            output.emit("remnant", rescue.remnant_document(one, result.asked))
        output.emit("summary", rescue.result_document(result))
        return
    for seen in result.seen:
        output.result(f"! {seen}")
    found = [one for one in result.remnants if one.source not in rescue.HINTS]
    if found:
        shown = found if everything else found[:SHOWN]
        _show_table(output, result, shown)
        more = len(found) - len(shown)
        if more:
            output.summary(
                ngettext("{count} more is listed with --all.", "{count} more are listed with --all.", more).format(
                    count=f"{more:,}"
                )
            )
    else:
        output.result(_("Nothing was found that is left, where it was looked for."))
    _show_hints(output, [one for one in result.remnants if one.source in rescue.HINTS])
    _show_lines(output, _("What cannot be had"), result.cannot)
    _show_lines(output, _("Where it was looked"), result.looked_at)
    _show_lines(output, _("Not looked at"), result.not_looked_at)


def show_collected(output: Output, report: "CollectReport", case: Path) -> None:
    """Print what was copied into a case."""
    folder = readable(str(case))
    if output.json:
        output.emit(
            "collected",
            {
                "case": folder,
                "files": report.files,
                "bytes": report.bytes,
                "known": report.known,
                "failed": report.failed,
                "problems": list(map(str, report.named)),
            },
        )
        return
    output.result("")
    output.result(
        ngettext(
            "{count} file ({size}) is in the case {case}. What it was copied from is as it was.",
            "{count} files ({size}) are in the case {case}. What they were copied from is as it was.",
            report.files,
        ).format(count=f"{report.files:,}", size=formats.size(report.bytes), case=folder)
    )
    if report.known:
        said = ngettext("{count} file was there already.", "{count} files were there already.", report.known)
        output.summary(said.format(count=f"{report.known:,}"))
    if report.failed:
        said = ngettext("{count} file could not be read:", "{count} files could not be read:", report.failed)
        output.result(said.format(count=f"{report.failed:,}"))
        for one in report.named:
            output.result(f"  {one}")
    output.summary(_("Seal it when it is complete: phoneward case seal {case}").format(case=folder))


def _show_table(output: Output, result: "SearchResult", shown: "Sequence[Remnant]") -> None:
    from phoneward import rescue

    soon = sum(rescue.expires_soon(one, result.asked.now) for one in result.remnants)
    if soon:
        output.result(
            ngettext(
                "{count} thing will be gone by itself within a week: it stands first.",
                "{count} things will be gone by themselves within a week: they stand first.",
                soon,
            ).format(count=f"{soon:,}")
        )
    table = plain_table("", _("What"), _("From"), _("How complete"), _("Size"), numbers=(0, 4), whole=(2,))
    for number, one in enumerate(shown, 1):
        table.add_row(
            str(number),
            str(one.what),
            formats.day(one.made) if one.made is not None else "?",
            str(rescue.completeness_words(one.completeness)),
            formats.size(one.size) if one.size is not None else "?",
        )
    output.result(table)
    for number, one in enumerate(shown, 1):
        output.result(f"{number}. {rescue.source_words(one.source)}: {one.where}")
        if one.expires is not None:
            until = formats.moment(one.expires)
            gone = _("May be deleted at any moment (since {time})") if one.expires <= result.asked.now else _(
                "Gone by itself from {time} on"
            )  # fmt: skip
            output.result(f"   ! {gone.format(time=until)}")
        output.result(f"   {one.how}")
        if one.command:
            output.result(f"   > {one.command}")


def _show_hints(output: Output, hints: "Sequence[Remnant]") -> None:
    output.result("")
    output.result(_("{heading}:").format(heading=_("Where else to look")))
    for one in hints:
        output.result(f"- {one.what}")
        output.result(f"  {one.how}")


def _show_lines(output: Output, heading: str, lines: "Sequence[object]") -> None:
    if lines:
        output.summary("")
        output.summary(_("{heading}:").format(heading=heading))
        for line in lines:
            output.summary(f"  {line}")
