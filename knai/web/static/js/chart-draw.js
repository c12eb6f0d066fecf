/* What lies behind the curves: a part of the height for each sign, baseline and tolerance, the model's range. */
/* Parts of the height, 0 = bottom, so that signs stand above each other on one time axis. */
export const PARTS = { rr: [0, 0.15], spo2: [0.22, 0.38], main: [0.46, 1] };
const NAMES = { spo2: "SpO₂ %", rr: "RR /min" };

/* A scale whose values from `low` to `high` fill only that part. */
export function partRange(low, high, from, to) {
  const unit = (high - low) / (to - from);
  return [low - unit * from, low - unit * from + unit];
}

export function scales(points) {
  const values = (...signs) => points.flatMap((point) => signs.map((sign) => point[sign])).filter((v) => v !== null);
  const top = Math.max(160, ...values("sbp", "hr").map((v) => Math.ceil((v + 8) / 20) * 20));
  const bottom = Math.min(40, ...values("dbp", "hr").map((v) => Math.floor((v - 4) / 20) * 20));
  const lowest = Math.min(90, ...values("spo2").map((v) => Math.floor((v - 1) / 5) * 5));
  const fastest = Math.max(30, ...values("rr").map((v) => Math.ceil(v / 10) * 10));
  return { main: [Math.max(0, bottom), top], spo2: [Math.max(0, lowest), 100], rr: [0, fastest] };
}

/* Baseline of the systolic pressure and what may differ from it. */
export function drawTolerance(u, { baseline, above, below, colours }) {
  if (baseline === null) return;
  const { ctx, bbox } = u;
  const y = (value) => u.valToPos(value, "main", true);
  ctx.save();
  if (above !== null && below !== null) {
    const high = y(baseline * (1 + above / 100));
    ctx.fillStyle = colours.tolerance;
    ctx.fillRect(bbox.left, high, bbox.width, y(baseline * (1 - below / 100)) - high);
  }
  line(u, y(baseline), colours.soft, [6, 4]);
  label(u, `baseline ${baseline}`, y(baseline) - 8 * devicePixelRatio, colours.soft, "right");
  ctx.restore();
}

/* Rules and names of the lower signs; the upper ones have the axis. */
export function drawParts(u, { colours }, range) {
  u.ctx.save();
  for (const [sign, name] of Object.entries(NAMES)) {
    for (const value of range[sign]) {
      const y = u.valToPos(value, sign, true);
      line(u, y, colours.line, []);
      label(u, String(value), y, colours.soft, "axis");
    }
    label(u, name, u.valToPos(range[sign][1], sign, true) - 9 * devicePixelRatio, colours[sign], "left");
  }
  u.ctx.restore();
}

/* A model's range: a soft ground without a line, as nobody measured it. */
export function drawPredicted(u, { predicted, colours }) {
  if (!predicted.length) return;
  const { ctx, bbox } = u;
  const most = Math.max(...predicted.map(({ high }) => high)) || 1;
  const foot = bbox.top + bbox.height * (1 - PARTS.main[0]);
  const place = ({ at }, value) => [u.valToPos(at, "x", true), foot - (value / most) * (foot - bbox.top) * 0.6];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  for (const point of predicted) ctx.lineTo(...place(point, point.high));
  for (const point of [...predicted].reverse()) ctx.lineTo(...place(point, point.low));
  ctx.closePath();
  ctx.fillStyle = colours.predicted;
  ctx.fill();
  ctx.restore();
}

function line({ ctx, bbox }, y, colour, dash) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
}

function label({ ctx, bbox }, words, y, colour, where) {
  const px = devicePixelRatio;
  ctx.font = `${12 * px}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.fillStyle = colour;
  ctx.textBaseline = "middle";
  ctx.textAlign = where === "left" ? "left" : "right";
  const x = { left: bbox.left + 4 * px, right: bbox.left + bbox.width - 4 * px, axis: bbox.left - 8 * px }[where];
  ctx.fillText(words, x, y);
}
