"""Writes docs/reference/standard/ from the clause table and its worked examples; --check only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from knai.core.data import load  # noqa: E402
from knai.core.standard import CARE_CLAUSES, Clause, Policy, assess  # noqa: E402
from knai.core.standard.table import ADOPTED_NOTE, AtGate  # noqa: E402
from tests.spec.worked import Example, load_examples  # noqa: E402

FOLDER = ROOT / "docs" / "reference" / "standard"
BY_HAND = {"readings.md"}
MADE = (
    "Made by `tools/docs_standard.py` from `knai/core/data/standard.toml` and the worked examples in"
    " `tests/spec/standard/`. Change those, then run the tool.\n"
)
ORIGIN = {
    "seed": "It follows from the society's words.",
    "interpretation": "It is one reading of the society's words among several.",
    "design": "It is a choice of this project where the society's words are silent.",
}
CIRCUMSTANCE = {
    "home_not_parenteral": "at home or in a hotel with no parenteral route",
    "hypersensitive": "a hypersensitivity to ketamine is known",
    "inside_limits": "the fresh set is inside the absolute limits",
    "lacks_rationale": "a confirmed `other` lacks its rationale",
    "later_in_the_course": "it is not the first administration of the course",
    "minimal_expected": "minimal sedation is expected",
    "no_baseline_but_fresh_inside_limits": "there is no baseline, but a fresh set inside the absolute limits",
    "only_the_window_is_open": "all that is missing is the end of the observation",
    "qualified_person_now": "a qualifying person is present now",
    "refused_after_timely_instruction": "the patient refused to acknowledge a timely instruction",
}


def pages() -> dict[str, str]:
    """File name → text."""
    made = {f"{clause.id}.md": clause_page(clause) for clause in CARE_CLAUSES}
    return {"index.md": index_page(), **made}


# -- one clause


def clause_page(clause: Clause) -> str:
    return "\n".join(
        [
            f"# {clause.id}: {clause.title}",
            "",
            f"> {clause.quote}",
            "",
            f"**What software checks.** {sentence(clause.logic)}",
            "",
            *optional("Applies when", clause.applies_when),
            f"**Whose reading.** {ORIGIN[clause.origin]} {sentence(ADOPTED_NOTE)}",
            "",
            f"**Who sees to it.** {sentence(clause.responsible)}",
            "",
            *optional("Overrides", clause.override_note),
            "## At the gates",
            "",
            *gate_table(clause),
            "",
            "## Facts it reads",
            "",
            ", ".join(f"`{name}`" for name in clause.facts)
            + "; besides these `session.purpose`, through KNAI-1.",
            "",
            "## At the edges",
            "",
            *(f"- {sentence(case)}" for case in clause.edge_cases),
            "",
            "## Worked examples",
            "",
            "Each is a test. Times are on one invented day, UTC unless another zone is named; `?` stands for"
            " what is not recorded.",
            "",
            *example_table(clause),
            "",
            MADE,
        ]
    )


def optional(label: str, text: str) -> list[str]:
    return [f"**{label}.** {sentence(text)}", ""] if text else []


def sentence(text: str) -> str:
    first = text.split()[0]
    start = text if "_" in first else text[0].upper() + text[1:]  # names keep their spelling
    return start + ("" if text.endswith((".", "!", "?")) else ".")


def gate_table(clause: Clause) -> Iterator[str]:
    if not clause.at:
        yield "It acts at no gate: it is checked once, when the software is accepted."
        return
    yield from row("gate", "effect while it is neither met nor not applicable")
    yield from row("---", "---")
    for gate, entry in clause.at.items():
        yield from row(f"`{gate}`", gate_words(entry))


def gate_words(entry: AtGate) -> str:
    words = f"`{entry.effect}`"
    if entry.only_on is not None:
        words += f", only on `{entry.only_on}`"
    if entry.only_departure:
        words += ", only after " + ", ".join(f"`{each}`" for each in entry.only_departure)
    for unless in entry.unless:
        on = "" if unless.on is None else f" on `{unless.on}`"
        needs = f" with a {unless.override_needs}" if unless.override_needs else ""
        words += f"; `{unless.effect}`{needs}{on} when {CIRCUMSTANCE[unless.when]}"
    return words


def example_table(clause: Clause) -> Iterator[str]:
    yield from row("example", "asked", "facts", "verdict", "effect", "because")
    yield from row(*["---"] * 6)
    for example in load_examples():
        if example.clause == clause.id:
            yield from example_row(example)


def example_row(example: Example) -> Iterator[str]:
    policy = Policy.default().tightened(example.policy)
    found = assess(example.gate, example.now, example.facts, policy, example.tz)
    because = next(each.because for each in found if each.clause == example.clause)
    effect = f"`{example.effect}`" + (f", {example.needs}" if example.needs else "")
    yield from row(
        example.says, asked(example), facts(example), f"`{example.verdict}`", effect, because
    )


def asked(example: Example) -> str:
    zone = "" if example.tz == "UTC" else f", {example.tz}"
    policy = "".join(f"; policy {noted(name, value)}" for name, value in example.policy.items())
    clock = example.now.replace("2026-03-02T", "").removesuffix("Z").replace("T", " ")
    return f"`{example.gate}` {clock}{zone}{policy}"


def facts(example: Example) -> str:
    return "<br>".join(noted(name, value) for name, value in example.noted.items()) or "none"


def noted(name: str, value: Any) -> str:
    if isinstance(value, list):
        shown = ", ".join(str(each) for each in value) or "empty"
    elif isinstance(value, Mapping):
        shown = ", ".join(f"{part} {inner}" for part, inner in value.items())
    else:
        shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name}: {shown}"


def row(*cells: str) -> Iterator[str]:
    yield "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


# -- the index


def index_page() -> str:
    table = load("standard")
    edition = table["edition"]
    return "\n".join(
        [
            "# The Standard as code",
            "",
            f"Edition {edition['edition']}, table {edition['table_version']}, {len(CARE_CLAUSES)} clauses of"
            f" care. {sentence(ADOPTED_NOTE)} The quoted words are the society's own; the rest is read into"
            " them.",
            "",
            "This is decision support: it shows licensed clinicians, who decide, the basis of what it says.",
            "",
            *clause_list(),
            "",
            "What its words leave open at the edges, and what is read there: [readings](readings.md).",
            "",
            *definitions("Gates", table["gates"]),
            *definitions("Effects", table["effects"]),
            "A clause that is met or not applicable has the effect `allow` at every gate; `none` is what an"
            " unmet clause has where it does not act.",
            "",
            *definitions("What holds for all clauses", table["semantics"]),
            "## Policy",
            "",
            "A clinic may move a value only the way called tighter; a floor nobody may loosen.",
            "",
            *policy_table(table["policy"]),
            "",
            *definitions("What a missing fact is read as", table["absent_means"]),
            "Any other fact is unknown when missing.",
            "",
            *readings(table["reading"]),
            MADE,
        ]
    )


def clause_list() -> Iterator[str]:
    for clause in CARE_CLAUSES:
        yield f"- [{clause.id}]({clause.id}.md) {clause.title}"


def definitions(title: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from (f"- `{name}`: {meaning}" for name, meaning in table.items())
    yield ""


def policy_table(policy: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from row("key", "default", "tighter", "origin")
    yield from row(*["---"] * 4)
    for name, entry in policy.items():
        tighter = entry["tighter"]
        way = noted("", tighter).removeprefix(": ") if isinstance(tighter, Mapping) else tighter
        floor = "; floor" if entry.get("floor") else ""
        value = noted("", entry["value"]).removeprefix(": ")
        yield from row(f"`{name}`", value, way + floor, entry["origin"])


def readings(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("## Open readings", "", "A clinical lead should confirm each.", "")
    for each in rows:
        yield f"- **{each['id']}, {each['about']}.** Chosen: {each['chosen']}. Why: {each['why']}."
        yield f"  Also possible: {'; '.join(each['options'])}."
    yield ""


# -- writing


def main(arguments: list[str]) -> int:
    wanted = pages()
    if "--check" in arguments:
        return 1 if complain(wanted) else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


def complain(wanted: Mapping[str, str]) -> bool:
    """Whether a page is missing, stale or left over; each is named."""
    pages = (path for path in FOLDER.glob("*.md") if path.name not in BY_HAND)
    found = {path.name: path.read_text("utf-8") for path in pages}
    stale = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    for name in stale:
        print(f"docs/reference/standard/{name} is stale. Run: python tools/docs_standard.py")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
