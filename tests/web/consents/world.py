"""Forms to sign. Everybody who signs is invented."""

from __future__ import annotations

from knai.practice.actions import consent_forms as act
from knai.practice.form_words import FormWords
from knai.practice.models import ConsentForm

WORDS = FormWords(
    title="Consent to treatment",
    text="## What is proposed\n\nKetamine, as explained.",
    off_label_statement="This use is off-label.",
    valid_days=365,
)


def published(cast, words: FormWords = WORDS) -> ConsentForm:
    by = cast.actor("okafor")
    return act.publish_form(by=by, form_id=act.write_form(by=by, words=words).pk)


def draft(cast, title: str = "A draft") -> ConsentForm:
    return act.write_form(by=cast.actor("okafor"), words=FormWords(title=title, text=""))
