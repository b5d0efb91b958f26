"""What can have happened to a person: the kinds of incident that the rooms of rescue and of cases speak of."""

import enum
from collections.abc import Mapping
from typing import Final

from phoneward.texts import N_


class Incident(enum.StrEnum):
    """One kind of incident; the values are for programs and addresses, and stable."""

    WIPED_BY_UPDATE = "wiped-by-update"
    REINSTALLED = "reinstalled"
    RESET = "reset"
    DELETED = "deleted"
    PHONE_LOST = "phone-lost"
    NUMBER_GIVEN_UP = "number-given-up"
    STRANGER_IN_ACCOUNT = "stranger-in-account"
    PICTURE_COPIED = "picture-copied"

    @property
    def is_leak(self) -> bool:
        """Whether others may read what is the person's; otherwise something was lost."""
        return self in _LEAKS


_LEAKS: Final = frozenset({Incident.NUMBER_GIVEN_UP, Incident.STRANGER_IN_ACCOUNT, Incident.PICTURE_COPIED})

INCIDENT_WORDS: Final[Mapping[Incident, str]] = {
    Incident.WIPED_BY_UPDATE: N_("An update emptied an app"),
    Incident.REINSTALLED: N_("An app was removed and installed again"),
    Incident.RESET: N_("The phone was reset"),
    Incident.DELETED: N_("Something was deleted"),
    Incident.PHONE_LOST: N_("The phone is lost, stolen or broken"),
    Incident.NUMBER_GIVEN_UP: N_("A number was given up that accounts still hang on"),
    Incident.STRANGER_IN_ACCOUNT: N_("A stranger is in my account"),
    Incident.PICTURE_COPIED: N_("An app copied or sent my picture"),
}
"""Each as a person would say it, marked with `N_`."""
