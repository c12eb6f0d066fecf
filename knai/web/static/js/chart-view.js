/* What the chart shows of a session: its span of time, its room on the page, its limits. */
import uPlot from "../vendor/uplot/uPlot.js";

const LEAST_SPAN_S = 600;

/* First to last instant of anything, or what the session was planned for. */
export function spanOf(host) {
  const end = (name) => Date.parse(host.getAttribute(name) ?? "") / 1000;
  const instants = [...host.points.map(({ at }) => at), ...host.lanes.map(({ from }) => from), end("starts-at"), end("ends-at")];
  const known = instants.filter(Number.isFinite);
  if (!known.length) return [0, LEAST_SPAN_S];
  const first = known.reduce((a, b) => Math.min(a, b));
  return [first, Math.max(first + LEAST_SPAN_S, known.reduce((a, b) => Math.max(a, b)))];
}

export function roomIn(plot) {
  const width = Math.max(260, plot.clientWidth);
  return { width, height: Math.round(Math.min(520, Math.max(380, width * 0.5))) };
}

export function limitsOf(host) {
  const number = (name) => (host.getAttribute(name) ? Number(host.getAttribute(name)) : null);
  return { baseline: number("baseline-sbp"), above: number("above-percent"), below: number("below-percent") };
}

/* Times are the clinic's, wherever the browser stands. */
export function dateIn(zone) {
  return (seconds) => (zone ? uPlot.tzDate(new Date(seconds * 1e3), zone) : new Date(seconds * 1e3));
}
