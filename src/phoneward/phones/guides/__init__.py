"""Where USB debugging is in a phone's menus, and how to switch it off again: data with sources."""

from phoneward.phones.guides.guide import Guide, guide_families, guide_for, guide_tip

__all__ = ["Guide", "guide_families", "guide_for", "guide_tip"]
