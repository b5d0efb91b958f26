"""What can go wrong in the room of numbers."""

from phoneward.errors import PhonewardError


class NumbersError(PhonewardError):
    """The family of the room's errors."""
