"""Pictures that outlived in thumbnail databases and caches, as files that any program shows."""

from phoneward.rescue.pictures.found import Place, Recovered, TimeFrom
from phoneward.rescue.pictures.making import RecoveredPictures, recover_pictures

__all__ = ["Place", "Recovered", "RecoveredPictures", "TimeFrom", "recover_pictures"]
