"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.phones.guides.guide import Guide, guide_families, guide_for, guide_tip
from phoneward.phones.guides.importing import ImportGuide, ImportWay, import_guide, import_kinds, import_title
from phoneward.phones.guides.storeupdates import StoreGuide, popup_steps, store_guides, store_named

__all__ = [
    "Guide",
    "ImportGuide",
    "ImportWay",
    "StoreGuide",
    "guide_families",
    "guide_for",
    "guide_tip",
    "import_guide",
    "import_kinds",
    "import_title",
    "popup_steps",
    "store_guides",
    "store_named",
]
