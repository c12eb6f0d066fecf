"""What settles each clause: a form in place, or the page where it is settled. One thing each."""

from __future__ import annotations

from dataclasses import dataclass

from knai.identity.actors import Actor


@dataclass(frozen=True, slots=True)
class Settle:
    """form: a template in gates/settle/ that settles it in place; else url_name leads to where it is done."""

    label: str
    permission: str
    form: str = ""
    url_name: str = ""
    url_args: tuple[str, ...] = ()
    comes_back: bool = False


def _work_up(label: str, part: str) -> Settle:
    return Settle(label, "work_up", url_name="gates:work-up", url_args=(part,), comes_back=True)


_CONSENT = _work_up("Record the consent", "consent")
_HISTORY = _work_up("Record the history", "history")
_PLAN = Settle("Make the plan", "prescribe", url_name="gates:plan", comes_back=True)
_VITALS = Settle("Take vital signs", "chart", url_name="sessions:chart", url_args=("vitals",))
_SIGN_IN = Settle("Who is on site?", "roster", form="gates/settle/sign_in.html")

_BY_CLAUSE: dict[str, Settle] = {
    "KNAI-1": Settle("Set the purpose", "prescribe", form="gates/settle/purpose.html"),
    "KNAI-2": _work_up("Record the screening", "screening"),
    "KNAI-3": _work_up("Record the condition", "diagnosis"),
    "KNAI-4": _HISTORY,
    "KNAI-5": _work_up("Record the examination", "physical"),
    "KNAI-6": _HISTORY,
    "KNAI-7": _HISTORY,
    "KNAI-8": _work_up("Record the medicines", "medications"),
    "KNAI-9": _work_up("Record the allergies", "allergies"),
    "KNAI-10": _work_up("Review the interactions", "interaction_review"),
    "KNAI-11": _CONSENT,
    "KNAI-12": _CONSENT,
    "KNAI-13": _CONSENT,
    "KNAI-15": _PLAN,
    "KNAI-16": _PLAN,
    "KNAI-18": _VITALS,
    "KNAI-20": _VITALS,
    "KNAI-21": _SIGN_IN,
    "KNAI-22": _SIGN_IN,
    "KNAI-23": Settle("Arrange the way home", "check_in", form="gates/settle/transport.html"),
    "KNAI-24": Settle(
        "How does the patient leave?", "check_in", form="gates/settle/transport.html"
    ),
    "KNAI-25": Settle("Tell the driving rule", "discharge", form="gates/settle/driving.html"),
    "KNAI-27": _PLAN,
}


def wants_plan(clause: str) -> bool:
    return _BY_CLAUSE.get(clause) is _PLAN


def settle_for(clause: str, by: Actor) -> Settle | None:
    """What this person can do about a clause. None: nothing here; it says so itself."""
    settle = _BY_CLAUSE.get(clause)
    return settle if settle is not None and by.may(settle.permission) else None


def way_to_settle(clause: str) -> Settle | None:
    """What settles a clause, whoever it is that can."""
    return _BY_CLAUSE.get(clause)
