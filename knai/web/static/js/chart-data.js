/* From the markup of a chart to figures, and never more than a screen can show. */
export const SIGNS = ["sbp", "dbp", "hr", "spo2", "rr"];
export const MOST_POINTS = 300;

/* One row of the table: {at (s), sbp, dbp, hr, spo2, rr}; what is not there is null. */
export function readRow(row) {
  const point = { at: Date.parse(row.dataset.at) / 1000 };
  for (const sign of SIGNS) {
    const cell = row.querySelector(`data[data-sign="${sign}"]`);
    point[sign] = cell ? Number(cell.value) : null;
  }
  return point;
}

export function fromMessage(sample) {
  const point = { at: Date.parse(sample.at) / 1000 };
  for (const sign of SIGNS) point[sign] = sample[sign] ?? null;
  return point;
}

export function readLane(row) {
  const { lane, at, until, label } = row.dataset;
  return { lane, label, from: Date.parse(at) / 1000, to: until ? Date.parse(until) / 1000 : null };
}

/* Adds points, oldest first, one an instant: the later word about an instant stands. */
export function merge(points, added) {
  const byInstant = new Map(points.map((point) => [point.at, point]));
  for (const point of added) {
    if (Number.isFinite(point.at)) byInstant.set(point.at, { ...byInstant.get(point.at), ...known(point) });
  }
  return [...byInstant.values()].sort((a, b) => a.at - b.at).map(whole);
}

const known = (point) => Object.fromEntries(Object.entries(point).filter(([, value]) => value !== null));
const whole = (point) => ({ sbp: null, dbp: null, hr: null, spo2: null, rr: null, ...point });

/* At most `most` points. Of each stretch of time the extremes stay: a dip must not vanish between two pixels. */
export function thin(points, most = MOST_POINTS) {
  if (points.length <= most) return points;
  const perStretch = 5;
  const stretches = Math.floor((most - 2) / perStretch);
  const kept = new Set([0, points.length - 1]);
  for (let i = 0; i < stretches; i += 1) {
    const from = Math.floor((i * points.length) / stretches);
    const to = Math.floor(((i + 1) * points.length) / stretches);
    for (const index of extremes(points, from, to)) kept.add(index);
  }
  return [...kept].sort((a, b) => a - b).map((index) => points[index]);
}

function extremes(points, from, to) {
  const best = { spo2Low: null, sbpHigh: null, hrHigh: null, hrLow: null, rrLow: null };
  const better = (slot, sign, sense) => (i) => {
    const value = points[i][sign];
    if (value === null) return;
    if (best[slot] === null || sense * value > sense * points[best[slot]][sign]) best[slot] = i;
  };
  const looks = [
    better("spo2Low", "spo2", -1), better("sbpHigh", "sbp", 1), better("hrHigh", "hr", 1),
    better("hrLow", "hr", -1), better("rrLow", "rr", -1),
  ];
  for (let i = from; i < to; i += 1) for (const look of looks) look(i);
  return Object.values(best).filter((index) => index !== null);
}

/* Columns as uPlot wants them: time, then one a sign. */
export function columns(points) {
  return [points.map(({ at }) => at), ...SIGNS.map((sign) => points.map((point) => point[sign]))];
}

/* One instant in words, for the line under the chart and for the ear. */
export function instantWords(point, clock) {
  if (!point) return "";
  const figure = (label, value, unit) => (value === null ? "" : ` · ${label} ${value}${unit}`);
  const bp = point.sbp === null ? "" : ` · BP ${point.sbp}/${point.dbp}`;
  return clock + bp + figure("HR", point.hr, "") + figure("SpO₂", point.spo2, " %") + figure("RR", point.rr, "");
}

export function readPredicted(row) {
  const value = (sign) => Number(row.querySelector(`data[data-sign="${sign}"]`)?.value);
  return { at: Date.parse(row.dataset.at) / 1000, low: value("low"), high: value("high") };
}
