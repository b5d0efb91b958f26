"""`phoneward update gate OLD NEW`: may this update go out? For a release pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, labelled, verbatim

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.updates.pushing import GateResult, Span

OLD_HELP = N_("The version that people have: an APK or a bundle (.apks, .xapk, .apkm).")
NEW_HELP = N_("The update.")


@click.command(
    cls=WordedCommand,
    short_help=N_("For a release pipeline: may this update go out?"),
    help=N_(
        "Say what every phone in the field would do with an update, Android version by Android version.\n\n"
        "Exit code 0: all keep the data. 4: some would refuse it, or could only install it by removing the app with "
        "its data. "
        "1: it could not be told. That old phones stay with the old version, since the new one needs a newer Android, "
        "is no reason to stop."
    ),
)
@argument("old", metavar="OLD", meaning=OLD_HELP)
@argument("new", metavar="NEW", meaning=NEW_HELP)
@option("--sdk", metavar="N", type=int, multiple=True, help=N_("Only this API level. May be given several times."))
@option("--sarif", metavar="OUT", help=N_("Also write the answer to this file as SARIF 2.1.0, for a release pipeline."))
@output_options
def gate(old: str, new: str, sdk: tuple[int, ...], sarif: str | None) -> ExitCode:
    """Judge an update for the field and show what came of it."""
    from phoneward.updates import pushing

    output = current().output
    result = pushing.gate_files(Path(old), Path(new), sdk or None)
    if sarif is not None:
        _write_sarif(output, new, result, Path(sarif))
    if output.json:
        output.emit("gate", document(result))
    else:
        show(output, result)
    return exit_code(result)


def exit_code(result: "GateResult") -> ExitCode:
    """Return what the program ends with."""
    if result.stopping:
        return ExitCode.FINDING
    return ExitCode.DONE if result.passes else ExitCode.FAILED


def _write_sarif(output: "Output", new: str, result: "GateResult", place: Path) -> None:
    from phoneward.cli import update_check_view
    from phoneward.updates import Told, sarif_log

    spans = (*result.stopping, *result.unclear) or result.spans[-1:]
    told = [Told(new, span.judgement, verbatim(labelled(android(span), verdict(span)))) for span in spans]
    update_check_view.write_sarif(sarif_log(told, int(exit_code(result))), place, output)


def show(output: "Output", result: "GateResult") -> None:
    """Say it in one sentence, then Android version by Android version."""
    output.result(headline(result))
    for span in result.spans:
        output.result("  " + labelled(android(span), verdict(span)))
        for reason in span.judgement.reasons:
            if reason.effect.value != "notes":
                output.result(f"    {reason.text}")

    if _differs(result):
        output.result(
            _(
                "What helps: sign it with the key of the version that is out, or have that key hand over to the new "
                "one (apksigner rotate). What people should be asked otherwise: phoneward update notice OLD NEW"
            )
        )


def _differs(result: "GateResult") -> bool:
    """Tell whether another signature is what stops the update."""
    reasons = [reason for span in result.stopping for reason in span.judgement.reasons[:1]]
    return any(reason.code == "signer-differs" for reason in reasons)


def headline(result: "GateResult") -> str:
    """Return the answer."""
    if result.stopping:
        return _("Do not push this update of {package}.").format(package=result.package)
    if result.unclear:
        return _("It could not be told what phones would do with this update of {package}.").format(
            package=result.package
        )
    if not result.passes:
        return _("No phone that was asked about takes this update of {package}.").format(package=result.package)
    return _("This update of {package} may go out: phones take it and keep the data.").format(package=result.package)


def android(span: "Span") -> str:
    """Return which Android versions a span is about."""
    if span.high is None:
        return _("API level {low} and later").format(low=span.low)
    if span.high == span.low:
        return _("API level {low}").format(low=span.low)
    return _("API levels {low} to {high}").format(low=span.low, high=span.high)


def verdict(span: "Span") -> str:
    """Return what these phones do, in words."""
    from phoneward.updates import verdict_words

    return str(verdict_words.headline(span.judgement.verdict))


def document(result: "GateResult") -> dict[str, object]:
    """Return the result for programs."""
    return {
        "package": result.package,
        "passes": result.passes,
        "spans": [
            {
                "min_sdk": span.low,
                "max_sdk": span.high,
                "verdict": span.judgement.verdict.value,
                "stops": span in result.stopping,
                "reasons": [
                    {
                        "code": reason.code,
                        "effect": reason.effect.value,
                        "text": str(reason.text),
                        "status": reason.status,
                    }
                    for reason in span.judgement.reasons
                ],
            }
            for span in result.spans
        ],
    }
