"""The structured form of a draft: every field of its document, repeated ones in rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from knai.core.check_items import starter_rows
from knai.core.errors import Malformed
from knai.core.substances import modalities, substances
from knai.identity.models import Role
from knai.practice.protocol_view import CONDITIONS, ROUTES, SEDATION, SUPERVISION, WALKS
from knai.practice.stop_rules import KINDS
from knai.web.gates.forms import ActorForm, ExactField
from knai.web.sessions.forms import plain

NONE = ("", "–")
ANOTHER = "another"
RULES = [(kind, words.format("…") or "A reminder in words") for kind, words in KINDS.items()]
EFFECTS = [
    ("overridable", "a prescriber may override it"),
    ("hard_stop", "nobody may"),
    ("note", "only shown"),
]
TRI = [("", "as the substance says"), ("yes", "off-label"), ("no", "within its label")]
DISCLOSED = [
    ("", "not answered"),
    ("yes", "every ingredient is disclosed"),
    ("no", "something is withheld"),
]


def _exact(label: str, **more: Any) -> ExactField:
    return ExactField(required=False, label=label, **more)


def _whole(label: str, low: int = 0, high: int = 1440, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=low, max_value=high, **more)


def _line(label: str, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, **more)


def _text(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=4000, widget=widget, **more)


def _choice(label: str, pairs: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=pairs, required=False, **more)


class NewForm(ActorForm):
    """What a protocol cannot begin without."""

    name = forms.CharField(label="Name", max_length=120, help_text="as the public will read it")
    route = forms.ChoiceField(label="Route", choices=list(ROUTES.items()))
    substance = forms.ChoiceField(
        label="Substance",
        choices=lambda: [*((s.id, s.name) for s in substances().values()), (ANOTHER, "Another")],
    )


class DocumentForm(ActorForm):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    substance = forms.ChoiceField(
        label="Substance",
        choices=lambda: [*((s.id, s.name) for s in substances().values()), (ANOTHER, "Another")],
    )
    own_name = _line("Its name, when it is another", 40)
    own_observation_min = _whole("Observation after it, when it is another")
    own_source = _line("Where that is written")
    modality = forms.ChoiceField(
        label="Kind of treatment", choices=lambda: [(m.id, m.name) for m in modalities().values()]
    )
    route = forms.ChoiceField(label="Route", choices=list(ROUTES.items()))
    summary = _text("In short", help_text="for patients and the public")
    indications = forms.MultipleChoiceField(
        label="For", required=False, choices=list(CONDITIONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    use_is_off_label = _choice(
        "Use", TRI, help_text="outside a label it is off-label whatever stands here"
    )

    mg_per_kg = _exact("First dose, by weight")
    mg = _exact("or a fixed first dose")
    duration_min = _exact("Over")
    expected_sedation = _choice("Deepest sedation expected", [NONE, *SEDATION.items()])
    supervision = _choice("Supervision", list(SUPERVISION.items()), initial="in_person")

    form = _choice("Form", [NONE, ("hydrochloride", "hydrochloride"), ("base", "strength as base")])
    concentration_mg_per_ml = _exact("Strength of the vial")
    diluent = _line("Diluent")
    final_volume_ml = _exact("Final volume")
    use_within_h = _whole("Used within", 0, 720)
    instructions = _text("How it is made ready")
    prepared_by = _line("Prepared by", help_text="role, or the pharmacy")
    all_ingredients_disclosed = _choice("Disclosure", DISCLOSED)

    vitals_during_min = _whole("Vital signs during, every", 1)
    vitals_after_min = _whole("Vital signs after, every", 1)
    sedation_during_min = _whole("Sedation, every", 1)
    monitoring = _text("Besides")
    discharge_rule = _text("When the patient may leave")
    observation_min = _whole(
        "Stay after the last dose, at least", help_text="beyond what a label asks"
    )

    preparation_min = _whole("Preparation")
    dosing_min = _whole("Dosing", help_text="an infusion's own time counts by itself")
    recovery_min = _whole("Recovery")

    sessions = _whole("Sessions in a course", 1, 100)
    schedule = _line("How often", help_text="such as: twice a week, then weekly")
    measures = _text("Measures due with a course", help_text="one a line")

    starter = forms.MultipleChoiceField(
        label="Checks that come with KNAI", required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(key, row["title"]) for key, row in starter_rows().items()],
    )  # fmt: skip
    kept = forms.MultipleChoiceField(
        label="Checks written another way, kept as they are", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    deviations = _text("Where it departs from the Standard, and why")
    sources = _text("Sources")
    public_location = _line(
        "Published elsewhere at", help_text="empty: at this clinic's own public page"
    )

    def __init__(self, *args: Any, kept: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = kept
        for key, row in starter_rows().items():
            if row["answer"] == "time":
                self.fields[f"ago_{key}"] = _whole(f"{row['title']}: at least", 0, 20160)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("substance") == ANOTHER and not (values.get("own_name") or "").strip():
            self.add_error("own_name", "Give the substance its name.")
        if values.get("mg_per_kg") is not None and values.get("mg") is not None:
            self.add_error("mg", "A dose by weight or a fixed one, not both.")
        return values


class RowForm(forms.Form):
    """One row of a list; an empty one is no row. `needed`: what a row cannot do without."""

    needed: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.is_row(values):
            for name in self.needed:
                if not values.get(name):
                    self.add_error(name, "Fill this in, or empty the row.")
        return values

    def is_row(self, values: dict[str, Any]) -> bool:
        typed = {
            n: v for n, v in values.items() if not isinstance(self.fields[n], forms.ChoiceField)
        }
        return any(value not in (None, "") for value in typed.values())


class CeilingRow(RowForm):
    needed = ("route", "mg_per_kg")
    route = _choice("Route", [NONE, *ROUTES.items()])
    mg_per_kg = _exact("At most in a session, mg/kg")
    mg_per_kg_per_h = _exact("At most an hour, mg/kg/h")


class StepRow(RowForm):
    needed = ("from_session",)
    from_session = _whole("From session", 1, 100)
    mg_per_kg = _exact("mg/kg")
    mg = _exact("or mg")
    duration_min = _exact("over min")
    reason = _line("Because")


class IngredientRow(RowForm):
    needed = ("name",)
    name = _line("Ingredient", 120)
    strength = _line("Strength", 60)


class StaffRow(RowForm):
    needed = ("role",)
    count = _whole("How many", 1, 20)
    role = _choice("Role", [NONE, *Role.choices])
    note = _line("Who, and what for")


class RuleRow(RowForm):
    kind = _choice("Rule", RULES)
    value = _exact("Figure")
    text = _line("In words")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        is_reminder = values.get("kind") == "reminder"
        if self.is_row(values) and not is_reminder and values.get("value") is None:
            self.add_error("value", "This rule wants a figure.")
        if self.is_row(values) and is_reminder and not values.get("text"):
            self.add_error("text", "A reminder wants its words.")
        return values


class CheckRow(RowForm):
    """A check of the clinic's own: answered yes or no, and yes settles it."""

    needed = ("title", "question")
    title = _line("Check", 80)
    question = _line("Question that yes settles")
    walk = _choice("Where", list(WALKS.items()))
    effect = _choice("While it is not settled", EFFECTS)


ROWS: dict[str, type[RowForm]] = {
    "ceilings": CeilingRow, "steps": StepRow, "ingredients": IngredientRow, "staff": StaffRow,
    "rules": RuleRow, "own_checks": CheckRow,
}  # fmt: skip
BLANK_ROWS = 2
MOST_ROWS = 40


def row_sets(data: Any, initial: dict[str, list[dict[str, Any]]]) -> dict[str, BaseFormSet]:
    """Every list of the form, with two empty rows to add."""
    made = {}
    for name, form in ROWS.items():
        factory = formset_factory(form, extra=BLANK_ROWS, max_num=MOST_ROWS)
        made[name] = factory(data, initial=initial.get(name, []), prefix=name)
    return made


def rows_of(rows: BaseFormSet) -> list[dict[str, Any]]:
    """What was typed, without the empty rows."""
    return [form.cleaned_data for form in rows.forms if form.is_row(form.cleaned_data)]


def refuse(form: DocumentForm, error: Malformed) -> None:
    form.add_error(error.field if error.field in form.fields else None, plain(error))
