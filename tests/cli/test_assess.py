"""knai assess: JSON in, JSON out, in the same order; what is wrong says so in its place."""

import json

import pytest
from click.testing import CliRunner

from knai.cli.assess import command

GOOD = {"gate": "start", "now": "2026-03-02T10:00:00Z", "facts": {"session": {"purpose": "knai"}}}
LOOSE = GOOD | {"policy": {"charting_interval_min": {"im": 20}}}


def run(document):
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    result = CliRunner().invoke(command, ["-"], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, json.loads(result.stdout)


def test_a_question_gets_28_findings():
    code, answer = run(GOOD)
    assert (code, answer["edition"], answer["gate"], len(answer["findings"])) == (
        0,
        "2020",
        "start",
        28,
    )
    assert answer["findings"][0]["verdict"] == "met"


def test_a_file_is_read_too(tmp_path):
    path = tmp_path / "question.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert (result.exit_code, json.loads(result.stdout)) == run(GOOD)


def test_a_list_gives_a_list_and_a_bad_one_its_reason():
    code, answers = run([GOOD, {"gate": "door"}, GOOD])
    assert code == 2
    assert (answers[0], answers[2]) == (run(GOOD)[1], run(GOOD)[1])
    assert list(answers[1]) == ["error"]
    assert run([GOOD, GOOD])[0] == 0
    assert run([]) == (0, [])


def test_decimals_are_read_as_they_are_written():
    facts = {
        "plan": {"expected_sedation": "minimal", "doses": [{"route": "im", "mg_per_kg": 0.1}] * 3},
        "protocol": {"ceiling_mg_per_kg": {"im": 0.3}},
    }
    assert run(GOOD | {"facts": facts})[1]["findings"][15]["verdict"] == "met"


@pytest.mark.parametrize(
    "document, code, says",
    [
        ("", 2, "not JSON"),
        ("{", 2, "not JSON"),
        (b"\xff\xfe", 2, "not JSON"),
        ("[" * 100_000, 2, "not JSON"),
        ('{"gate": NaN}', 2, "found NaN"),
        ("null", 2, "wanted an object"),
        (r'{"\ud800": 1}', 2, "half a surrogate pair"),
        ('{"gate": "start", "gate": "plan"}', 2, "gate: given twice"),
        (GOOD | {"policy": []}, 2, "policy: "),
        (GOOD | {"gate": "door"}, 2, "gate: "),
        (GOOD | {"facts": {"colour": 1}}, 2, "colour: "),
        (LOOSE, 3, "charting_interval_min.im: 20 is looser than 15"),
    ],
    ids=str,
)
def test_a_single_bad_question_ends_with_the_code_of_its_kind(document, code, says):
    got, answer = run(document)
    assert got == code
    assert says in answer["error"]
