"""The Standard as code: facts in, verdicts out.

    findings = assess("discharge", now, facts)

Every face only gathers facts and shows findings; none decides.
"""

from knai.core.standard.assessing import assess
from knai.core.standard.document import assess_document, read_document
from knai.core.standard.policy import Policy, tighter_ways
from knai.core.standard.reading import Facts, read_facts
from knai.core.standard.table import CARE_CLAUSES, EDITION, GATES, TABLE_VERSION, Clause
from knai.core.standard.verdicts import Effect, Finding, Verdict

__all__ = [
    "CARE_CLAUSES",
    "EDITION",
    "GATES",
    "TABLE_VERSION",
    "Clause",
    "Effect",
    "Facts",
    "Finding",
    "Policy",
    "Verdict",
    "assess",
    "assess_document",
    "read_document",
    "read_facts",
    "tighter_ways",
]
