"""What a test with a picture showed, and what it did not look at."""

import datetime as dt
from dataclasses import dataclass

from phoneward.findings import Tier
from phoneward.phones import PictureAccess, Removal
from phoneward.texts import Words
from phoneward.watch.canary.counting import BytesVerdict, Conclusion, Form
from phoneward.watch.canary.notes import NotedCanary
from phoneward.watch.canary.storage import CanaryCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class CanarySent:
    """A canary in a capture.

    Attributes:
        number: which one.
        time: when it was sent; None where the capture does not say.
        app: the package; None where the capture does not say.
        host, url: to whom.
        width: of the picture that was sent, pixels.
        size: bytes.
        form: the way to it in the body, readable, outermost first.
    """

    number: int
    time: dt.datetime | None
    app: str | None
    host: str
    url: str
    width: int
    size: int
    form: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryReport:
    """What became of one canary.

    Attributes:
        canary: which, where it was put, and when.
        put: when it lay on the phone, by the phone's clock; None where that is not known.
        is_listed: whether the phone's list of pictures had it; None where the phone did not say.
        is_place_confirmed: whether phones of this maker are known to keep screenshots there under such a name.
        app: the app that was tested; empty: any.
        copies: where else it was found.
        sent: where it was found in captures.
        access: when the app last used its rights to see pictures; None where it was not asked, or the phone is silent.
        files, pictures: so many were looked at.
        missed: what was not looked at, one sentence each.
        removal: what became of the picture itself; None where it was left on purpose.
    """

    canary: NotedCanary
    put: dt.datetime | None
    is_listed: bool | None = None
    is_place_confirmed: bool = True
    app: str = ""
    copies: tuple[CanaryCopy, ...] = ()
    sent: tuple[CanarySent, ...] = ()
    access: tuple[PictureAccess, ...] | None = None
    files: int = 0
    pictures: int = 0
    missed: tuple[Words, ...] = ()
    removal: Removal | None = None

    @property
    def is_seen(self) -> bool:
        """Whether it was found anywhere but where it was put. False is no proof that no copy exists."""
        return bool(self.copies or self.sent)

    def gap(self, copy: CanaryCopy) -> dt.timedelta | None:
        """How long after the picture came the copy was written."""
        return None if copy.written is None or self.put is None else copy.written - self.put


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesReport:
    """What the phone's own count of sent bytes says of one app.

    Attributes:
        package: the app.
        shared_with: packages that Android counts together with it.
        verdict: what the counts say; None where a run could not be counted.
        forms: of the picture, the file itself first.
        vpn: a VPN was counted: numbers may be twice what was sent.
        access: when the app last used its rights to see pictures, after the last run; None where the phone is silent.
        missed: what this test cannot see, one sentence each.
    """

    package: str
    shared_with: tuple[str, ...]
    verdict: BytesVerdict | None
    forms: tuple[Form, ...]
    vpn: bool
    access: tuple[PictureAccess, ...] | None
    missed: tuple[Words, ...] = ()

    @property
    def tier(self) -> Tier:
        """How that is known: a bound is observed, a cause is inferred."""
        if self.verdict is None or self.verdict.conclusion is Conclusion.CANNOT_TELL:
            return Tier.NOT_CHECKED
        return Tier.OBSERVED if self.verdict.conclusion is Conclusion.NOT_SENT else Tier.INFERRED
