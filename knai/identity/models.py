"""People and clinics. One person, many hats: a user belongs to clinics, in a role each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q

from knai.kit.ids import uuid7


class Profession(models.TextChoices):
    """What a person is by training; the first four are the Standard's medical roles."""

    PHYSICIAN = "physician", "Physician"
    CRNA = "crna", "Nurse anaesthetist (CRNA)"
    NURSE_PRACTITIONER = "nurse_practitioner", "Nurse practitioner"
    PHYSICIAN_ASSISTANT = "physician_assistant", "Physician assistant"
    REGISTERED_NURSE = "registered_nurse", "Registered nurse"
    PSYCHOTHERAPIST = "psychotherapist", "Psychotherapist"
    OTHER = "other", "Other"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in. Names as the person writes them, from one letter up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    profession = models.CharField(max_length=30, choices=Profession, default=Profession.OTHER)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Clinic(models.Model):
    """A place of treatment. Its slug is in every URL, so that two tabs on two clinics never mix."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="UTC")
    phone = models.CharField(max_length=40, blank=True)
    policy = models.JSONField(default=dict, blank=True)  # tighter than the Standard's defaults only
    # Of the past, oldest first: {"until": instant, "policy": …, "sedation_capability": …}. A session
    # keeps what held when its patient checked in.
    earlier_policies = models.JSONField(default=list, blank=True)
    sedation_capability = models.CharField(max_length=20, default="minimal")
    address = models.TextField(blank=True)
    hours = models.JSONField(
        default=dict, blank=True
    )  # ISO weekday "1".."7" → [["08:00", "17:00"]]
    director = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="+")
    is_invented = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)  # grows with each change; two tabs compare it
    rights_reviewed_at = models.DateTimeField(
        null=True
    )  # when an owner last looked at who may what
    rights_reviewed_by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def policy_at(self, at: datetime) -> dict[str, Any]:
        """The policy that was in force at that instant."""
        past = self._past(at)
        return past["policy"] if past else self.policy or {}

    def capability_at(self, at: datetime) -> str:
        """The depth of sedation it could care for at that instant."""
        past = self._past(at)
        return past["sedation_capability"] if past else self.sedation_capability

    def _past(self, at: datetime) -> dict[str, Any] | None:
        ended = (datetime.fromisoformat(past["until"]) for past in self.earlier_policies)
        return next((p for p, e in zip(self.earlier_policies, ended, strict=True) if at < e), None)


class Site(models.Model):
    """A place a clinic works at. A clinic of one place needs none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=80)
    address = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "name"], name="site_name_once_a_clinic")
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do in one clinic; see `permissions`."""

    OWNER = "owner", "Owner"
    PRESCRIBER = "prescriber", "Prescriber"
    NURSE = "nurse", "Nurse"
    THERAPIST = "therapist", "Therapist"
    FRONT_DESK = "front_desk", "Front desk"
    READ_ONLY = "read_only", "Read-only"
    OUTSIDE = (
        "outside",
        "Outside therapist",
    )  # sees the patients who agreed, and of them what they agreed to


class Membership(models.Model):
    """A person's role in a clinic, for a time. Ended by a date, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the last day
    is_cut_short = models.BooleanField(default=False)  # ended at once: the last day counts no more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"],
                condition=Q(ends_on__isnull=True),
                name="membership_one_open_role_a_clinic",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def is_current(self, on: date) -> bool:
        if self.ends_on is None:
            return self.starts_on <= on
        return self.starts_on <= on <= self.ends_on and not (
            self.is_cut_short and on == self.ends_on
        )


class CredentialKind(models.TextChoices):
    LICENCE = "licence", "Licence"
    DEA = "dea", "DEA registration"
    ACLS = "acls", "Advanced cardiac life support"
    BLS = "bls", "Basic life support"
    SEDATION = "sedation", "Sedation privilege"


class Credential(models.Model):
    """What shows that a person is licensed and qualified, until when, and who checked it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="credentials")
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind)
    jurisdiction = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=20, blank=True)  # sedation privilege: the depth it reaches
    starts_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)  # the last day it holds
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_on = models.DateField(null=True)
    evidence_id = models.UUIDField(null=True)  # a kept file: the scan of the paper
    withdrawn_on = models.DateField(
        null=True
    )  # revoked or entered wrongly; counts no more from that day
    withdrawn_because = models.CharField(max_length=200, blank=True)

    def holds(self, on: date) -> bool:
        """Whether it was checked and is in force on that day; on the day it expires it still is."""
        return self.is_in_time(on) and self.checked_on is not None

    def is_in_time(self, on: date) -> bool:
        """Begun, not run out, not withdrawn; whether anybody checked it or not."""
        in_time = self.starts_on <= on and (self.expires_on is None or on <= self.expires_on)
        return in_time and not (self.withdrawn_on is not None and self.withdrawn_on <= on)


class Invitation(models.Model):
    """A place offered to a person by a link that works once. Only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    profession = models.CharField(max_length=30, choices=Profession, default=Profession.OTHER)
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_an_address",
            )
        ]


class StaffPin(models.Model):
    """A short code for changing hands on a shared tablet, within a log-in proved by two factors."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="pin")
    code_hash = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    misses = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
