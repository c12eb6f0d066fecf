"""Two invented clinics and their people, one log-in a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password

from knai.core.errors import Refused
from knai.identity.models import Clinic, Credential, Membership, StaffPin, User
from knai.kit.clock import now

PASSWORD = "invented-people-only"  # noqa: S105  of a demonstration that refuses to run on real records
PIN = "4826"  # everybody's, printed beside the password
SINCE = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class LogIn:
    """One invented person and how they log in."""

    email: str
    name: str
    role: str
    profession: str
    clinic: str
    papers: tuple[str, ...] = ()


def _seaside(nick: str, name: str, role: str, profession: str, *papers: str) -> LogIn:
    return LogIn(f"{nick}@demo.knai.example", name, role, profession, "seaside", papers)


LOG_INS = (
    _seaside("owner", "Olive Invented", "owner", "other"),
    _seaside("prescriber", "Dr Pia Invented", "prescriber", "physician", "licence", "acls"),
    _seaside("nurse", "Noor Invented", "nurse", "registered_nurse", "licence", "bls"),
    _seaside("nurse2", "Nils Invented", "nurse", "registered_nurse", "licence", "bls"),
    _seaside("therapist", "Theo Invented", "therapist", "psychotherapist", "licence"),
    _seaside("front_desk", "Fay Invented", "front_desk", "other"),
    _seaside("read_only", "Ray Invented", "read_only", "other"),
    LogIn(
        "nurse@hilltop.knai.example", "Hana Invented", "nurse", "registered_nurse", "hilltop",
        ("licence",),
    ),
)  # fmt: skip

CLINICS = {
    "seaside": ("Seaside Ketamine Clinic (invented)", "America/New_York"),
    "hilltop": ("Hilltop Ketamine Clinic (invented)", "America/Denver"),
}


def ensure_clinics() -> dict[str, Clinic]:
    """Clinics and people as above, made where they are missing.

    raises  Refused: this database holds a clinic that is not invented
    """
    if Clinic.objects.filter(is_invented=False).exists():
        raise Refused(
            "This database holds a real clinic; the demonstration only runs beside invented ones. "
            "Give it a folder of its own by KNAI_DATA_DIR, or another KNAI_DATABASE_URL."
        )
    clinics = {slug: _clinic(slug, *words) for slug, words in CLINICS.items()}
    for person in LOG_INS:
        _person(person, clinics[person.clinic])
    _give_pins()
    _also_at(LOG_INS[0], clinics["hilltop"])
    return clinics


def _clinic(slug: str, name: str, time_zone: str) -> Clinic:
    fields = {"name": name, "time_zone": time_zone, "is_invented": True, "phone": "555 0100"}
    return Clinic.objects.get_or_create(slug=slug, defaults=fields)[0]


def _person(person: LogIn, clinic: Clinic) -> None:
    fields = {"name": person.name, "profession": person.profession}
    user, is_new = User.objects.get_or_create(email=person.email, defaults=fields)
    if not is_new:
        return
    user.password = _hashed()
    user.save(update_fields=["password"])
    Membership.objects.create(user=user, clinic=clinic, role=person.role, starts_on=SINCE)
    for kind in person.papers:
        Credential.objects.create(
            user=user, clinic=clinic, kind=kind, starts_on=SINCE, checked_on=SINCE,
            checked_by=_checker(clinic, user), number="INVENTED",
        )  # fmt: skip


def _checker(clinic: Clinic, holder: User) -> User:
    """Nobody checks a credential of their own; the first of the clinic looked at the others'."""
    rows = Membership.objects.filter(clinic=clinic).exclude(user=holder).select_related("user")
    first = rows.order_by("id").first()
    return first.user if first else User.objects.get(email=LOG_INS[0].email)


def _also_at(person: LogIn, clinic: Clinic) -> None:
    """The owner owns both, so that two clinics in two tabs can be tried."""
    user = User.objects.get(email=person.email)
    Membership.objects.get_or_create(
        user=user, clinic=clinic, defaults={"role": person.role, "starts_on": SINCE}
    )


def _give_pins() -> None:
    """To everybody of the demonstration who has none yet."""
    emails = [person.email for person in LOG_INS]
    for user in User.objects.filter(email__in=emails, pin__isnull=True):
        StaffPin.objects.create(user=user, code_hash=_hashed_pin(), set_at=now())


@cache
def _hashed_pin() -> str:
    """Quick to prove: it is printed at the start, and the invented day is signed with it many times."""
    hasher = get_hasher()
    few = {"iterations": 1000} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    return hasher.encode(PIN, "invented", **few)


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; for one invented password once is enough."""
    return make_password(PASSWORD)
