"""The treatment session, and what needs somebody while it runs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.chart import ChartEntry, Patient
from knai.practice.models.clinic import Chair, TreatmentProtocol


class State(models.TextChoices):
    """Where a session stands. `practice.states` holds the table of what may follow what."""

    BOOKED = "booked", "Booked"
    CHECKED_IN = "checked_in", "Checked in"
    READY = "ready", "Ready"
    DOSING = "dosing", "Dosing"
    RECOVERY = "recovery", "Recovery"
    DISCHARGED = "discharged", "Discharged"
    LEFT_AGAINST_ADVICE = "left_against_advice", "Left against advice"
    ELOPED = "eloped", "Left without telling"
    TRANSFERRED = "transferred", "Transferred"
    ADMITTED = "admitted", "Admitted"
    DIED = "died", "Died"
    CANCELLED = "cancelled", "Cancelled"
    ABORTED = "aborted", "Aborted"


OPEN_STATES = (State.CHECKED_IN, State.READY, State.DOSING, State.RECOVERY)


class TreatmentSession(models.Model):
    """One dosing visit. What happened in it are its entries; this row holds only where it stands.

    plan  what is planned: route, dose, duration, expected sedation; see entries.Plan
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="sessions")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="sessions")
    chair = models.ForeignKey(Chair, models.PROTECT, null=True, related_name="sessions")
    protocol = models.ForeignKey(TreatmentProtocol, models.PROTECT, null=True, related_name="+")
    provider = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=20, choices=State, default=State.BOOKED)
    state_since = models.DateTimeField()
    booked_for_at = models.DateTimeField()
    planned_min = models.PositiveSmallIntegerField(null=True)  # preparation, dosing and recovery
    nurse = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    course = models.ForeignKey(
        "practice.TreatmentCourse", models.PROTECT, null=True, related_name="sessions"
    )
    arrived_at = models.DateTimeField(null=True)
    cancelled_as = models.CharField(max_length=20, blank=True)  # why in a word: see practice.states
    purpose = models.CharField(max_length=30, default="knai")
    setting = models.CharField(max_length=20, default="clinic")
    plan = models.JSONField(default=dict)
    plan_draft = models.JSONField(default=dict)  # waits for a prescriber; no gate reads it
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    first_dose_at = models.DateTimeField(null=True)  # set once; freezes the purpose
    medically_ready_at = models.DateTimeField(null=True)  # apart from having left
    departed_at = models.DateTimeField(null=True)
    is_emergency = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(
        default=0
    )  # grows with each entry; two tablets compare it

    class Meta:
        ordering = ["booked_for_at", "id"]
        indexes = [
            models.Index(fields=["clinic", "state"], name="session_clinic_state"),
            models.Index(fields=["clinic", "booked_for_at"], name="session_clinic_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["chair"],
                condition=Q(state__in=["checked_in", "ready", "dosing", "recovery"]),
                name="session_one_open_a_chair",
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state__in=["checked_in", "ready", "dosing", "recovery"]),
                name="session_one_open_a_patient",
            ),
        ]


class Alert(models.Model):
    """One cause that needs somebody: raised, acknowledged by name, escalated, cleared."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, related_name="alerts")
    cause = models.CharField(max_length=40)  # "blood_pressure", "spo2", "KNAI-19" ...
    level = models.CharField(max_length=10)
    key = models.CharField(max_length=60)  # message key; words live in one catalogue
    values = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True)
    escalations = models.PositiveSmallIntegerField(default=0)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "cause"],
                condition=Q(cleared_at__isnull=True),
                name="alert_one_open_a_cause",
            )
        ]


class SafetyEvent(models.Model):
    """Something the clinic has to look at afterwards: a gate passed by fact, a breach, a serious event."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, related_name="safety_events")
    entry = models.ForeignKey(ChartEntry, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    clause = models.CharField(max_length=10, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    outcome = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(null=True)  # 1 to 5, once somebody judged it
    is_late = models.BooleanField(default=False)  # heard of after the session had ended

    class Meta:
        indexes = [models.Index(fields=["clinic", "closed_at", "opened_at"], name="safety_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="safety_event_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(severity__isnull=True) | Q(severity__range=(1, 5)),
                name="safety_event_severity_1_to_5",
            ),
        ]
