"""What `phoneward update check` shows without a file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.cli.update_check_view import copy_first, document
from phoneward.errors import readable
from phoneward.texts import N_, _, enumeration, formats, labelled, ngettext, sentences

if TYPE_CHECKING:
    from phoneward.cli.update_check_look import Looked
    from phoneward.phones import StoreGuide
    from phoneward.updates import FoundUpdate, WrongPublisher

_NAMED = 5
"""Folders that are named one by one."""
_TRANSLATED_PUBLISHERS = (N_("Tencent"),)
"""Publishers of `known_signers.toml` that have a name of their own in another language."""


def show(output: Output, looked: "Looked", *, details: bool) -> None:
    """Show what was found, the most urgent first, then what to tap; what was not found comes after that."""
    nothing = () if looked.updates else _nothing(looked)
    for part in (
        _wrong(looked),
        _updates(looked, details=details),
        _popup(),
        nothing,
        _limits(looked),
        _guides(looked),
    ):
        lines = list(part)
        for line in lines:
            output.result(line)
        if lines:
            output.result("")


def _wrong(looked: "Looked") -> Iterator[str]:
    for app in looked.wrong:
        yield _wrong_sentence(app)
    if looked.wrong:
        yield _(
            "Do not remove such an app to get the right one before its data has a copy: what is in it would be deleted."
        )


def _wrong_sentence(app: "WrongPublisher") -> str:
    said = _("{app} on this phone was not signed by {publisher}, as far as is known: its signer is {signer}.")
    return said.format(
        app=app.app,
        publisher=_(readable(app.publisher.publisher)),
        signer=enumeration(one[:12] for one in app.signers),
    )


def _updates(looked: "Looked", *, details: bool) -> Iterator[str]:
    from phoneward.updates import Verdict, explanation

    if looked.updates:
        yield _("Downloaded updates of apps on this phone:")
    for one in looked.updates:
        yield labelled(one.file.shown, str(one.checked.sentence))
        if one.checked.judgement.verdict is not Verdict.KEEPS:
            yield f"  {one.checked.advice or explanation(one.checked.judgement)}"
            yield from (f"  {line}" for line in copy_first(one.checked))
        if details:
            for reason in one.checked.judgement.reasons:
                yield f"  {reason.effect.value} {reason.code}: {reason.text}"
    if looked.updates and not details:
        yield _("Why: phoneward update check --details")
    if looked.updates:
        yield from _others(looked)


def _nothing(looked: "Looked") -> Iterator[str]:
    if looked.others is None:
        yield _nobody_knows(looked.files)
        return
    yield _("No downloaded update of an app on this phone was found.")
    yield from _others(looked)


def _nobody_knows(files: int) -> str:
    if not files:
        return _("No file that is called like an app lies in this computer's downloads.")
    return ngettext(
        "{count} file that is called like an app lies in this computer's downloads; it can only be checked with a "
        "phone.",
        "{count} files that are called like apps lie in this computer's downloads; they can only be checked with a "
        "phone.",
        files,
    ).format(count=files)


def _others(looked: "Looked") -> Iterator[str]:
    others = looked.others
    if others is not None and others.other_apps:
        yield ngettext(
            "{count} other file is of an app that is not on this phone.",
            "{count} other files are of apps that are not on this phone.",
            others.other_apps,
        ).format(count=others.other_apps)
    if others is not None and others.no_apps:
        yield ngettext(
            "{count} other file is called like an app and is none that a phone would take.",
            "{count} other files are called like apps and are none that a phone would take.",
            others.no_apps,
        ).format(count=others.no_apps)


def _limits(looked: "Looked") -> Iterator[str]:
    if looked.no_phone is not None:
        yield sentences(_("No phone was asked."), looked.no_phone.sentence(), looked.no_phone.advice())
    if looked.taken is not None:
        yield _("The apps are those of the snapshot of {date}; what came onto the phone later is not known.").format(
            date=formats.date(looked.taken)
        )
    if not looked.whole:
        yield _("Not everything was looked at: there are too many files.")
    if looked.refused:
        named = enumeration(looked.refused[:_NAMED])
        yield _("These folders could not be looked into: {folders}.").format(folders=named)


def _popup() -> Iterator[str]:
    from phoneward.phones import popup_steps

    yield _("If the phone asks you about an update now:")
    yield from _numbered(popup_steps())


def _guides(looked: "Looked") -> Iterator[str]:
    from phoneward.phones import store_guides

    for number, guide in enumerate(store_guides(looked.maker, looked.packages)):
        if number:
            yield ""
        yield from _guide(guide)


def _guide(guide: "StoreGuide") -> Iterator[str]:
    yield _("So that {store} updates nothing by itself:").format(store=guide.name)
    yield from _numbered(guide.steps)
    if guide.caution:
        yield f"  {guide.caution}"


def _numbered(lines: tuple[str, ...]) -> Iterator[str]:
    yield from (f"  {number}. {line}" for number, line in enumerate(lines, start=1))


def emit(output: Output, looked: "Looked") -> None:
    """Print the same as JSON lines."""
    from phoneward.phones import popup_steps, store_guides

    for one in looked.updates:
        output.emit("update_check", _found_document(one))
    for app in looked.wrong:
        output.emit("wrong_publisher", _wrong_document(app))
    for guide in store_guides(looked.maker, looked.packages):
        output.emit("store_guide", _guide_document(guide))
    others = looked.others
    output.emit(
        "summary",
        {
            "files": looked.files,
            "other_apps": others.other_apps if others is not None else None,
            "no_apps": others.no_apps if others is not None else None,
            "complete": looked.whole and not looked.refused,
            "refused": list(looked.refused),
            "snapshot_taken": looked.taken.isoformat() if looked.taken is not None else None,
            "no_phone": looked.no_phone.code if looked.no_phone is not None else None,
            "popup": list(popup_steps()),
        },
    )


def _found_document(one: "FoundUpdate") -> dict[str, object]:
    modified = one.file.modified
    return {
        "where": one.file.where.value,
        **document(one.checked),
        "size": one.file.size,
        "modified": modified.isoformat() if modified is not None else None,
    }


def _wrong_document(app: "WrongPublisher") -> dict[str, object]:
    known = app.publisher
    return {
        "package": readable(app.package),
        "app": str(app.app),
        "signers": list(app.signers),
        "publisher": known.publisher,
        "publisher_signers": list(known.sha256),
        "sources": list(known.source),
        "confirmed": known.confirmed,
        "text": _wrong_sentence(app),
    }


def _guide_document(guide: "StoreGuide") -> dict[str, object]:
    return {
        "store": guide.key,
        "name": guide.name,
        "steps": list(guide.steps),
        "confirmed": guide.confirmed,
        "sources": list(guide.sources),
    }
