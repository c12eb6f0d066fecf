"""A demonstration clinic. Everybody and everything in it is invented."""

from knai.practice.demo.day import Seat, fill_register, todays_seats
from knai.practice.demo.staff import LOG_INS, PASSWORD, PIN, LogIn, ensure_clinics

__all__ = [
    "LOG_INS",
    "PASSWORD",
    "PIN",
    "LogIn",
    "Seat",
    "ensure_clinics",
    "fill_register",
    "todays_seats",
]
