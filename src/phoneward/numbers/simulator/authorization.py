"""The authorization server: client credentials, CIBA (poll) and JWT bearer.

Source: CAMARA Security and Interoperability Profile (which flows, `private_key_jwt`, the error tables of its appendix
A); RFC 6749, RFC 7523, OpenID Connect CIBA Core 1.0.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from phoneward.numbers.simulator import ciba, jose, scopes
from phoneward.numbers.simulator.access import Access, AccessTokens
from phoneward.numbers.simulator.assertions import Assertions, KnownClient
from phoneward.numbers.simulator.jose import BadTokenError
from phoneward.numbers.simulator.state import NUMBER, Client, Grant, State, Subscriber
from phoneward.numbers.simulator.wire import OAuthError

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANTS: Final[dict[str, Grant]] = {
    "client_credentials": "client-credentials",
    "urn:openid:params:grant-type:ciba": "ciba",
    "urn:ietf:params:oauth:grant-type:jwt-bearer": "jwt-bearer",
}
_TEL: Final = re.compile(rf"tel:({NUMBER.removeprefix('^')})")
KEY_ID: Final = "operator"


class AuthorizationServer:
    """Hands out access tokens.

    Args:
        state: clients and subscribers.
        keys: the clients' keys.
        access: where tokens are kept.
    """

    def __init__(self, state: State, keys: Mapping[str, KnownClient], access: AccessTokens) -> None:
        self._settings = state.tokens
        self._subscribers = {one.number: one for one in state.subscribers if one.operator == "ours"}
        self._assertions = Assertions(keys, state.tokens.leeway_seconds)
        self._access = access
        self._requests = ciba.Requests()
        self._salt = secrets.token_bytes(16)
        self.key = jose.new_key()

    def token(self, form: Mapping[str, str], base_url: str, now: float) -> dict[str, object]:
        """Answer the token endpoint.

        Raises:
            OAuthError: there is no token to be had so.
        """
        grant = GRANTS.get(form.get("grant_type", ""))
        endpoint = f"{base_url}/token"
        if "grant_type" not in form:
            raise OAuthError("invalid_request", "grant_type is missing.")
        if grant == "jwt-bearer":
            return self._for_assertion(form, endpoint, now)
        client = self._authenticated(form, endpoint, now)
        if grant is None:
            raise OAuthError("unsupported_grant_type", f"grant_type is none of {', '.join(GRANTS)}.")
        self._check_grant(client, grant)
        if grant == "ciba":
            return self._for_request(client, form, base_url, now)
        granted = scopes.granted(form.get("scope"), client, purpose_required=self._settings.purpose_required)
        return self._issued(client, granted, None, now)

    def begin(self, form: Mapping[str, str], base_url: str, now: float) -> dict[str, object]:
        """Answer the backchannel authentication endpoint (CIBA, 7.3).

        Raises:
            OAuthError: nobody will be asked.
        """
        endpoint = f"{base_url}/bc-authorize"
        client = self._authenticated(form, endpoint, now)
        self._check_grant(client, "ciba")
        asked: Mapping[str, Any] = form
        if "request" in form:
            asked = self._signed_request(client, form["request"], frozenset({endpoint, base_url}), now)
        if "login_hint_token" in asked or "id_token_hint" in asked:
            raise OAuthError("invalid_request", "login_hint is the only hint that may be given.")
        granted = scopes.granted(
            asked.get("scope"), client, purpose_required=self._settings.purpose_required, with_openid=True
        )
        if "login_hint" not in asked:
            raise OAuthError("invalid_request", "login_hint is missing.")
        subscriber = self._subscriber(asked["login_hint"])
        if subscriber is None:
            raise OAuthError(
                "unknown_user_id", "login_hint is no tel: address of a subscriber, such as tel:+447700900001."
            )
        request = ciba.Request(
            client=client.id,
            scopes=granted,
            subscriber=subscriber,
            begun=now,
            expires=now + self._settings.ciba_seconds,
            interval=self._settings.ciba_interval,
        )
        return {
            "auth_req_id": self._requests.keep(request, now),
            "expires_in": self._settings.ciba_seconds,
            "interval": self._settings.ciba_interval,
        }

    def _for_request(self, client: Client, form: Mapping[str, str], base_url: str, now: float) -> dict[str, object]:
        if "auth_req_id" not in form:
            raise OAuthError("invalid_request", "auth_req_id is missing.")
        request = self._requests.poll(form["auth_req_id"], client.id, now)
        answer = self._issued(client, request.scopes, request.subscriber.number, now)
        if "openid" in request.scopes:
            claims = {
                "iss": base_url,
                "sub": self._pairwise(client, request.subscriber.number),
                "aud": client.id,
                "iat": int(now),
                "exp": int(now) + self._settings.access_seconds,
                "urn:openid:params:jwt:claim:auth_req_id": form["auth_req_id"],
            }
            answer["id_token"] = jose.sign(claims, self.key, KEY_ID)
        return answer

    def _for_assertion(self, form: Mapping[str, str], endpoint: str, now: float) -> dict[str, object]:
        if "scope" in form:
            raise OAuthError("invalid_request", "In this flow scope is a claim of the assertion, not a parameter.")
        if "assertion" not in form:
            raise OAuthError("invalid_request", "assertion is missing.")
        if "client_assertion" in form:
            self._authenticated(form, endpoint, now)
        try:
            client, claims = self._assertions.check(form["assertion"], frozenset({endpoint}), now, needs_iat=True)
        except BadTokenError as error:
            raise OAuthError("invalid_grant", f"assertion: {error}.") from None
        if form.get("client_id", client.id) != client.id:
            raise OAuthError("invalid_grant", "assertion: iss is not client_id.")
        self._check_grant(client, "jwt-bearer")
        granted = scopes.granted(claims.get("scope"), client, purpose_required=self._settings.purpose_required)
        subscriber = self._subscriber(claims.get("sub"))
        if subscriber is None:
            raise OAuthError("invalid_grant", "assertion: sub is no tel: address of a subscriber.")
        if subscriber.consent != "given":
            raise OAuthError("invalid_grant", "The person has not consented.")
        return self._issued(client, granted, subscriber.number, now)

    def _authenticated(self, form: Mapping[str, str], endpoint: str, now: float) -> Client:
        """Return the client that a request is from (`private_key_jwt`)."""
        if "client_secret" in form:
            raise OAuthError("invalid_client", "Clients say who they are with private_key_jwt alone.", 401)
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise OAuthError("invalid_client", f"client_assertion with client_assertion_type {ASSERTION_TYPE}.", 401)
        try:
            client, claims = self._assertions.check(
                form["client_assertion"], frozenset({endpoint}), now, needs_iat=False
            )
        except BadTokenError as error:
            raise OAuthError("invalid_client", f"client_assertion: {error}.", 401) from None
        if claims.get("sub") != client.id or form.get("client_id", client.id) != client.id:
            raise OAuthError("invalid_client", "client_assertion: iss, sub and client_id are not the same.", 401)
        return client

    def _signed_request(self, client: Client, token: str, audiences: frozenset[str], now: float) -> Mapping[str, Any]:
        """Return the parameters of a signed authentication request (CIBA, 7.1.1)."""
        try:
            signer, claims = self._assertions.check(token, audiences, now, needs_iat=True)
        except BadTokenError as error:
            raise OAuthError("invalid_request_object", f"request: {error}.") from None
        if signer.id != client.id:
            raise OAuthError("invalid_request_object", "request: another client signed it.")
        return claims

    @staticmethod
    def _check_grant(client: Client, grant: Grant) -> None:
        if grant not in client.grants:
            raise OAuthError("unauthorized_client", f"This client may not use {grant}.")

    def _subscriber(self, hint: object) -> Subscriber | None:
        found = _TEL.fullmatch(hint) if isinstance(hint, str) else None
        return self._subscribers.get(found[1]) if found else None

    def _issued(self, client: Client, granted: frozenset[str], number: str | None, now: float) -> dict[str, object]:
        seconds = self._settings.access_seconds
        token = self._access.issue(Access(client.id, granted, number, now + seconds))
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(sorted(granted)),
        }

    def _pairwise(self, client: Client, number: str) -> str:
        """Return what a person is called towards one client: never the number (profile, "ID Token sub claim")."""
        return hmac.digest(self._salt, f"{client.id} {number}".encode(), hashlib.sha256).hex()
