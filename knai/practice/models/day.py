"""The working day: who and what is taken when, who waits for a place, and what somebody has to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.chart import Patient
from knai.practice.models.clinic import Chair
from knai.practice.models.courses import TreatmentCourse
from knai.practice.models.sessions import TreatmentSession


class TakenSlot(models.Model):
    """Five minutes of a chair, a person or a patient that a booked session takes.

    The unique constraint is what forbids double booking, on every database and under any number of
    writers: two bookings that touch cannot both be written.

    resource_id   of a chair, a user or a patient
    at            the beginning of the five minutes, in UTC
    """

    SLOT_MIN = 5

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, related_name="slots")
    resource_kind = models.CharField(max_length=10)  # chair, staff, patient
    resource_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource_id", "at"], name="slot_taken_once"),
        ]


class WaitingListItem(models.Model):
    """A patient who would come sooner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    course = models.ForeignKey(TreatmentCourse, models.PROTECT, null=True, related_name="+")
    wanted = models.CharField(
        max_length=200, blank=True
    )  # days, hours, anything that helps to choose
    is_urgent = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_how = models.CharField(max_length=20, blank=True)  # booked, withdrawn
    session = models.ForeignKey(TreatmentSession, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-is_urgent", "added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(settled_at__isnull=True), name="waiting_once"
            )
        ]


class WorkItem(models.Model):
    """Something a person has to do by a time: a call, a signature, a look at something.

    kind    next_day_call, unsigned_note, late_event, credential_expiry, records_request, broken_glass,
            death, consent_expiry ...
    key     the occasion; the same occasion opens one item, however often it is looked for
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    halted_at = models.DateTimeField(null=True)  # a death halts it
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["clinic", "closed_at", "due_at"], name="work_open")]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "key"], name="work_once_an_occasion")
        ]


class NoteDraft(models.Model):
    """A note that is being written. Its author's alone until it is signed; then it is an entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)  # the kind of entry it becomes
    text = models.TextField(blank=True)
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "author", "kind"],
                condition=Q(signed_at__isnull=True),
                name="draft_one_a_session",
            )
        ]


class CalendarFeed(models.Model):
    """Visits as a calendar: times and chairs, never a patient. Read by its token alone.

    user   whose it is, and whose visits it shows unless it is of a chair
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    chair = models.ForeignKey(Chair, models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
