"""obstore's clients of one bucket: who asks, where, and how long they wait."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from phoneward.vault.errors import RemotePartMissingError
from phoneward.vault.storage.s3address import FIRST_REGION, S3Address
from phoneward.vault.storage.s3signing import S3Keys

try:
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ImportError as error:
    raise RemotePartMissingError from error

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential

__all__ = ["OBSTORE_ERRORS", "PART_SIZE", "SILENCE_S", "WHOLE_SIZE", "S3Clients", "obstore"]

OBSTORE_ERRORS: Final = (BaseError, OSError, NotImplementedError)
SILENCE_S: Final = 60.0
"""So long the service may be silent, seconds."""
PART_SIZE: Final = 5 * 2**20
"""Bytes; S3 takes no smaller part, but for the last."""
WHOLE_SIZE: Final = 8 * 2**20
"""Larger files, bytes, are sent in parts: what went is not sent again after a cut."""
_SLOWEST: Final = 32 * 1024
"""Bytes a second; what is sent more slowly counts as stuck. obstore tells nothing while it sends."""
_SIZES: Final = (2**16, 2**20, WHOLE_SIZE)
"""Files up to each of these sizes, bytes, share a client, as a client has one limit of time."""
_PATIENCE: Final = 3
"""A part is tried again for so many times the silence that is borne."""
_READING_S: Final = 3600.0


class S3Clients:
    """Makes each client when it is needed.

    Args:
        address: the bucket.
        keys: who asks.
        region: what requests are signed for; empty while nobody said.
        silence_s: how long the service may be silent, seconds.
        trusted: certificates (PEM) that count beside the system's.

    Attributes:
        region: may be set anew.
    """

    def __init__(self, address: S3Address, keys: S3Keys, region: str, silence_s: float, trusted: bytes = b"") -> None:
        self._address = address
        self._keys = keys
        self._silence_s = silence_s
        self._trusted = trusted
        self.region = region
        self._made: dict[tuple[str, float, bool], S3Store] = {}

    def reader(self) -> S3Store:
        """Return the client for all that sends little: with it silence is noticed at once."""
        return self._client(_READING_S, {"read_timeout": timedelta(seconds=self._silence_s)})

    def sender(self, size: int, *, checksums: bool) -> S3Store:
        """Return the client for sending so many bytes.

        obstore's limit for reading would run while a request is sent, so there is one for the whole request only.

        Args:
            size: bytes.
            checksums: send the content's SHA-256 in a header of its own as well.
        """
        if size > WHOLE_SIZE:
            # Here alone obstore tries again: whoever calls it can only begin the whole file anew.
            again: RetryConfig = {"max_retries": 20, "retry_timeout": timedelta(seconds=_PATIENCE * self._silence_s)}
            return self._client(self._silence_s + PART_SIZE / _SLOWEST, {}, checksums=checksums, again=again)
        limit = next(limit for limit in _SIZES if size <= limit)
        return self._client(self._silence_s + limit / _SLOWEST, {}, checksums=checksums)

    def _client(
        self,
        limit_s: float,
        options: "ClientConfig",
        *,
        checksums: bool = False,
        again: "RetryConfig | None" = None,
    ) -> S3Store:
        region = self.region
        known = self._made.get((region, limit_s, checksums))
        if known is not None:
            return known
        endpoint = self._address.endpoint(region)
        config: S3Config = {  # also what obstore would take from the environment otherwise
            "endpoint": endpoint,
            "aws_endpoint_url_s3": endpoint,
            "region": region or FIRST_REGION,
            "virtual_hosted_style_request": self._address.bucket_in_host,
            "conditional_put": "etag",
            "disable_bulk_delete": True,
            "skip_signature": False,
            "unsigned_payload": False,
        }
        if checksums:
            config["checksum_algorithm"] = "SHA256"
        client = S3Store(
            self._address.bucket,
            config=config,
            client_options={
                "allow_http": not self._address.secure,
                "connect_timeout": timedelta(seconds=self._silence_s),
                "timeout": timedelta(seconds=limit_s),
                "user_agent": "phoneward",
                **({"root_certificate": self._trusted} if self._trusted else {}),
                **options,
            },
            retry_config=again or {"max_retries": 0},  # RetryingStorage tries again, alike for all kinds of places
            credential_provider=self._credential,
        )
        self._made[region, limit_s, checksums] = client
        return client

    def _credential(self) -> "S3Credential":
        return {
            "access_key_id": self._keys.key_id,
            "secret_access_key": self._keys.secret,
            "token": self._keys.token or None,
            "expires_at": None,
        }
