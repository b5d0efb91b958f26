"""The fixed tables of HPACK (RFC 7541, appendices A and B) and QPACK (RFC 9204, appendix A).

Tests hold them against two other implementations.
"""


def _entries(lines: str) -> tuple[tuple[bytes, bytes], ...]:
    pairs = (line.partition("|") for line in lines.strip().splitlines())
    return tuple((name.encode("ascii"), value.encode("ascii")) for name, _bar, value in pairs)


HPACK = _entries("""
:authority|
:method|GET
:method|POST
:path|/
:path|/index.html
:scheme|http
:scheme|https
:status|200
:status|204
:status|206
:status|304
:status|400
:status|404
:status|500
accept-charset|
accept-encoding|gzip, deflate
accept-language|
accept-ranges|
accept|
access-control-allow-origin|
age|
allow|
authorization|
cache-control|
content-disposition|
content-encoding|
content-language|
content-length|
content-location|
content-range|
content-type|
cookie|
date|
etag|
expect|
expires|
from|
host|
if-match|
if-modified-since|
if-none-match|
if-range|
if-unmodified-since|
last-modified|
link|
location|
max-forwards|
proxy-authenticate|
proxy-authorization|
range|
referer|
refresh|
retry-after|
server|
set-cookie|
strict-transport-security|
transfer-encoding|
user-agent|
vary|
via|
www-authenticate|
""")
"""Numbered from 1."""

QPACK = _entries("""
:authority|
:path|/
age|0
content-disposition|
content-length|0
cookie|
date|
etag|
if-modified-since|
if-none-match|
last-modified|
link|
location|
referer|
set-cookie|
:method|CONNECT
:method|DELETE
:method|GET
:method|HEAD
:method|OPTIONS
:method|POST
:method|PUT
:scheme|http
:scheme|https
:status|103
:status|200
:status|304
:status|404
:status|503
accept|*/*
accept|application/dns-message
accept-encoding|gzip, deflate, br
accept-ranges|bytes
access-control-allow-headers|cache-control
access-control-allow-headers|content-type
access-control-allow-origin|*
cache-control|max-age=0
cache-control|max-age=2592000
cache-control|max-age=604800
cache-control|no-cache
cache-control|no-store
cache-control|public, max-age=31536000
content-encoding|br
content-encoding|gzip
content-type|application/dns-message
content-type|application/javascript
content-type|application/json
content-type|application/x-www-form-urlencoded
content-type|image/gif
content-type|image/jpeg
content-type|image/png
content-type|text/css
content-type|text/html; charset=utf-8
content-type|text/plain
content-type|text/plain;charset=utf-8
range|bytes=0-
strict-transport-security|max-age=31536000
strict-transport-security|max-age=31536000; includesubdomains
strict-transport-security|max-age=31536000; includesubdomains; preload
vary|accept-encoding
vary|origin
x-content-type-options|nosniff
x-xss-protection|1; mode=block
:status|100
:status|204
:status|206
:status|302
:status|400
:status|403
:status|421
:status|425
:status|500
accept-language|
access-control-allow-credentials|FALSE
access-control-allow-credentials|TRUE
access-control-allow-headers|*
access-control-allow-methods|get
access-control-allow-methods|get, post, options
access-control-allow-methods|options
access-control-expose-headers|content-length
access-control-request-headers|content-type
access-control-request-method|get
access-control-request-method|post
alt-svc|clear
authorization|
content-security-policy|script-src 'none'; object-src 'none'; base-uri 'none'
early-data|1
expect-ct|
forwarded|
if-range|
origin|
purpose|prefetch
server|
timing-allow-origin|*
upgrade-insecure-requests|1
user-agent|
x-forwarded-for|
x-frame-options|deny
x-frame-options|sameorigin
""")
"""Numbered from 0."""

CODE_LENGTHS = bytes.fromhex(
    "0d171c1c1c1c1c1c1c181e1c1c1e1c1c1c1c1c1c1c1c1e1c1c1c1c1c1c1c1c1c060a0a0c0d06080b0a0a080b0806060605050506"
    "06060606060607080f060c0a0d06070707070707070707070707070707070707070707070807080d130d0e060f05060506050606"
    "060507070606060506070605050607070707070f0b0e0d1c14161414161616171617171717171817181816171817171717151617"
    "1617171816151416161717151716161815161717151516151716171714161616171616171a1a1413161716191a1a1a1b1b1a1819"
    "13151a1b1b1a1b1815151a1a1c1b1b1b14181415161515171616191918181a171a1b1a1a1b1b1b1b1b1c1b1b1b1b1b1a1e"
)
"""Bits of each byte's Huffman code, then of the end's; the code is canonical, so that they tell all of it."""
