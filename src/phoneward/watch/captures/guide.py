"""How a person records what their phone sends, step by step, and what no recording shows.

Sources: PCAPdroid's user guide (emanuele-f.github.io/PCAPdroid: "TLS decryption", "Dump modes", "Paid features",
"Advanced features") and its changelog; mitmproxy's documentation (docs.mitmproxy.org: "Proxy modes", "Certificates",
"Ignoring domains"); Android's reference of `NetworkSecurityConfig` (user certificates are trusted by default only by
apps that target API level 23 or lower).
"""

from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_, _


@dataclass(frozen=True, slots=True)
class RecordingWay:
    """One way to make a recording; everything in the reader's language.

    Attributes:
        key: for programs: "pcapdroid", "mitmproxy".
        title: what it is, and for whom.
        steps: in their order.
        sources: addresses of the pages that say so.
    """

    key: str
    title: str
    steps: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordingGuide:
    """How to record what a phone sends.

    Attributes:
        ways: the likeliest to work first.
        limits: what no recording shows.
        afterwards: what to undo.
    """

    ways: tuple[RecordingWay, ...]
    limits: tuple[str, ...]
    afterwards: tuple[str, ...]


_PCAPDROID: Final = (
    N_("Install PCAPdroid from F-Droid or Google Play. It records on the phone itself, and needs no root."),
    N_(
        "Open its settings (the gear). Under “Capture” switch on “PCAPdroid extensions” (older versions: “PCAPdroid "
        "trailer”): without it the recording does not say which app sent what."
    ),
    N_(
        "Under “Traffic inspection” switch on “TLS decryption”. A wizard installs the mitm add-on and a certificate, "
        "and says where to find it in Android's settings."
    ),
    N_("Let it block QUIC: encrypted QUIC cannot be opened, and most apps then fall back to what can."),
    N_("In the menu at the left open “Decryption rules” and add the app that you want to look at, and only that one."),
    N_("Choose “PCAP file” as the dump mode, and the app as target app. Then tap Start."),
    N_("Use the app as you did when you wondered: open it, view the picture, wait a minute or two."),
    N_(
        "Tap Stop. Save both files: the recording (.pcap), and the keys (SSLKEYLOGFILE) that PCAPdroid then offers. "
        "With its paid pcapng format the keys are in the recording itself."
    ),
    N_("Copy both to this computer. Then: phoneward watch capture FILE.pcap --keys KEYS.txt --images DIR"),
)
_MITMPROXY: Final = (
    N_("Install mitmproxy on this computer (mitmproxy.org). Computer and phone must be in the same network."),
    N_("Run here: mitmdump --mode wireguard -w phone.flows > phone.log"),
    N_(
        "Install WireGuard on the phone (F-Droid or Google Play) and take in the configuration that stands in "
        "phone.log (with “mitmweb” instead of “mitmdump” it is shown as a QR code). Switch the tunnel on."
    ),
    N_(
        "Open http://mitm.it in the phone's browser and install the certificate for Android. Android asks for the "
        "screen lock, and warns that the network may be monitored: that is what you want for now."
    ),
    N_("Use the app as you did when you wondered. Then press Ctrl+C here, and switch the tunnel off."),
    N_("Then: phoneward watch capture phone.flows --log phone.log --images DIR"),
)
_LIMITS: Final = (
    N_(
        "Since Android 7 most apps do not trust a certificate that the owner of the phone installed. Their connections "
        "then fail, or stay closed. PCAPdroid shows them with a red lock, mitmproxy writes “does not trust the proxy's "
        "certificate”. Browsers, and apps made for Android 6 or older, are the ones that usually can be opened."
    ),
    N_(
        "Some apps accept only their maker's own certificate (pinning), and some encrypt once more within the "
        "connection (WhatsApp, Telegram). Neither can be opened by these ways."
    ),
    N_(
        "For what stays closed there are the number of bytes that the app sent, and a test that needs no decryption: "
        "phoneward watch canary."
    ),
    N_(
        "An app can send a picture hours later, or only on another network. A recording shows what was sent while it "
        "ran. Not seen is not the same as not sent."
    ),
    N_("Some apps forbid this in their terms. Record your own phone only, and what others sent you with care."),
)
_AFTERWARDS: Final = (
    N_(
        "Remove the certificate again: Android's settings, Security, Encryption and credentials, User credentials or "
        "Trusted credentials. While it is there, whoever has its key can read what your phone sends."
    ),
    N_("The recording holds passwords and everything else that was sent. Delete it when you are done."),
)
_PCAPDROID_PAGES: Final = (
    "https://emanuele-f.github.io/PCAPdroid/tls_decryption",
    "https://emanuele-f.github.io/PCAPdroid/dump_modes",
    "https://emanuele-f.github.io/PCAPdroid/advanced_features",
)
_MITMPROXY_PAGES: Final = (
    "https://docs.mitmproxy.org/stable/concepts/modes/",
    "https://docs.mitmproxy.org/stable/concepts/certificates/",
    "https://developer.android.com/reference/android/security/net/config/NetworkSecurityConfig",
)


def recording_guide() -> RecordingGuide:
    """Return the guide in the reader's language."""
    return RecordingGuide(
        ways=(
            RecordingWay("pcapdroid", _("With PCAPdroid, on the phone alone"), _all(_PCAPDROID), _PCAPDROID_PAGES),
            RecordingWay("mitmproxy", _("With mitmproxy, on this computer"), _all(_MITMPROXY), _MITMPROXY_PAGES),
        ),
        limits=_all(_LIMITS),
        afterwards=_all(_AFTERWARDS),
    )


def _all(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_(sentence) for sentence in sentences)
