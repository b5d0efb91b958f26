"""Where USB debugging is in a phone's menus, and how to switch it off again: data with sources."""

from phoneward.phones.guides.guide import Guide, families, guide_for, tip

__all__ = ["Guide", "families", "guide_for", "tip"]
