"""The screening: by whom, where, when, and each contraindication present, absent or not asked."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from knai.core.cautions import contraindications
from knai.core.errors import Malformed, Refused
from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient
from knai.practice.screenings import list_screenings
from knai.web.chart.answers import done, show, with_error
from knai.web.gates.forms import PostingForm

HERE = "chart:screening"
ANSWERS = [("present", "Present"), ("absent", "Absent"), ("", "Not asked")]
KIND_WORDS = {
    "absolute": "Absolute: a label forbids it",
    "relative": "Relative: to be weighed",
    "precaution": "Precautions",
}


class ScreeningForm(PostingForm):
    performed_on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))
    place = forms.CharField(label="Where, when elsewhere", required=False, max_length=120)
    screened_by = forms.CharField(label="By whom, when not by you", required=False, max_length=120)
    text = forms.CharField(
        label="What was found, and why treatment is weighed if something speaks against it",
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean(self) -> dict:
        values = super().clean()
        if self.asked("present") and not values.get("text", "").strip():
            self.add_error(
                "text", "Something that speaks against treatment is present. Write what follows."
            )
        return values

    def asked(self, answer: str) -> tuple[str, ...]:
        return tuple(
            one.id for one in contraindications() if self.data.get(f"c-{one.id}", "") == answer
        )

    def body(self) -> e.Screening:
        v = self.cleaned_data
        return e.Screening(
            performed=True,
            performed_on=v["performed_on"].isoformat(),
            place=v["place"],
            screened_by=v["screened_by"],
            present=self.asked("present"),
            absent=self.asked("absent"),
            text=v["text"],
        )


@require_http_methods(["GET", "POST"])
def screening(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Screenings so far, and the form for one."""
    actor = request.actor
    if request.method == "GET":
        actor.must("read_chart")
        today = now().astimezone(actor.clinic.tz).date().isoformat()
        form = ScreeningForm(by=actor, initial={"performed_on": today})
        return _page(request, patient_id, form)
    actor.must("work_up")
    form = ScreeningForm(request.POST, by=actor)
    if not form.is_valid():
        return _page(request, patient_id, form, 422)
    try:
        record_of_patient(by=actor, patient_id=patient_id, body=form.body(), posting=form.posting)
    except (Malformed, Refused) as error:
        return _page(request, patient_id, form, with_error(form, error))
    return done(request, patient_id, HERE, "Screening recorded.")


def _page(
    request: HttpRequest, patient_id: UUID, form: ScreeningForm, status: int = 200
) -> HttpResponse:
    asks = [(one, form.data.get(f"c-{one.id}", "")) for one in contraindications()]
    groups = [
        (words, [(one, answer) for one, answer in asks if one.kind == kind])
        for kind, words in KIND_WORDS.items()
    ]
    context = {
        "form": form,
        "groups": groups,
        "answers": ANSWERS,
        "screenings": list_screenings(by=request.actor, patient_id=patient_id),
        "may_work_up": request.actor.may("work_up"),
    }
    return show(request, "chart/screening.html", patient_id, HERE, context, status)
