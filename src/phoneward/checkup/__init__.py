"""The checkup: asks all six questions and gives one report."""

from phoneward.checkup.asking import checkup
from phoneward.checkup.report import CheckupReport, RoomReport
from phoneward.checkup.rooms import ROOMS, Room, room

__all__ = ["ROOMS", "CheckupReport", "Room", "RoomReport", "checkup", "room"]
