"""The patient and the chart. See docs/adr for why one append-only table holds every entry."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from knai.identity.models import Clinic
from knai.kit.ids import uuid7
from knai.practice.models.patient_words import PatientWords


class Patient(models.Model):
    """A person under treatment in one clinic."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="patients")
    mrn = models.CharField(max_length=40)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    born_on = models.DateField()
    sex = models.CharField(max_length=10, blank=True)  # female, male, other; "" unknown
    preferred_name = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=20, blank=True)  # BCP 47, such as en or es-MX
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True)
    died_on = models.DateField(null=True)
    is_restricted = models.BooleanField(
        default=False
    )  # the care team alone; others break the glass
    is_invented = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)  # an import that was undone
    revision = models.PositiveIntegerField(default=0)  # grows with each change; two tabs compare it
    created_at = models.DateTimeField(auto_now_add=True)
    words = PatientWords(default="", editable=False)  # what the search looks in

    class Meta:
        ordering = ["family_name", "given_name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "mrn"], name="patient_mrn_once_a_clinic")
        ]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return ".".join(n[:1] for n in (self.given_name, self.family_name) if n) + "."


class Compartment(models.TextChoices):
    """Who an entry is for. Psychotherapy is its author's alone; see queries.visible_entries."""

    CLINICAL = "clinical", "Clinical"
    PSYCHOTHERAPY = "psychotherapy", "Psychotherapy"
    SUBSTANCE_USE = "substance_use", "Substance-use programme"
    QUALITY = "quality", "Quality"


class Source(models.TextChoices):
    HAND = "hand", "Charted by hand"
    DEVICE = "device", "From a device"
    DOWNTIME = "downtime", "Entered after downtime"
    IMPORT = "import", "Imported"
    SYSTEM = "system", "Made by KNAI"


class ChartEntry(models.Model):
    """One clinical entry: what happened, when it happened, when and by whom it was written.

    Append-only, by trigger. `kind` names a struct of `practice.entries`, `body` is its JSON. A
    correction is a new entry that `amends` this one; a void, an acceptance or an override is an entry
    of its own that names its `target`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="entries")
    session = models.ForeignKey(
        "practice.TreatmentSession", models.PROTECT, null=True, related_name="entries"
    )
    kind = models.CharField(max_length=40)
    compartment = models.CharField(max_length=20, choices=Compartment, default=Compartment.CLINICAL)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.HAND)
    device = models.ForeignKey("practice.Device", models.PROTECT, null=True, related_name="+")
    body = models.JSONField(default=dict)
    amends = models.OneToOneField("self", models.PROTECT, null=True, related_name="amended_by")
    target = models.ForeignKey("self", models.PROTECT, null=True, related_name="marks")
    idempotency_key = models.UUIDField(null=True)

    class Meta:
        ordering = ["effective_at", "id"]
        indexes = [
            models.Index(fields=["session", "effective_at"], name="entry_session"),
            models.Index(fields=["patient", "kind", "effective_at"], name="entry_patient"),
            models.Index(fields=["patient", "effective_at", "id"], name="entry_timeline"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "idempotency_key"], name="entry_posted_once"),
            models.UniqueConstraint(
                fields=["target"], condition=Q(kind="void"), name="entry_voided_once"
            ),
            models.CheckConstraint(
                condition=Q(source="device", device__isnull=False)
                | (~Q(source="device") & Q(recorded_by__isnull=False))
                | Q(source="system"),
                name="entry_by_a_person_or_a_device",
            ),
            models.CheckConstraint(
                condition=Q(amends__isnull=True) | ~Q(amends=F("id")),
                name="entry_amends_another",
            ),
        ]
