"""Upgrade key sets: an app that names them lets those keys, and not its signer, decide who may update it."""

import contextlib
from collections.abc import Iterator
from typing import Final

from phoneward.apk.signing.facts import Signing
from phoneward.apk.signing.keys import certified_key
from phoneward.apk.signing.reading import MalformedError
from phoneward.texts import words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = "KeySetManagerService.java shouldCheckUpgradeKeySetLocked, checkUpgradeKeySetLocked"

FIT: Final = Rule(
    "upgrade-keys-fit", Effect.NOTES, "The app names the keys that may update it, and these signed the update.", _SOURCE
)
DIFFER: Final = Rule(
    "upgrade-keys-differ",
    Effect.NOT_OVER,
    "The app names the keys that may update it, and these did not sign the update.",
    _SOURCE,
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
)

RULES: Final = (FIT, DIFFER)


def decides(app: Installed) -> bool:
    """Whether upgrade key sets stand in the signer's place: there are some, and the app shares no user id."""
    return bool(app.upgrade_keys) and not app.shared_user_id


def judge(case: Case) -> Iterator[Reason]:
    """Yield what upgrade key sets mean.

    Source: `checkUpgradeKeySetLocked`: accepted where the update's signers have all keys of any one set
    (`getPublicKeys().containsAll`).
    """
    app, new = case.app, case.signing
    if app is None or new is None or not decides(app):
        return
    keys = public_keys(new)
    if any(wanted <= keys for wanted in app.upgrade_keys or ()):
        yield FIT.says(words("The app says which keys may update it, and this update was signed with them."))
    else:
        yield DIFFER.says(words("The app says which keys may update it, and this update was not signed with them."))


def public_keys(signing: Signing) -> frozenset[bytes]:
    """Return the signers' public keys as Android writes them; a certificate that cannot be read has none."""
    keys = set()
    for certificate in signing.signers:
        with contextlib.suppress(MalformedError):
            keys.add(certified_key(certificate))
    return frozenset(keys)
