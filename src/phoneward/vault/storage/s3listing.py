"""Listing a bucket page by page.

obstore lists too, and takes any XML for the end of a listing: a login page of a hotel for an empty vault (measured with
0.12.1), and then `prune` for all there is to keep. Nor does it list where one foreign key has `//` or `..` in it.
Here a page is whole or an error, and foreign keys are left out.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote, unquote_plus, urlsplit
from xml.parsers import expat

from phoneward.vault.storage.s3address import FIRST_REGION, S3Address
from phoneward.vault.storage.s3failures import NotDoneError, failure_of
from phoneward.vault.storage.s3signing import S3Keys, query_string, signed_headers
from phoneward.vault.storage.webclient import Waits, WebAddress, WebClient, tls_context

_T = TypeVar("_T")

_MAX_PAGE: Final = 8 * 2**20
"""Bytes: 1,000 keys of 1,024 bytes, each three times as long when it is encoded, and what stands around them."""
_MAX_PAGES: Final = 10_000
_MAX_DEPTH: Final = 6
_MAX_TEXT: Final = 16 * 1024


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


class Upload(NamedTuple):
    """A file that was begun in parts and not ended.

    Attributes:
        key: where it would lie.
        name: of the upload.
        begun: when.
    """

    key: str
    name: str
    begun: datetime


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
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": str(limit)}
        if token:
            query["continuation-token"] = token
        page = self._ask("GET", "", query, region, parse_page)
        if token and page.token == token:
            raise NotDoneError(failure_of(200, "", {}))
        return page

    def uploads(self, prefix: str, region: str) -> list[Upload]:
        """Return what was begun in parts below a prefix (at most 1,000); raises as `pages`."""
        return self._ask("GET", "", {"uploads": "", "encoding-type": "url", "prefix": prefix}, region, parse_uploads)

    def abort(self, upload: Upload, region: str) -> None:
        """Have the parts of an upload thrown away; raises as `pages`."""
        self._ask("DELETE", quote(upload.key, safe="/-_.~"), {"uploadId": upload.name}, region, lambda _body: None)

    def _ask(self, method: str, key: str, query: Mapping[str, str], region: str, read: Callable[[bytes], _T]) -> _T:
        url = urlsplit(self._address.endpoint(region))
        path = f"/{key}" if self._address.bucket_in_host else f"/{quote(self._address.bucket)}/{key}"
        usual = 443 if self._address.secure else 80
        client = self._client(url.hostname or "", url.port or usual)
        host = url.netloc.removesuffix(f":{usual}")  # as http.client names it
        headers = signed_headers(
            method, host, path, query, keys=self._keys, region=region or FIRST_REGION, now=datetime.now(UTC)
        )
        with client.ask(method, f"{path}?{query_string(query)}", headers) as answer:
            body = answer.read(_MAX_PAGE)
        if answer.status in {200, 204}:
            with suppress(ListingError):
                return read(body)
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
    read = _Reader("ListBucketResult", "Contents", ("Key", "Size"), ("IsTruncated", "NextContinuationToken"))
    read.all(content)
    token = read.said.get("NextContinuationToken", "")
    if read.said.get("IsTruncated") != ("true" if token else "false"):
        raise ListingError("it does not say whether it is all")
    files = []
    for item in read.items:
        size = item["Size"]
        if not (size.isascii() and size.isdigit() and len(size) < 19):
            raise ListingError("a size is no number")
        files.append(ListedKey(read.decoded(item["Key"]), int(size)))
    return Page(files, token)


def parse_uploads(content: bytes) -> list[Upload]:
    """Read a list of what was begun in parts; raises as `parse_page`."""
    read = _Reader("ListMultipartUploadsResult", "Upload", ("Key", "UploadId", "Initiated"), ())
    read.all(content)
    try:
        return [
            Upload(
                read.decoded(item["Key"]), item["UploadId"], datetime.fromisoformat(item["Initiated"]).astimezone(UTC)
            )
            for item in read.items
        ]
    except (ValueError, OverflowError) as error:
        raise ListingError("a time is none") from error


class _Reader:
    """Reads a flat list of items, and words beside them.

    Args:
        root: the element around all.
        item: the element of each item.
        parts: what an item must have.
        words: what may stand beside the items.
    """

    def __init__(self, root: str, item: str, parts: Sequence[str], words: Sequence[str]) -> None:
        self._root, self._item, self._parts, self._words = root, item, parts, (*words, "EncodingType")
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self.said: dict[str, str] = {}
        self.items: list[dict[str, str]] = []

    def all(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
            raise ListingError(str(error)) from error

    def decoded(self, text: str) -> str:
        """Return a key as it is."""
        return unquote_plus(text) if self.said.get("EncodingType") == "url" else text

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._path and name != self._root:
            raise ListingError("it is no listing")
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise ListingError("it is nested too deep")
        if self._path[1:] == [self._item]:
            self.items.append({})
        self._text, self._length = [], 0

    def _end(self, _name: str) -> None:
        match self._path[1:]:
            case [item] if item == self._item:
                if any(not self.items[-1].get(part) for part in self._parts):
                    raise ListingError("a part of an item is missing")
            case [item, part] if item == self._item and part in self._parts:
                self.items[-1][part] = "".join(self._text)
            case [word] if word in self._words:
                self.said[word] = "".join(self._text)
        self._path.pop()
        self._text = []

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > _MAX_TEXT:
            raise ListingError("a text is too long")
        self._text.append(text)

    def _doctype(self, *_arguments: object) -> None:
        raise ListingError("it declares a document type")
