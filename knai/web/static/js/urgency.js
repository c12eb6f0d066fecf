/* Which chair needs somebody first. */
const ALERTS = ["emergency", "critical", "alert", "caution"];
const PHASES = ["emergency", "dosing", "recovery", "ready", "checked_in", "booked", "aborted", "cancelled", "departed"];

const rank = (list, name) => (list.includes(name) ? list.indexOf(name) : list.length);

/* The smaller tuple comes first: alert, overdue vitals, phase, then the chair's own place. */
export function urgency({ alert, phase, overdue, chair }) {
  return [rank(ALERTS, alert), overdue ? 0 : 1, rank(PHASES, phase), chair];
}

export function compareUrgency(a, b) {
  const left = urgency(a);
  const right = urgency(b);
  for (let i = 0; i < 3; i += 1) if (left[i] !== right[i]) return left[i] - right[i];
  return String(left[3]).localeCompare(String(right[3]), "en", { numeric: true });
}
