"""Forms a clinic asks people to sign, papers it gave out, and who asked for records."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.chart import Patient
from knai.practice.models.sessions import TreatmentSession


class ConsentForm(models.Model):
    """A clinic's form in one language and version. Once published its words never change.

    text       markdown; the off-label statement stands apart, since KNAI-12 asks for it
    for_treatment  the consent that gates ask for; False: another form, such as one for photographs
    questions  [{ask, right: true or false}]: what the signer is asked to show that it was understood
    revision   counts the writings of a draft, so that two who write one meet
    written_by null: the description of the clinic
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="consent_forms")
    slug = models.SlugField()
    title = models.CharField(max_length=160)
    language = models.CharField(max_length=20, default="en")
    version = models.PositiveIntegerField(default=1)
    text = models.TextField()
    off_label_statement = models.TextField(blank=True)
    valid_days = models.PositiveIntegerField(null=True)  # null: until withdrawn
    needs_witness = models.BooleanField(default=False)
    for_treatment = models.BooleanField(default=True)
    questions = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["slug", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "slug", "language", "version"], name="consent_form_version_once"
            )
        ]


class Paper(models.Model):
    """A paper that was made: what kind, of whom, from which record, and the hash that proves it.

    code      on the paper and in its QR; anybody with the paper can check it, and learns nothing else
    file_id   its bytes, as kept
    dated_on  the day a paper from elsewhere carries
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="papers")
    session = models.ForeignKey(TreatmentSession, models.PROTECT, null=True, related_name="papers")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=160)
    file_id = models.UUIDField()  # kit.KeptFile
    sha256 = models.CharField(max_length=64)
    dated_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["patient", "-made_at"], name="paper_patient")]


class RecordsRequest(models.Model):
    """Somebody asked for records: who, with what right, by when, and what was given or refused."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    asked_by = models.CharField(max_length=160)
    authority = models.CharField(max_length=160)
    wanted = models.TextField()
    compartments = models.JSONField(default=list)
    received_on = models.DateField()
    due_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=20, blank=True)  # given, refused, withdrawn
    outcome_text = models.TextField(blank=True)
    file_id = models.UUIDField(null=True)  # what was given
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("received_on")), name="records_due_after_asked"
            )
        ]


class LegalHold(models.Model):
    """Nothing of this patient may be let go while it stands."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="legal_holds")
    reason = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_because = models.TextField(blank=True)


class PaperSettings(models.Model):
    """What a clinic decides about its papers. Without a row the defaults hold.

    billing_codes     [{"code", "words"}]: what a person may choose on a superbill; KNAI names none itself
    retention_years   how long a chart is kept after the last entry; None: the clinic has not said
    """

    clinic = models.OneToOneField(Clinic, models.PROTECT, primary_key=True, related_name="+")
    billing_codes = models.JSONField(default=list, blank=True)
    retention_years = models.PositiveSmallIntegerField(null=True)
    request_days = models.PositiveSmallIntegerField(default=30)
    revision = models.PositiveIntegerField(default=0)


class Export(models.Model):
    """Charts on their way into one archive: of a patient, or of the whole clinic.

    state    waiting, running, done, failed, removed
    choice   compartments and papers that were chosen
    cursor   how far it is: {"patient", "session"}; what is behind it lies in the archive
    file_id  a patient's archive, as kept; the clinic's own lies in the folder of exports until removed
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    choice = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="waiting")
    cursor = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    touched_at = (
        models.DateTimeField()
    )  # a running one that nobody touched for long is taken up again
    ended_at = models.DateTimeField(null=True)
    file_id = models.UUIDField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    why_failed = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["state", "asked_at"], name="export_waiting")]
