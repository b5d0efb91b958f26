"""The vault: an ordinary restic repository (plain `restic` can check and restore it). Knows no phone."""
