"""What a phone of some age can and cannot do: commands that are missing, options that are refused, features unheard of.

The programs are those of one Debian release. Age is played by taking away: a command is left out, or a small shell
script stands in front of it and refuses, in toybox's words, the options that the older toybox did not know.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Profile:
    """One age of phone.

    Attributes:
        release, sdk: what `getprop` says.
        missing: toybox commands that are not there.
        refused: command to the options it does not know.
        hidden_features: adb features that neither side is told of.
    """

    name: str
    release: str
    sdk: int
    missing: tuple[str, ...] = ()
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hidden_features: tuple[str, ...] = ()

    def without(self, *features: str) -> "Profile":
        """Return the same phone, its adbd without these features."""
        return Profile(
            self.name, self.release, self.sdk, self.missing, self.refused, (*self.hidden_features, *features)
        )


MODERN = Profile("modern", release="14", sdk=34)
"""All of toybox 0.8.9, all features of adbd 34."""
