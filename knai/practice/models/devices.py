"""Monitors, the values they send, and what could not be charted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.sessions import TreatmentSession


class Device(models.Model):
    """A bedside monitor of a clinic, known by how it names itself in its messages.

    mapping  dialect and its overrides: see interop.hl7v2.mapping
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="devices")
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=60)
    mapping = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    last_heard_at = models.DateTimeField(null=True)


class DeviceAttachment(models.Model):
    """A monitor on a patient, because a person said so on the screen; it ends when the patient leaves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, related_name="attachments")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, related_name="attachments")
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    patient_ref = models.CharField(
        max_length=60, blank=True
    )  # the id the monitor may send for them
    detached_at = models.DateTimeField(null=True)
    detached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(detached_at__isnull=True),
                name="device_on_one_patient",
            )
        ]


class RawMessage(models.Model):
    """A message as it came, kept for replay and proof."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    peer = models.CharField(max_length=60, blank=True)
    control_id = models.CharField(max_length=200, blank=True)
    body = models.BinaryField()


class DeviceSample(models.Model):
    """One value a monitor measured on a patient. Append-only; bulk rows, so a plain bigint."""

    id = models.BigAutoField(primary_key=True)
    clinic_id = models.UUIDField()
    # No foreign-key checks on the hot path: both rows are never deleted, and each check costs a look-up.
    session = models.ForeignKey(
        TreatmentSession, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    device = models.ForeignKey(
        Device, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    code = models.CharField(max_length=12)
    sub_id = models.CharField(max_length=40)
    at = models.DateTimeField()
    value = models.FloatField()
    raw = models.ForeignKey(
        RawMessage, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        constraints = [
            # Time before code: what arrives together lies together, so a commit touches one page of the
            # index a session instead of one a sign.
            models.UniqueConstraint(
                fields=["session", "at", "code", "device", "sub_id", "value"],
                name="sample_charted_once",
            )
        ]


class QuarantineItem(models.Model):
    """A value or a message that must not be charted until a person has settled why.

    A monitor repeats itself every second: the same trouble within a minute is counted here, not listed anew.

    raw             the first message it was seen in
    last_at, count  when it was seen last, and how often
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")
    raw = models.ForeignKey(RawMessage, models.PROTECT, related_name="quarantined")
    obx = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_how = models.CharField(max_length=20, blank=True)  # replayed, discarded

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "settled_at", "-created_at"], name="quarantine_open")
        ]
