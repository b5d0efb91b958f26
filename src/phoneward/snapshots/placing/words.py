"""What a person reads of single files on their way to a place, on the command line and on the page alike."""

from collections.abc import Iterator

from phoneward.errors import readable
from phoneward.phones.appbackups import AppGuide, app_guide
from phoneward.snapshots.placing.appbackups import AppBackup
from phoneward.snapshots.placing.items import Fate, Outcome, Place
from phoneward.texts import _, formats, labelled, ngettext


def place_words(place: Place) -> str:
    """Say what became of a file, in a word or two."""
    if place.outcome is Outcome.WRITTEN:
        return _("written, read back")
    return _("there already") if place.fate is Fate.SAME else _("not written")


def backup_guide(one: AppBackup) -> AppGuide:
    """Return what is known of the app that made a backup."""
    guide = app_guide(one.backup.app.key)
    assert guide is not None  # noqa: S101 - its data recognised the backup
    return guide


def backup_name(one: AppBackup) -> str:
    """Return what a backup is called: the app, and whose data it is where that is another app's."""
    guide = backup_guide(one)
    return labelled(guide.name, one.backup.found.package) if one.backup.app.of_others else guide.name


def backup_sentences(one: AppBackup) -> Iterator[str]:
    """Yield what a person should know before a backup is put back."""
    reason = one.place.reason() if one.place is not None else _("it lay there on the phone that it came from")
    yield _("It goes to: {place}").format(place=readable(one.folder))
    yield _("Why there: {reason}.").format(reason=reason)
    yield labelled(_("Does not hold"), backup_guide(one).misses)
    if one.installed:
        yield _(
            "The app is on the phone already. It may look for a backup only when it is set up anew, and then what it "
            "holds now is replaced."
        )
    elif one.installed is False:
        yield _("The app is not on the phone yet.")
    same, differing = one.count(Fate.SAME), one.count(Fate.DIFFERS)
    if same:
        yield _("There already, the same: {files}.").format(files=formats.files(same))
    if differing:
        yield _("There already, different: {files}.").format(files=formats.files(differing))
    if one.older:
        pattern = ngettext(
            "{count} older one stays in the snapshot.", "{count} older ones stay in the snapshot.", one.older
        )
        yield pattern.format(count=f"{one.older:,}")
