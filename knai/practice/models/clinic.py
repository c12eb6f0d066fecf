"""A clinic's own things: chairs, who is on site, and the protocols it treats by."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic, Site
from knai.kit.ids import uuid7


class Chair(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="chairs")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="chairs")
    closed_on = models.DateField(null=True)  # the last day it was used

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "name"], name="chair_name_once_a_clinic")
        ]


class RosterStay(models.Model):
    """A person on site in a clinic from an instant until they leave; what KNAI-21 calls presence."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)  # somebody said then: still here
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["arrived_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "user"],
                condition=Q(left_at__isnull=True),
                name="roster_on_site_once",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="roster_leaves_after_arriving",
            ),
        ]


class TreatmentProtocol(models.Model):
    """A clinic's regimen, versioned. A new version is a new row; the old one stays readable.

    document  route, dose, ceilings, charting interval, discharge rule, ingredients, clinic checks:
              see practice.protocols for its shape
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="protocols")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    substance = models.CharField(max_length=40, default="racemic_ketamine")
    modality = models.CharField(max_length=40, default="ketamine")
    route = models.CharField(max_length=20)
    document = models.JSONField(default=dict)
    is_public = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # no new plan is made from it; it stays readable
    withdrawn_because = models.CharField(max_length=200, blank=True)
    authors = models.JSONField(
        default=list
    )  # ids of who wrote it, the last hand last; none may approve
    revision = models.PositiveIntegerField(default=0)  # of a draft: grows with each change

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "name", "version"], name="protocol_version_once"
            )
        ]
