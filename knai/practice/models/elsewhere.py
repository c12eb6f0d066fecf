"""What came from elsewhere: codes to choose from, and tables that were imported."""

from django.conf import settings
from django.db import models

from knai.identity.models import Clinic
from knai.kit.ids import uuid7


class DiagnosisCode(models.Model):
    """A code of ICD-10-CM that can be billed, with its title; filled once from the installed release."""

    code = models.CharField(primary_key=True, max_length=10)  # F33.2
    title = models.CharField(max_length=300)
    words = models.CharField(max_length=340)  # code and title, folded, for the search

    class Meta:
        ordering = ["code"]


class ImportRun(models.Model):
    """One table that was read in: tried first, then taken whole or not at all, and undone if wanted.

    mapping  columns: field → column of the table; order: how days are written; leave_out: refused rows
    state    new, trying, tried, waiting, running, done, undoing, undone, failed
    refused  [{row, field, why}], the first thousand; no patient data in `why`
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)  # patients, problems, medications, allergies, sessions
    file_id = models.UUIDField()
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="new")
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # for the progress bar
    refused_count = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)  # by whoever works on it; long ago: they are gone
    why_failed = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-made_at"]


class ImportedRow(models.Model):
    """What one row of a table became."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="made")
    row = models.PositiveIntegerField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["run", "row"], name="imported_run")]
