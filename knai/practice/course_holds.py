"""What a course holds at the start gate: a stop rule that is met, a course that has ended, a plan that waits.

All of it is the clinic's protocol or its order, never the Standard.
"""

from __future__ import annotations

from collections.abc import Iterable

from knai.practice import courses
from knai.practice.facts import Known
from knai.practice.gates import Hold, register_holds

PROTOCOL = "Your protocol"
STOP_RULE, ENDED = "stop_rule", "course_ended"


@register_holds
def hold_by_course(known: Known, gate: str, walk: str) -> Iterable[Hold]:
    course = known.session.course if known.session.course_id else None
    if gate != "start" or course is None or known.doses:
        return
    if course.ended_on is not None:
        yield Hold(
            id=ENDED,
            source=PROTOCOL,
            title="The course has ended",
            because="Nothing more is given in it. Open a new course, or call the visit off.",
            effect="hard_stop",
            who="Prescriber",
        )
        return
    for met in courses.open_rules_of(known.session, known.log, known.now):
        yield Hold(
            id=f"{STOP_RULE}:{met.key}",
            source=PROTOCOL,
            title=f"Stop rule: {met.words}",
            because=f"{met.because} Look at the course before it goes on.",
            effect="overridable",
            who="Prescriber, on the course's page",
        )
