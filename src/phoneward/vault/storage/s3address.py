"""restic's addresses of S3-compatible storage, and how a bucket is named to the service.

Sources: restic `internal/backend/s3/config.go` (`ParseConfig`), minio-go `pkg/s3utils/utils.go`
(`IsVirtualHostSupported`, `GetRegionFromURL`), which restic uses.
"""

import posixpath
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from phoneward.texts import _
from phoneward.vaultplace import RemoteAddressError, RemotePlace, shown_place

FIRST_REGION: Final = "us-east-1"
"""What is signed for where nobody says otherwise; most services other than Amazon's do not look."""
_AMAZON: Final = "s3.amazonaws.com"
_AMAZON_REGION: Final = re.compile(
    r"s3(?:-fips)?[.-](?:dualstack\.)?(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]+)\.amazonaws\.com(?:\.cn)?"
)
_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where in which service a vault lies.

    Attributes:
        host: with the port where one is named.
        bucket: its name.
        prefix: what all keys begin with, without slashes at its ends; may be empty.
        secure: whether TLS is spoken.
    """

    host: str
    bucket: str
    prefix: str
    secure: bool

    @property
    def region(self) -> str:
        """The region that the host names, else empty."""
        named = _AMAZON_REGION.fullmatch(self.host)
        return named["region"] if named else ""

    @property
    def bucket_in_host(self) -> bool:
        """Whether the bucket is named in the host ("virtual host style") rather than in the path."""
        if self.secure and "." in self.bucket:  # no certificate is made out for such a host
            return False
        host = self.host.partition(":")[0]
        return bool(host in {_AMAZON, "storage.googleapis.com"} or self.region or host.endswith("aliyuncs.com"))

    def endpoint(self, region: str) -> str:
        """Return the URL that requests go to; `region` is empty where it is not known (yet)."""
        host = f"s3.{region}.amazonaws.com" if region and self.host == _AMAZON else self.host
        bucket = f"{self.bucket}." if self.bucket_in_host else ""
        return f"{'https' if self.secure else 'http'}://{bucket}{host}"

    def key(self, *parts: str) -> str:
        """Return the key of a file by its path in the repository."""
        return "/".join((self.prefix, *parts) if self.prefix else parts)


def parse_s3_address(place: RemotePlace) -> S3Address:
    """Return what an address means: `host/bucket/prefix`, `//host/bucket/prefix` or an http(s) URL.

    Raises:
        RemoteAddressError: it cannot be understood, or holds keys.
    """

    def refuse(problem: str) -> RemoteAddressError:
        return RemoteAddressError(place=shown, problem=problem)

    text, shown = place.address, shown_place(place)
    keys, at, _rest = text.partition("/")[0].rpartition("@")
    if place.user or place.password or at:
        shown = shown.replace(keys, "…") if keys else shown
        raise refuse(_("keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, never into an address."))
    secure = True
    if text.startswith(("http://", "https://")):
        try:
            url = urlsplit(text)
        except ValueError as error:
            raise refuse(_("it is no web address.")) from error
        if url.query or url.fragment:
            raise refuse(_("it may hold neither ? nor #."))
        secure = url.scheme == "https"
        host, path = url.netloc, str(unquote(url.path)).removeprefix("/")
    else:
        host, _slash, path = text.removeprefix("//").partition("/")
    bucket, _slash, prefix = path.partition("/")
    if not _HOST.fullmatch(host):
        raise refuse(_("there is no host in it."))
    if not _BUCKET.fullmatch(bucket):
        raise refuse(_("there is no bucket's name after the host."))
    prefix = posixpath.normpath(prefix) if prefix else ""
    if prefix == ".":
        prefix = ""
    if prefix.startswith(("/", "..")) or not prefix.isprintable():
        raise refuse(_("the path in the bucket is none."))
    return S3Address(host.lower(), bucket, prefix, secure)
