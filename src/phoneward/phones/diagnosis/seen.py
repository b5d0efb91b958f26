"""What one look found."""

from dataclasses import dataclass, field

from phoneward.errors import PhonewardError
from phoneward.phones.diagnosis.situations import Situation, Tier


@dataclass(frozen=True, slots=True)
class Seen:
    """One phone. All texts are readable.

    Attributes:
        situation: how things stand with it.
        tier: whether that was seen, or concluded.
        obstacle: the sentence and the next step; None where it is ready.
        serial: adb's name of it, for `open_adb`; where adb does not see it the USB serial number, may be empty.
        model: as the phone gives it, may be empty.
        maker: key of its maker for `guide_for` ("xiaomi", "huawei", …); None where it cannot be guessed.
        android: version of Android as a number (14); None while the phone does not tell.
        state: adb's word for its state, "" where adb does not see it.
        network: whether it is reached over a network and not by USB.
    """

    situation: Situation
    tier: Tier = Tier.OBSERVED
    obstacle: PhonewardError | None = field(default=None, compare=False)
    serial: str = ""
    model: str = ""
    maker: str | None = None
    android: int | None = None
    state: str = ""
    network: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can be used now."""
        return self.situation is Situation.READY


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer to one look.

    Attributes:
        situation: of the whole search: READY where exactly one phone can be used, else what stands most in the way.
        tier: whether that was seen, or concluded.
        obstacle: its sentence and next step; None where it is READY.
        phones: every phone that was seen, the nearest to being ready first.
        usb_looked_at: whether USB could be looked at beside adb. Where not, "no phone" means only "adb sees none".
        usb_reason: why not, readable; "" where it was.
    """

    situation: Situation
    tier: Tier = Tier.OBSERVED
    obstacle: PhonewardError | None = field(default=None, compare=False)
    phones: tuple[Seen, ...] = ()
    usb_looked_at: bool = True
    usb_reason: str = ""

    @property
    def ready(self) -> tuple[Seen, ...]:
        """The phones that can be used now."""
        return tuple(phone for phone in self.phones if phone.ready)
