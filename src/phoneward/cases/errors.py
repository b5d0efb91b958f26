"""What can go wrong in the room of cases."""

from phoneward.errors import PhonewardError


class CaseError(PhonewardError):
    """The family of the room's errors."""
