"""The Standard's view of a running session, for the alerts of its clauses."""

from __future__ import annotations

from uuid import UUID

from knai.core.standard import Finding
from knai.identity.actors import system_actor
from knai.practice import queries
from knai.practice.gates import findings_at
from knai.practice.models import TreatmentSession


def judge(session_id: UUID) -> tuple[Finding, ...]:
    """All findings at the gate “during”, now."""
    clinic = TreatmentSession.objects.select_related("clinic").get(pk=session_id).clinic
    by = system_actor(clinic)
    session = queries.get_session(by=by, session_id=session_id)
    return findings_at(by=by, session=session, gate="during").findings
