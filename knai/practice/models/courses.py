"""A planned series of sessions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.chart import Patient
from knai.practice.models.clinic import TreatmentProtocol


class TreatmentCourse(models.Model):
    """What is treated, to what end, by which protocol, and how it ended.

    What was planned for each session, and why it departs from the protocol, are entries of kind plan.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="courses")
    protocol = models.ForeignKey(TreatmentProtocol, models.PROTECT, null=True, related_name="+")
    indication = models.CharField(max_length=200)
    indication_code = models.CharField(max_length=10, blank=True)  # ICD-10-CM
    goal = models.TextField(blank=True)
    planned_sessions = models.PositiveSmallIntegerField(null=True)
    steps = models.JSONField(default=list, blank=True)  # over the protocol's; see protocol_document
    stop_rules = models.JSONField(default=list, blank=True)
    measures = models.JSONField(default=list, blank=True)  # instruments that are due with it
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    outcome = models.CharField(
        max_length=30, blank=True
    )  # response, remission, no_response, stopped ...
    outcome_text = models.TextField(blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="course_ends_after_it_starts",
            )
        ]
