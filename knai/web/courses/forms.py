"""The form of a course: what is treated, to what end, by which protocol, and what is to come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, formset_factory

from knai.core.numbers import show
from knai.practice.actions.courses import Wanted
from knai.practice.courses import OUTCOMES
from knai.practice.protocol_document import Step, StopRule
from knai.web.gates.forms import ActorForm
from knai.web.protocols.forms import RuleRow, StepRow, rows_of

SETS = {"steps": StepRow, "rules": RuleRow}


class CourseForm(ActorForm):
    course_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    condition = forms.ChoiceField(label="What is treated", widget=forms.RadioSelect)
    goal = forms.CharField(
        label="Goal", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    protocol = forms.ChoiceField(label="Protocol")
    planned_sessions = forms.IntegerField(
        label="Sessions", required=False, min_value=1, max_value=100,
        help_text="empty: as the protocol plans",
    )  # fmt: skip
    measures = forms.CharField(
        label="Measures due", required=False, max_length=2000,
        help_text="one a line; empty: as the protocol has them",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, conditions: list[tuple[str, str, str]], protocols: list, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.conditions = {f"{text}|{code}": (text, code) for _, code, text in conditions}
        self.fields["condition"].choices = [
            (key, f"{text} ({code})" if code else text)
            for key, (text, code) in self.conditions.items()
        ]
        self.fields["protocol"].choices = [(str(pk), words) for pk, words in protocols]

    def wanted(self, sets: dict[str, BaseFormSet], *, is_new: bool) -> Wanted:
        v = self.cleaned_data
        text, code = self.conditions[v["condition"]]
        rules = tuple(StopRule(r["kind"], r["value"], r["text"]) for r in rows_of(sets["rules"]))
        measures = tuple(line.strip() for line in v["measures"].splitlines() if line.strip())
        steps = (Step(**{n: r[n] for n in Step.__struct_fields__}) for r in rows_of(sets["steps"]))
        return Wanted(
            protocol_id=UUID(v["protocol"]),
            indication=text,
            indication_code=code,
            goal=v["goal"],
            planned_sessions=v["planned_sessions"],
            steps=tuple(sorted(steps, key=lambda step: step.from_session)),
            rules=None if is_new and not rules else rules,
            measures=None if is_new and not measures else measures,
        )


def sets_of(data: Any, view: Any = None) -> dict[str, BaseFormSet]:
    """Steps and stop rules in rows, with two empty ones. view: of the course that is changed."""
    initial: dict[str, list[dict[str, Any]]] = {"steps": [], "rules": []}
    if view is not None:
        initial["steps"] = [
            {n: _shown(getattr(s, n)) for n in Step.__struct_fields__} for s in view.steps
        ]
        initial["rules"] = [
            {n: _shown(getattr(r, n)) for n in StopRule.__struct_fields__} for r in view.rules
        ]
    return {
        name: formset_factory(form, extra=2, max_num=20)(data, initial=initial[name], prefix=name)
        for name, form in SETS.items()
    }


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, str | int) else show(value)


class EndForm(ActorForm):
    outcome = forms.ChoiceField(label="How it ended", choices=OUTCOMES, widget=forms.RadioSelect)
    text = forms.CharField(
        label="In words", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="when it was stopped early: because of what",
    )  # fmt: skip
    ended_on = forms.DateField(
        label="On",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="empty: today",
    )
