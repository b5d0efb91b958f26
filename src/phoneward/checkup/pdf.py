"""The report as a PDF: tagged, with its title and language, for printing and for giving away."""

from importlib.resources import files

from phoneward.checkup.html import MARK
from phoneward.checkup.report import CheckupReport
from phoneward.checkup.view import report_view
from phoneward.paper import make_pdf
from phoneward.texts import _, enumeration


def pdf_report(report: CheckupReport) -> bytes:
    """Return the report as a PDF in the reader's language.

    Raises:
        PdfMissingError: typst is not installed.
        PdfNotMadeError: it failed.
    """
    view = report_view(report)
    findings = view["findings_worst_first"]
    assert isinstance(findings, list)  # noqa: S101 - `report_view` makes it
    for finding in findings:
        finding["badge"] = _("done") if finding["is_done"] else finding["severity_words"]
    unbuilt = [_(part.room.title) for part in report.rooms if not part.is_built]
    made = _("made {made}").format(made=view["made_words"])
    data = {
        **view,
        "mark": MARK,
        "about": f"{view['subtitle']} · {made}",
        "unbuilt_words": enumeration(unbuilt),
        "words": {
            "maker": _("Phoneward"),
            "questions": _("Six questions"),
            "findings": _("What was found, the worst first"),
            "nothing": _("Nothing."),
            "unbuilt": _("Not built yet."),
            "unseen": _("Not looked at"),
            "later": _("Not built yet"),
            "private": _("This page names your apps and files. Give it only to people who may know them."),
        },
    }
    return make_pdf((files("phoneward.checkup") / "templates" / "report.typ").read_text("utf-8"), data)
