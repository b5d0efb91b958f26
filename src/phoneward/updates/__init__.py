"""Is this update safe for my data? What Android would do with an update, before anything is installed.

Callers use what stands here.
"""

from phoneward.updates.errors import NoBaseError, UpdateError
from phoneward.updates.from_apk import installed_from
from phoneward.updates.incidents import lowered_by
from phoneward.updates.judging import judge
from phoneward.updates.signing_names import fits_publisher, known_signer, publisher_signers
from phoneward.updates.subject import Device, Installed, PermissionOwner, SharedUserMember
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict
from phoneward.updates.verdict_words import explanation, headline

__all__ = [
    "Device",
    "Effect",
    "Installed",
    "Judgement",
    "NoBaseError",
    "PermissionOwner",
    "Reason",
    "SharedUserMember",
    "UpdateError",
    "Verdict",
    "explanation",
    "fits_publisher",
    "headline",
    "installed_from",
    "judge",
    "known_signer",
    "lowered_by",
    "publisher_signers",
]
