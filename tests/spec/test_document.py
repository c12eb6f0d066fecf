"""A JSON document is answered item by item; what JSON can write and nobody can answer is refused by name."""

import json

import pytest

from knai.core.errors import Malformed
from knai.core.standard import assess_document, read_document

GOOD = {"gate": "start", "now": "2026-03-02T10:00:00Z", "facts": {}}


def read(text):
    return read_document(text.encode())


def written(**changes):
    """The good question as text, some of its values as they stand here."""
    parts = {name: json.dumps(value) for name, value in GOOD.items()} | changes
    return "{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + "}"


def code(value):
    return f'{{"diagnoses": [{{"code": {value}}}]}}'


def nested(levels):
    return "[" * levels + "]" * levels


REFUSED = [
    (written(facts=code(r'"\ud800"')), "facts.diagnoses.0.code", "half a surrogate pair"),
    (written(facts=r'{"\udfff": 1}'), "facts", "half a surrogate pair"),
    (written(facts=code(r'{"\ud800": 1, "\ud800": 2}')), "facts.diagnoses.0.code", "half a"),
    (written(**{r"\ud800": "1"}), "", "half a surrogate pair"),
    (written(gate=r'"\ud800"'), "gate", "half a surrogate pair"),
    (written(facts=code(nested(30))), f"facts.diagnoses.0.code{'.0' * 28}", "deeper than 32 levels"),
    (written(facts=code(nested(900))), f"facts.diagnoses.0.code{'.0' * 28}", "deeper than 32 levels"),
    (written(facts=code(nested(50_000))), "", "deeper than 32 levels"),
    (written(gate='"plan", "gate": "start"'), "gate", "given twice"),
    (written(facts='{"": 1, "": 2}'), "facts", "given twice"),
    (
        written(facts='{"consent": {"refused": true, "refused": false}}'),
        "facts.consent.refused",
        "given twice",
    ),
    (written(facts=code('{"a": 1, "a": 1}')), "facts.diagnoses.0.code.a", "given twice"),
    (written(facts='{"course": {"prior_administrations": 1e99999999999999999999}}'),
     "course.prior_administrations", "without a finite"),
    (written(edition='""'), "edition", "no such edition"),
    (written(edition="0"), "edition", "no such edition"),
    (written(edition="false"), "edition", "no such edition"),
    (written(policy="[]"), "policy", "wanted a table"),
    (written(policy="false"), "policy", "wanted a table"),
    (written(policy="0"), "policy", "wanted a table"),
    (written(policy='""'), "policy", "wanted a table"),
    (written(tz='""'), "tz", "no such time zone"),
    (written(tz="0"), "tz", "wanted a name"),
    (written(tz='"localtime"'), "tz", "no such time zone"),
]  # fmt: skip


@pytest.mark.parametrize("text, field, says", REFUSED)
def test_what_nobody_can_answer_is_refused_by_name(text, field, says):
    with pytest.raises(Malformed, match=says) as wrong:
        assess_document(read(text))
    assert wrong.value.field == field
    str(wrong.value).encode()


@pytest.mark.parametrize("text, field, says", REFUSED)
def test_it_takes_no_other_answer_with_it(text, field, says):
    first, error, last = assess_document(read(f"[{written()}, {text}, {written()}]"))
    assert first == last == assess_document(GOOD)
    assert says in error["error"]


def test_null_alone_reads_as_absent():
    assert assess_document(read(written(tz="null", policy="null", edition="null"))) == (
        assess_document(GOOD)
    )


def test_a_code_may_have_levels_and_any_text():
    text = written(facts=code('{"coding": [{"display": "Ängstlich \\ud83d\\ude00"}]}'))
    answer = assess_document(read(text))
    assert "😀" in json.dumps(answer, ensure_ascii=False)
    assert assess_document(read(written(facts=code(nested(29)))))


def test_a_policy_list_in_another_order_is_the_same():
    same = written(policy='{"infusion_routes": ["sc_infusion", "iv_infusion"]}')
    assert assess_document(read(same)) == assess_document(GOOD)


def test_a_list_too_deep_for_any_parser_still_answers_its_other_items():
    deep = written(facts=code(nested(50_000)))
    odd = written(**{'odd], \\" [': "1"})
    text = f" [{written(tz='null')},\n{deep} , {odd}] "
    first, second, third = assess_document(read(text))
    assert first == assess_document(GOOD)
    assert second == {"error": "nested deeper than 32 levels"}
    assert "no such key" in third["error"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        f"[{nested(50_000)}",
        f"[{nested(50_000)}] 1",
        f"[{nested(50_000)},]",
        f"[{nested(50_000)}, nonsense]",
    ],
    ids=len,
)
def test_what_is_no_list_at_all_is_no_json(text):
    with pytest.raises(Malformed, match="not JSON"):
        read(text)


def test_half_a_pair_written_as_bytes_is_refused_too():
    text = written(facts=code('"?"')).encode().replace(b"?", b"\xed\xa0\x80")
    with pytest.raises(Malformed, match="half a surrogate pair"):
        assess_document(read_document(text))
