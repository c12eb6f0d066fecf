"""Which table, and which of its columns is which."""

from __future__ import annotations

from typing import Any

from django import forms

from knai.kit.files import MOST_UPLOAD_BYTES
from knai.kit.ids import uuid7
from knai.practice.imports.kinds import KINDS, ORDERS


class BringForm(forms.Form):
    kind = forms.ChoiceField(
        label="What it holds", choices=[(kind.name, kind.label) for kind in KINDS.values()]
    )
    file = forms.FileField(
        label="Table",
        help_text=f"CSV, at most {MOST_UPLOAD_BYTES // 1_048_576} MB. The first row names the columns.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid7())


class MappingForm(forms.Form):
    """A choice of column for each field of the kind; days in one order for the whole table."""

    order = forms.ChoiceField(label="Days are written", choices=list(ORDERS.items()))

    def __init__(self, data: Any, *, kind: str, columns: tuple[str, ...], mapping: dict[str, Any]):
        super().__init__(data, initial={"order": mapping.get("order", "ymd")})
        chosen = mapping.get("columns", {})
        choices = [("", "not in this table")] + [(name, name) for name in columns if name]
        for column in KINDS[kind].columns:
            self.fields[column.name] = forms.ChoiceField(
                label=column.label, choices=choices, required=column.wanted, help_text=column.hint,
                initial=chosen.get(column.name, ""),
                error_messages={"required": f"Which column holds “{column.label}”?"},
            )  # fmt: skip
        self.order_fields([column.name for column in KINDS[kind].columns])

    @property
    def columns(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "order"}
