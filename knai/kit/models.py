"""The audit: who did what to whose record, and the chain that shows when somebody changed that."""

from django.db import models

from knai.kit.ids import uuid7


class AuditEntry(models.Model):
    """One write or read of patient data. Written in the transaction it tells of; append-only.

    clinic_id, actor_id, patient_id, session_id and subject_id point by value: the audit outlives what
    it speaks of and knows no floor above it.
    """

    clinic_id = models.UUIDField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)  # null: the system itself, or a device
    actor_name = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    patient_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="audit_patient"),
            models.Index(fields=["clinic_id", "id"], name="audit_clinic"),
        ]


class AuditSeal(models.Model):
    """A link of a clinic's chain: entry number `seq` is `entry_id`, and this is the chain's hash so far."""

    clinic_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    entry_id = models.BigIntegerField(unique=True)
    entry_hash = models.CharField(max_length=64)  # SHA-256 of the entry as RFC 8785 JSON
    chain_hash = models.CharField(max_length=64)  # SHA-256 of previous chain hash + entry hash
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["clinic_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["clinic_id", "seq"], name="seal_one_per_place"),
        ]


class KeptFile(models.Model):
    """A file the installation keeps: written once, never changed, found by its id, proved by its hash.

    The bytes lie in the storage under `sha256`; the same bytes lie there once. See kit.files.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    kept_at = models.DateTimeField()
    kept_by_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["clinic_id", "sha256"], name="file_clinic_hash")]


class OutgoingMail(models.Model):
    """A message to be sent once. `key` names its occasion, so that no crash and no second run repeats it."""

    key = models.CharField(max_length=160, unique=True)
    clinic_id = models.UUIDField(null=True)
    to = models.EmailField()
    subject = models.CharField(max_length=160)
    text = models.TextField()  # never patient data
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
