"""A folder taken for a phone: a mounted card, a copied phone, a sample."""

from phoneward.phones.folder.phone import FolderPhone

__all__ = ["FolderPhone"]
