"""The `scope` of a request: which APIs, and for which purpose.

Source: CAMARA Security and Interoperability Profile, sections "The Scope Parameter" and "Purpose as a scope": exactly
one purpose, `dpv:` and a term of the W3C Data Privacy Vocabulary.
"""

import re
from typing import Final

from phoneward.numbers.simulator.state import Client
from phoneward.numbers.simulator.wire import OAuthError

PREFIX: Final = "dpv:"
_PURPOSE: Final = re.compile(r"dpv:[A-Za-z][A-Za-z-]{0,63}")
OIDC: Final = frozenset({"openid", "offline_access"})
"""For flows of OpenID Connect. No refresh token is ever issued: that is the server's to decide."""


def granted(text: object, client: Client, *, purpose_required: bool, with_openid: bool = False) -> frozenset[str]:
    """Return what is granted: all that was asked for, or nothing.

    Raises:
        OAuthError: `invalid_scope` or `invalid_request`.
    """
    if not isinstance(text, str) or not text.strip(" "):
        raise OAuthError("invalid_request", "scope is missing.")
    asked = frozenset(text.split(" ")) - {""}
    purposes = {scope for scope in asked if scope.startswith(PREFIX)}
    _check_purposes(purposes, client, required=purpose_required)
    apis = asked - purposes - (OIDC if with_openid else frozenset())
    if not apis:
        raise OAuthError("invalid_scope", "scope names no API.")
    refused = apis - set(client.scopes)
    if refused:
        raise OAuthError("invalid_scope", f"The client may not ask for {_shown(min(refused))}.")
    return asked


def _check_purposes(purposes: set[str], client: Client, *, required: bool) -> None:
    if len(purposes) > 1 or (required and not purposes):
        raise OAuthError(
            "invalid_scope", "scope must hold exactly one purpose, such as dpv:FraudPreventionAndDetection."
        )
    for purpose in purposes:
        if not _PURPOSE.fullmatch(purpose):
            raise OAuthError("invalid_scope", "A purpose is dpv: and a term of the W3C Data Privacy Vocabulary.")
        if client.purposes and purpose.removeprefix(PREFIX) not in client.purposes:
            raise OAuthError("invalid_scope", f"The client was not taken on for {_shown(purpose)}.")


def _shown(scope: str) -> str:
    """RFC 6749, 5.2: error_description holds printable ASCII without quotes and backslashes."""
    return re.sub(r"[^\x20\x21\x23-\x5b\x5d-\x7e]", "?", scope[:60])
