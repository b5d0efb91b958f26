"""What can go wrong in the room of pictures."""

from phoneward.errors import PhonewardError


class WatchError(PhonewardError):
    """The family of the room's errors."""
