"""A PIN is short, so it is hashed, guarded against guessing, and never one that is guessed first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.errors import Malformed, Refused
from knai.identity import pins
from knai.identity.models import StaffPin
from knai.kit.clock import now

GOOD = "4826"


@pytest.mark.parametrize(
    "code, will_do",
    [
        ("4826", True),
        ("48261937", True),
        ("482", False),  # too short
        ("482619375", False),  # too long
        ("48a6", False),
        ("٤٨٢٦", False),  # digits, yet not ours
        ("", False),
        ("1111", False),
        ("4848", False),
        ("48484", False),
        ("1234", False),
        ("7890", False),
        ("9876", False),
        ("3210", False),
        ("1984", False),  # a year
        ("2001", False),
        ("198426", True),  # longer than a year
    ],
)
def test_codes_that_are_guessed_first_will_not_do(code, will_do):
    assert (pins.why_not_pin(code) == "") is will_do


@given(st.text(max_size=10))
def test_whatever_will_do_is_four_to_eight_digits(code):
    if not pins.why_not_pin(code):
        assert code.isascii() and code.isdigit() and 4 <= len(code) <= 8


@pytest.fixture
def nils(cast):
    pins.set_pin(by=cast.actor("nils"), user=cast.nils, code=GOOD)
    return cast.nils


def test_only_a_hash_is_kept(nils):
    assert GOOD not in StaffPin.objects.get(user=nils).code_hash


def test_the_right_code_proves_and_another_does_not(nils, cast):
    assert pins.prove(nils.pk, GOOD)
    assert not pins.prove(nils.pk, "4827")
    assert not pins.prove(cast.nadia.pk, GOOD)  # she has none


def test_a_bad_code_leaves_the_old_one(nils, cast):
    with pytest.raises(Malformed):
        pins.set_pin(by=cast.actor("nils"), user=nils, code="1111")
    assert pins.prove(nils.pk, GOOD)


@pytest.mark.parametrize("misses, is_locked", [(4, False), (5, True)])
def test_five_misses_lock_it(nils, misses, is_locked):
    for _ in range(misses):
        assert not pins.prove(nils.pk, "0000")
    if is_locked:
        with pytest.raises(Refused, match="15 min"):
            pins.prove(nils.pk, GOOD)
    else:
        assert pins.prove(nils.pk, GOOD)


@pytest.mark.parametrize("seconds, is_locked", [(15 * 60 - 1, True), (15 * 60, False)])
def test_it_is_locked_for_a_quarter_of_an_hour(nils, seconds, is_locked):
    at = now()
    for _ in range(5):
        pins.prove(nils.pk, "0000", at)
    later = at + timedelta(seconds=seconds)
    if is_locked:
        with pytest.raises(Refused, match="1 min"):
            pins.prove(nils.pk, GOOD, later)
    else:
        assert pins.prove(nils.pk, GOOD, later)


def test_the_right_code_forgives_earlier_misses(nils):
    for _ in range(3):
        for _ in range(4):
            pins.prove(nils.pk, "0000")
        assert pins.prove(nils.pk, GOOD)


def test_a_new_code_opens_a_locked_one(nils, cast):
    for _ in range(5):
        pins.prove(nils.pk, "0000")
    pins.set_pin(by=cast.actor("nils"), user=nils, code="9173")
    assert pins.prove(nils.pk, "9173")
    assert not pins.prove(nils.pk, GOOD)
