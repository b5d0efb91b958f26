"""What a test with a picture showed, in sentences."""

from collections.abc import Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.phones import PictureAccess, Removal
from phoneward.texts import N_, Listed, Size, Words, counted, formats, running, words
from phoneward.watch.canary.counting import BytesVerdict, Conclusion, Form
from phoneward.watch.canary.report import BytesReport, CanaryReport
from phoneward.watch.canary.storage import CanaryCopy

FORM_WORDS: Final = {
    "file": N_("the file as it is"),
    "same-size": N_("a poor copy of the same size"),
}
_NARROWER = N_("a poor copy {width} pixels wide")


def sentences_of(report: CanaryReport) -> Iterator[Words]:
    """Yield what one round showed: what was seen, what the phone notes, and what became of the picture."""
    if report.copies or report.sent:
        places = len(report.copies)
        if places:
            yield counted(
                "SEEN: the test picture lies in {count} other place.",
                "SEEN: the test picture lies in {count} other places.",
                places,
            )
        if report.sent:
            yield counted(
                "SENT: the recording shows that it was sent {count} time.",
                "SENT: the recording shows that it was sent {count} times.",
                len(report.sent),
            )
    else:
        yield counted(
            "NOT SEEN: of {count} file that was written since, none holds the test picture.",
            "NOT SEEN: of {count} files that were written since, none holds the test picture.",
            report.files,
        )
        yield words("That is no proof that no app copied or sent it.")
    if report.is_listed is False:
        yield words(
            "The phone did not take the test picture into its list of pictures: an app that only reads that list "
            "cannot have seen it."
        )
    if report.app:
        yield access_sentence(report.app, report.access)
    removal = _REMOVAL.get(report.removal) if report.removal is not None else None
    if removal is not None:
        yield words(removal)
    if report.copies:
        yield words("The copies that apps made were left where they are: they are what was to be shown.")


_REMOVAL = {
    Removal.REMOVED: N_("The test picture was taken away from the phone."),
    Removal.GONE: N_("The test picture was gone from the phone already: you or an app deleted it."),
    Removal.DIFFERENT: N_("Under the name of the test picture lies something else now; it was left."),
    Removal.REFUSED: N_("The phone did not let the test picture be taken away. Delete it there; it says what it is."),
}


def form_of(copy: CanaryCopy, report: CanaryReport) -> Words:
    """Say in which form a copy was kept."""
    sighting = copy.sighting
    if sighting.sha256 == report.canary.sha256:
        form = words("the file itself")
    else:
        form = words("{width} × {height} pixels", width=sighting.width, height=sighting.height)
    return running(form, words("(in a folder for thumbnails)")) if copy.is_thumbnail else form


def access_sentence(package: str, access: tuple[PictureAccess, ...] | None) -> Words:
    """Say when an app last used its rights to see pictures, as far as the phone notes it."""
    name = readable(package)
    if access is None:
        return words("The phone does not say when {app} last used its right to see pictures.", app=name)
    used = [(one.ago_ms, one.operation) for one in access if one.ago_ms is not None]
    if not used:
        return words(
            "The phone has noted no use of a right to see pictures by {app}; not every way is noted.", app=name
        )
    ago, operation = min(used)
    return words(
        "{app} last used its right to see pictures {duration} ago ({right}), says the phone.",
        app=name,
        duration=formats.duration(ago / 1000),
        right=operation,
    )


def form_name(form: Form) -> Words:
    """Name a form in which a picture could be sent."""
    return words(FORM_WORDS[form.name]) if form.name in FORM_WORDS else words(_NARROWER, width=form.name)


def bytes_sentences(report: BytesReport) -> Iterator[Words]:
    """Yield what the phone's counts say, most important first."""
    name = readable(report.package)
    if report.verdict is None:
        yield words("CANNOT TELL: the phone began to count anew in between. Repeat the test.")
    else:
        yield from _verdict_sentences(name, report.verdict, report.forms[0].size)
    if report.shared_with:
        yield words("The phone counts {app} together with {others}.", app=name, others=Listed(report.shared_with))
    if report.vpn:
        yield words("A VPN was in use: the phone may have counted what went through it twice.")
    yield access_sentence(report.package, report.access)


def _verdict_sentences(name: str, verdict: BytesVerdict, size: int) -> Iterator[Words]:
    most, whole = Size(verdict.most), Size(size)
    if verdict.conclusion is Conclusion.SENT_MORE:
        yield words(
            "SENT MORE: with the picture on the phone {app} sent {difference} more. That is what sending it would look "
            "like; what it sent, the counts do not say.",
            app=name,
            difference=Size(verdict.difference),
        )
        if verdict.chance:
            yield words(
                "By accident, runs come out like this 1 time in {times}.", times=f"{round(1 / verdict.chance):,}"
            )
    elif verdict.conclusion is Conclusion.NOT_SENT:
        yield words(
            "NOT SENT WHOLE: {app} sent at most {most} in a run, and the picture has {size}.",
            app=name,
            most=most,
            size=whole,
        )
    else:
        yield words(
            "CANNOT TELL: {app} sent up to {most} in a run, and the picture has {size}.",
            app=name,
            most=most,
            size=whole,
        )
    if verdict.possible:
        yield words("What it sent was enough for: {forms}.", forms=_names(verdict.possible))
    if verdict.excluded:
        yield words("What it sent was too little for: {forms}.", forms=_names(verdict.excluded))


def _names(forms: tuple[Form, ...]) -> Listed:
    return Listed(tuple(words("{form} ({size})", form=form_name(form), size=Size(form.size)) for form in forms))
