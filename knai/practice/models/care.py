"""Who cares for a patient, who broke the glass, and which two records are one person."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.chart import Patient


class CareTeamMember(models.Model):
    """A person's part in one patient's care, for a time.

    part    prescriber, therapist, monitor
    shares  what the patient lets an outside therapist see: sessions, scores, notes, medications
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="care_team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    part = models.CharField(max_length=20)
    shares = models.JSONField(default=list, blank=True)
    agreed_on = models.DateField(
        null=True
    )  # when the patient allowed it; wanted for outside therapists
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user", "part"],
                condition=Q(ended_at__isnull=True),
                name="care_team_part_once",
            )
        ]


class BrokenGlass(models.Model):
    """Somebody outside the care team opened a restricted chart, said why, and the owner was told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    broken_at = models.DateTimeField()
    until_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)  # when the owner looked into it
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-broken_at"]


class PatientLink(models.Model):
    """Two records are one person: `duplicate` is read with `kept`. Rows never move; a link can be undone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    duplicate = models.ForeignKey(Patient, models.PROTECT, related_name="linked_to")
    kept = models.ForeignKey(Patient, models.PROTECT, related_name="linked_here")
    reason = models.TextField()
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(undone_at__isnull=True),
                name="patient_linked_once",
            ),
            models.CheckConstraint(
                condition=~Q(duplicate=F("kept")), name="patient_linked_to_another"
            ),
        ]
