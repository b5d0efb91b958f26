"""What a recording shows, in sentences; the same on the command line and on the page."""

from collections.abc import Iterator

from phoneward.errors import readable
from phoneward.snapshots import app_words
from phoneward.texts import Moment, Size, Words, counted, verbatim, words
from phoneward.watch.captures.exchange import Unread
from phoneward.watch.captures.looking import CaptureResult
from phoneward.watch.captures.upload import Upload
from phoneward.watch.copy_words import kind_words


def sent_title(image: str, *, is_sure: bool) -> Words:
    """Say that a picture was sent, or perhaps was."""
    name = readable(image)
    return words("SENT: {image}", image=name) if is_sure else words("PERHAPS SENT: {image}", image=name)


def upload_sentences(upload: Upload) -> tuple[Words, Words]:
    """Say to whom, when and by which app a picture was sent; then what was sent, and what it lay in."""
    time = words("at a time that the recording does not say") if upload.time is None else Moment(upload.time)
    app = words("an app that the recording does not name") if upload.app is None else app_words(upload.app)
    way = " > ".join(readable(step) for step in upload.form)
    return (
        words("to {host}, {time}, by {app}", host=readable(upload.host) or "?", time=time, app=app),
        words("{what}; it lay in: {way}", what=kind_words(upload.verdict), way=way),
    )


def capture_verdict(result: CaptureResult) -> Words:
    """Say how many of the person's pictures were sent, or that none was seen."""
    count = len({upload.image for upload in result.uploads})
    if count:
        return counted("{count} of your pictures was sent.", "{count} of your pictures were sent.", count)
    if not result.images:
        return words("Nothing could be looked for: there was no picture of yours to compare with.")
    return counted(
        "NOT SEEN: your {count} picture is in nothing that this recording shows.",
        "NOT SEEN: none of your {count} pictures is in anything that this recording shows.",
        result.images,
    )


def looked_sentences(result: CaptureResult) -> Iterator[Words]:
    """Say how much was looked at, and how."""
    yield counted(
        "{count} thing that was sent was looked at; it held {pictures} pictures.",
        "{count} things that were sent were looked at; they held {pictures} pictures.",
        result.exchanges,
        pictures=f"{result.pictures:,}",
    )
    if result.uncompared:
        yield words(
            "Pictures were compared byte by byte only, since the parts for more are not installed: "
            "pip install 'phoneward[watch]'"
        )


def unread_sentences(unread: Unread) -> Iterator[Words]:
    """Say what could not be read: the bytes of each app, most first, then what else."""
    for app, size in sorted(unread.sent.items(), key=lambda one: (-one[1], one[0])):
        if app == "unknown":
            yield words("{size} of which the recording does not say which app sent them", size=Size(size))
        else:
            yield words("{size} that {app} sent", size=Size(size), app=app_words(app))
    yield from map(verbatim, unread.problems)


def not_seen_sentence() -> Words:
    """Say what a recording can never show."""
    return words("Not seen is not the same as not sent: this is what one recording shows.")
