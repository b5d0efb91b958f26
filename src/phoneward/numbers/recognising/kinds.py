"""What a phrase says: one bit a kind. The names in lower case are the tables of the data files.

Plain numbers and no enum: they are combined some hundred times for each message.
"""

from typing import Final

CODE: Final = 1 << 0
"""It is only ever said of a one-time code."""
WEAK: Final = 1 << 1
"""Said of one-time codes and of others: "code", "password"."""
OTHER_CODE: Final = 1 << 2
"""A code, but not one that opens an account: for a parcel, a discount, a door."""
SECRECY: Final = 1 << 3
VALIDITY: Final = 1 << 4
ENTER: Final = 1 << 5
"""What one does with a code."""
CONFIRM: Final = 1 << 6
"""What a code is entered for."""
LOGIN: Final = 1 << 7
REGISTER: Final = 1 << 8
RESET: Final = 1 << 9
BIND: Final = 1 << 10
UNBIND: Final = 1 << 11
CHANGE: Final = 1 << 12
"""Of the number."""
DELETE: Final = 1 << 13
"""Of the account."""
PAY: Final = 1 << 14
DONE: Final = 1 << 15
"""It was carried out."""
NOTICE: Final = 1 << 16
"""What only the owner of an account is told."""
CUSTOMER: Final = 1 << 17
"""What somebody is told who bought, ordered or owes something."""
AD: Final = 1 << 18
"""What is said in advertising."""
BAIT: Final = 1 << 19
"""What fraud frightens or lures with. Honest messages say it too: it counts together with other things."""
NOTICE_SAFE: Final = 1 << 20
"""Bait that honest notices say as well."""
LURE: Final = 1 << 21
"""Prizes and gifts: bait that no honest code comes with."""
OPT_OUT: Final = 1 << 22
"""How to get no more of it."""
CALL: Final = 1 << 23
"""The reader is to ring up."""
PERSONAL: Final = 1 << 24
"""What people say to each other."""
STOP: Final = 1 << 25
"""No part of a service's name."""
PICKUP: Final = 1 << 26
"""Where a parcel waits: a code beside it is for the counter or the locker."""

TABLES: Final = {
    "code": CODE,
    "weak": WEAK,
    "other_code": OTHER_CODE,
    "pickup": OTHER_CODE | PICKUP,
    "secrecy": SECRECY,
    "validity": VALIDITY,
    "enter": ENTER,
    "confirm": CONFIRM,
    "login": LOGIN,
    "register": REGISTER,
    "reset": RESET,
    "bind": BIND,
    "unbind": UNBIND,
    "change": CHANGE,
    "changed": CHANGE | DONE | NOTICE,
    "unbound": UNBIND | DONE | NOTICE,
    "delete": DELETE,
    "pay": PAY,
    "done": DONE,
    "notice": NOTICE,
    "customer": CUSTOMER,
    "ad": AD,
    "bait": BAIT,
    "notice_safe": NOTICE_SAFE,
    "lure": LURE,
    "opt_out": OPT_OUT,
    "call": CALL,
    "personal": PERSONAL,
    "stop": STOP,
}
