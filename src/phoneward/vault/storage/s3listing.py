"""Listing a bucket page by page.

obstore lists too, and takes any XML for the end of a listing: a login page of a hotel for an empty vault (measured with
0.12.1), and then `prune` for all there is to keep. Nor does it list where one foreign key has `//` or `..` in it.
Here a page is whole or an error, and foreign keys are left out.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_plus, urlsplit
from xml.parsers import expat

from phoneward.vault.storage.s3address import FIRST_REGION, S3Address
from phoneward.vault.storage.s3failures import NotDoneError, failure_of
from phoneward.vault.storage.s3signing import S3Keys, query_string, signed_headers
from phoneward.vault.storage.webclient import Waits, WebAddress, WebClient, tls_context

_MAX_PAGE: Final = 8 * 2**20
"""Bytes: 1,000 keys of 1,024 bytes, each three times as long when it is encoded, and what stands around them."""
_MAX_PAGES: Final = 10_000
_MAX_DEPTH: Final = 6
_MAX_TEXT: Final = 16 * 1024
_PAGE_OF: Final = ("IsTruncated", "NextContinuationToken", "EncodingType")


class ListingError(ValueError):
    """An answer is no page of a listing."""


class ListedKey(NamedTuple):
    """A key in a bucket, and its object's size in bytes."""

    key: str
    size: int


class Page(NamedTuple):
    """A part of a listing; `token` asks for the next, and is empty at the end."""

    files: list[ListedKey]
    token: str


class S3Lister:
    """Asks for listings of one bucket.

    Args:
        address: the bucket.
        keys: who asks.
        name: what errors call the place, readable.
        waits: how long the service may be silent.
        ca_file: certificates that count here; empty for the system's.

    Raises:
        OSError: there are no certificates in the file.
    """

    def __init__(self, address: S3Address, keys: S3Keys, name: str, waits: Waits, ca_file: str = "") -> None:
        self._address = address
        self._keys = keys
        self._name = name
        self._waits = waits
        self._tls = tls_context(ca_file) if address.secure else None
        self._clients: dict[str, WebClient] = {}

    def pages(self, prefix: str, region: str) -> Iterator[list[ListedKey]]:
        """Yield all keys that begin so.

        Raises:
            NotDoneError: the service refused, or its answer is no listing.
            TransientStorageError, WrongAnswerError: as `WebClient.ask`.
        """
        token = ""
        for _number in range(_MAX_PAGES):
            page = self.page(prefix, region, token=token)
            yield page.files
            if not page.token:
                return
            token = page.token
        raise NotDoneError(failure_of(200, "", {}))

    def page(self, prefix: str, region: str, *, token: str = "", limit: int = 1000) -> Page:
        """Return one page; raises as `pages`."""
        url = urlsplit(self._address.endpoint(region))
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": str(limit)}
        if token:
            query["continuation-token"] = token
        path = "/" if self._address.bucket_in_host else f"/{quote(self._address.bucket)}/"
        usual = 443 if self._address.secure else 80
        client = self._client(url.hostname or "", url.port or usual)
        host = url.netloc.removesuffix(f":{usual}")  # as http.client names it
        headers = signed_headers(
            "GET", host, path, query, keys=self._keys, region=region or FIRST_REGION, now=datetime.now(UTC)
        )
        with client.ask("GET", f"{path}?{query_string(query)}", headers) as answer:
            body = answer.read(_MAX_PAGE)
        if answer.status == 200:
            try:
                page = parse_page(body)
            except ListingError:
                pass
            else:
                if page.token != token or not token:
                    return page
        raise NotDoneError(failure_of(answer.status, body.decode("utf-8", "replace"), answer.headers))

    def _client(self, host: str, port: int) -> WebClient:
        client = self._clients.get(host)
        if client is None:
            client = self._clients[host] = WebClient(WebAddress(host, port, self._tls), self._name, self._waits)
        return client


def parse_page(content: bytes) -> Page:
    """Read one page of a listing.

    Raises:
        ListingError: it is something else, or not whole.
    """
    return _PageReader().read(content)


class _PageReader:
    def __init__(self) -> None:
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._said: dict[str, str] = {}
        self._files: list[tuple[str, str]] = []
        self._file: dict[str, str] = {}

    def read(self, content: bytes) -> Page:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
            raise ListingError(str(error)) from error
        truncated, token = self._said.get("IsTruncated"), self._said.get("NextContinuationToken", "")
        if truncated not in {"true", "false"} or (truncated == "true") != bool(token):
            raise ListingError("it does not say whether it is all")
        encoded = self._said.get("EncodingType") == "url"
        return Page([ListedKey(unquote_plus(key) if encoded else key, int(size)) for key, size in self._files], token)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._path and name != "ListBucketResult":
            raise ListingError("it is no listing")
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise ListingError("it is nested too deep")
        if self._path[1:] == ["Contents"]:
            self._file = {}
        self._text, self._length = [], 0

    def _end(self, _name: str) -> None:
        match self._path[1:]:
            case ["Contents"]:
                key, size = self._file.get("Key"), self._file.get("Size", "")
                if not key or not (size.isascii() and size.isdigit() and len(size) < 19):
                    raise ListingError("a file without a name or a size")
                self._files.append((key, size))
            case ["Contents", ("Key" | "Size") as name]:
                self._file[name] = "".join(self._text)
            case [name] if name in _PAGE_OF:
                self._said[name] = "".join(self._text)
        self._path.pop()
        self._text = []

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > _MAX_TEXT:
            raise ListingError("a text is too long")
        self._text.append(text)

    def _doctype(self, *_arguments: object) -> None:
        raise ListingError("it declares a document type")
