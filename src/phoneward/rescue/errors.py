"""What can go wrong in the room of rescue."""

from phoneward.errors import PhonewardError


class RescueError(PhonewardError):
    """The family of the room's errors."""
