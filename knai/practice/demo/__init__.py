"""A demonstration clinic. Everybody and everything in it is invented."""

from knai.practice.demo.day import Seat, todays_seats
from knai.practice.demo.staff import LOG_INS, PASSWORD, LogIn, ensure_clinics

__all__ = ["LOG_INS", "PASSWORD", "LogIn", "Seat", "ensure_clinics", "todays_seats"]
