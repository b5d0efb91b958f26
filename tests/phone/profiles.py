"""What a phone of some age can and cannot do: commands that are missing, options that are refused, features unheard of.

The programs are those of one Debian release. Age is played by taking away: a command is left out, or a small shell
script stands in front of it and refuses the options that the older toybox did not know. What an old phone did
*differently* (other bugs, other words) is not played: see README.md, "not checked".
"""

from dataclasses import dataclass, field, replace

_NEW_SYNC = ("ls_v2", "sendrecv_v2", "sendrecv_v2_brotli", "sendrecv_v2_lz4", "sendrecv_v2_zstd")
_ALL_FEATURES = (
    *("shell_v2", "cmd", "stat_v2", *_NEW_SYNC, "sendrecv_v2_dry_run_send", "fixed_push_mkdir"),
    *("fixed_push_symlink_timestamp", "apex", "abb", "abb_exec", "remount_shell", "track_app", "delayed_ack"),
    *("openscreen_mdns", "libusb", "push_sync", "devicetracker_proto_format", "devraw", "app_info", "server_status"),
)
"""Every name of AOSP packages/modules/adb/transport.cpp, kFeature…"""


@dataclass(frozen=True, slots=True)
class Profile:
    """One age of phone.

    Attributes:
        release, sdk: what `getprop` says.
        missing: toybox commands that are not there.
        refused: command to the options (as whole words, or a prefix ending in `*`) it does not know.
        refused_by_pm: options `pm` does not know.
        hidden_features: adb features that neither side is told of.
    """

    name: str
    release: str
    sdk: int
    missing: tuple[str, ...] = ()
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused_by_pm: tuple[str, ...] = ()
    hidden_features: tuple[str, ...] = ()

    def without(self, *features: str) -> "Profile":
        """Return the same phone, its adbd without these features."""
        return replace(self, hidden_features=(*self.hidden_features, *features))

    def lacking(self, *commands: str) -> "Profile":
        """Return the same phone without these commands."""
        return replace(self, missing=(*self.missing, *commands))


MODERN = Profile("modern", release="14", sdk=34)
"""All of toybox 0.8.9, all features of adbd 34."""

ANDROID_10 = Profile(
    "android-10",
    release="10",
    sdk=29,
    hidden_features=(*_NEW_SYNC, "sendrecv_v2_dry_run_send", "delayed_ack", "track_app"),
)
"""ls_v2 and sendrecv_v2 came with Android 11 (adb 30). That Android 10's toybox knew `find -printf` is uncertain."""

ANDROID_9 = Profile(
    "android-9",
    release="9",
    sdk=28,
    refused={
        # toybox 0.8.1 (2019) brought find -printf; Android 9 shipped 0.7.6.
        "find": ("-printf", "-fprintf", "-quit", "-empty"),
        # Before its rewrite in 2019 tar lay in toys/pending and knew few long options.
        "tar": ("--null", "--no-recursion", "--mtime*", "--owner*", "--group*", "--sort*", "--transform*", "--xform*"),
    },
    hidden_features=ANDROID_10.hidden_features,
)
"""A bare old toybox: find without -printf, tar without --null."""

ANDROID_7 = Profile(
    "android-7",
    release="7.0",
    sdk=24,
    # AOSP lists find, stat, tar and sha256sum for phones from Android 8.
    missing=("find", "stat", "tar", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "sha3sum", "fallocate", "xxd"),
    refused_by_pm=("--show-versioncode", "-U"),
    hidden_features=(*ANDROID_10.hidden_features, "stat_v2", "fixed_push_mkdir", "apex", "abb", "abb_exec"),
)
"""No find, stat, tar or sha256sum; shell_v2 is there."""

ANDROID_5 = replace(
    ANDROID_7,
    name="android-5",
    release="5.1",
    sdk=22,
    refused_by_pm=("--show-versioncode", "-U", "--user"),
    hidden_features=_ALL_FEATURES,
)
"""As Android 7, and an adbd from before features: no shell_v2, so no exit codes and no standard error of its own."""
