"""Without a file in hand: apps of the wrong signer are named, WeChat first; what nobody can tell is not said."""

from dataclasses import dataclass, field

from phoneward.apk import AppSet
from phoneward.apk.signing.facts import Signing
from phoneward.texts import Words, verbatim
from phoneward.updates import Copy, Device, Installed, Stakes, looking
from phoneward.updates.looking import wrong_publishers
from phoneward.updates.signing_names import Publisher, signers_file

STRANGER = Signing((b"a stranger's certificate",))


@dataclass
class Pretended:
    """A phone that has some apps."""

    apps: dict[str, Signing | None]
    asked: list[str] = field(default_factory=list)
    device: Device = Device(34)  # noqa: RUF009 - frozen

    @property
    def packages(self) -> frozenset[str]:
        return frozenset(self.apps)

    def signer(self, package: str) -> Signing | None:
        self.asked.append(package)
        return self.apps[package]

    def installed(self, candidate: AppSet) -> Installed | None:
        return Installed(package=candidate.package, version_code=1)

    def called(self, package: str) -> Words:
        return verbatim(package)

    def stakes(self, package: str) -> Stakes:
        return Stakes(package, kept=Copy.NOT_ASKED)


def others(count: int) -> list[str]:
    """Well-known apps beside WeChat; the file's own order."""
    return [one.package for one in signers_file().publisher if one.package != looking.WECHAT][:count]


def test_wechat_comes_first_and_unknown_apps_are_not_read() -> None:
    first, second = others(2)
    phone = Pretended({first: STRANGER, "org.example.unknown": STRANGER, looking.WECHAT: STRANGER, second: None})
    told: list[str] = []
    found = list(wrong_publishers(phone, told.append))
    assert [one.package for one in found] == [looking.WECHAT, first]
    assert found[0].signers == STRANGER.sha256
    assert str(found[0].app) == "WeChat"
    assert told == phone.asked == [looking.WECHAT, first, second]


def test_an_app_by_its_publisher_is_not_named() -> None:
    known: Publisher = next(one for one in signers_file().publisher if one.package == looking.WECHAT)

    class Own(Signing):
        """WeChat's own signer; the certificate itself is not at hand, only its name."""

        @property
        def sha256(self) -> tuple[str, ...]:
            return known.sha256[:1]

    assert not list(wrong_publishers(Pretended({looking.WECHAT: Own((b"",))})))
    assert not list(wrong_publishers(Pretended({looking.WECHAT: None})))
    assert not list(wrong_publishers(Pretended({})))
