"""The README of a bag, in Chinese and English: how to check it with three standard commands."""

import string
from importlib.resources import files

from phoneward.cases.bag import CHAIN, STAMP, seal_folder

_STAMPED = """\
   openssl ts -verify -data tagmanifest-sha256.txt -in {folder}/{stamp} \\
     -CAfile ROOT.pem -untrusted {folder}/{chain}

   ROOT.pem 是时间戳机构的根证书，请从机构的网站下载。应显示 Verification: OK。
   看时间：openssl ts -reply -in {folder}/{stamp} -text
   证书过期以后：加上 -attime 和当时的 Unix 时间（秒）。
   ROOT.pem is the root certificate of the authority: get it from the authority's web site. It should say
   Verification: OK. The time: openssl ts -reply -in {folder}/{stamp} -text
   After the certificates have expired: add -attime and that time in Unix seconds.
   机构 / Authority: {authority}
"""
_NOT_STAMPED = """\
   这次封存没有可信时间戳，所以只能证明内容没有变，不能证明从什么时候起。
   This seal has no trusted time stamp: it shows that the content is unchanged, not since when.
"""
_OPEN_STAMPED = """\
   OpenTimestamps: ots verify -f tagmanifest-sha256.txt {folder}/opentimestamps.ots
"""


def readme(*, number: int, time: str, tool: str, authority: str, is_open_stamped: bool) -> bytes:
    """Return the README of a seal.

    Args:
        number: of the seal.
        time: of it, by this computer's clock.
        tool: what makes it: name and version.
        authority: whom a time stamp was asked of; empty where nobody was.
        is_open_stamped: OpenTimestamps were asked as well.
    """
    folder = seal_folder(number)
    stamp = _STAMPED.format(folder=folder, stamp=STAMP, chain=CHAIN, authority=authority) if authority else _NOT_STAMPED
    if is_open_stamped:
        stamp += _OPEN_STAMPED.format(folder=folder)
    text = files("phoneward.cases").joinpath("bag_readme.txt").read_text("utf-8").replace("\r\n", "\n")
    return string.Template(text).substitute(number=number, time=time, tool=tool, stamp=stamp).encode()
