"""Set-up: leads a person from nothing to a verified snapshot, step by step.

`Journey` knows how far somebody is and does each step; `run_through` does them all. The command line and the page call
these and show what they return.
"""

from phoneward.setup.attached import Attached, Source, is_seen_by_adb, look_at_phone, needed_bytes
from phoneward.setup.choices import places_to_choose
from phoneward.setup.disks import Disk, external_disks
from phoneward.setup.errors import (
    KitExistsError,
    KitInVaultError,
    KitKindError,
    KitNotWrittenError,
    PasswordEmptyError,
    PlaceInUseError,
    PlaceIsDiskError,
    PlaceIsFileError,
    PlaceNameError,
    PlaceNotWritableError,
    PlaceOnPhoneError,
    PlaceUnnamedError,
    SetupError,
    StepTooEarlyError,
    VerificationFailedError,
    WeakPasswordError,
)
from phoneward.setup.far import (
    FAR_KINDS,
    FarKind,
    check_far_place,
    entry_for,
    far_kind,
    shown_far,
    takes_entry,
    typed_far_place,
)
from phoneward.setup.journey import Journey
from phoneward.setup.kit import KitFacts, KitWritten, Sheet, as_html, as_pdf, as_text, make_sheet, write_kit
from phoneward.setup.passwords import Strength, judge
from phoneward.setup.phrases import Phrase, PhraseKind, default_kind, make_phrase
from phoneward.setup.places import MAX_PATH, PlaceReport, Suggestion, check_place, cloud_of, suggest
from phoneward.setup.printed import PRINTED, is_kit_printed, note_kit_printed, take_back_printed
from phoneward.setup.remembered import keep_keyring_right
from phoneward.setup.steps import TITLES, Progress, Step, StepView
from phoneward.setup.through import Told, run_through
from phoneward.setup.verifying import Verified, verify
from phoneward.setup.views import DEBUGGING_SENTENCES, KIT_SENTENCES, PASSWORD_SENTENCES, afterwards, spare_key_sentence

__all__ = [
    "DEBUGGING_SENTENCES",
    "FAR_KINDS",
    "KIT_SENTENCES",
    "MAX_PATH",
    "PASSWORD_SENTENCES",
    "PRINTED",
    "TITLES",
    "Attached",
    "Disk",
    "FarKind",
    "Journey",
    "KitExistsError",
    "KitFacts",
    "KitInVaultError",
    "KitKindError",
    "KitNotWrittenError",
    "KitWritten",
    "PasswordEmptyError",
    "Phrase",
    "PhraseKind",
    "PlaceInUseError",
    "PlaceIsDiskError",
    "PlaceIsFileError",
    "PlaceNameError",
    "PlaceNotWritableError",
    "PlaceOnPhoneError",
    "PlaceReport",
    "PlaceUnnamedError",
    "Progress",
    "SetupError",
    "Sheet",
    "Source",
    "Step",
    "StepTooEarlyError",
    "StepView",
    "Strength",
    "Suggestion",
    "Told",
    "VerificationFailedError",
    "Verified",
    "WeakPasswordError",
    "afterwards",
    "as_html",
    "as_pdf",
    "as_text",
    "check_far_place",
    "check_place",
    "cloud_of",
    "default_kind",
    "entry_for",
    "external_disks",
    "far_kind",
    "is_kit_printed",
    "is_seen_by_adb",
    "judge",
    "keep_keyring_right",
    "look_at_phone",
    "make_phrase",
    "make_sheet",
    "needed_bytes",
    "note_kit_printed",
    "places_to_choose",
    "run_through",
    "shown_far",
    "spare_key_sentence",
    "suggest",
    "take_back_printed",
    "takes_entry",
    "typed_far_place",
    "verify",
    "write_kit",
]
