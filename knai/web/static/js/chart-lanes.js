/* Doses, events, sedation and presence: one lane each in the room above the plot. */
export const LANES = ["dose", "event", "sedation", "presence"];
export const LANE_HEIGHT = 24;

export function drawLanes(u, { lanes, names, colours, span }) {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  ctx.save();
  ctx.font = `${12 * px}px ${colours.font}`;
  ctx.textBaseline = "middle";
  names.forEach((lane, row) => {
    const y = (row * LANE_HEIGHT + 4) * px;
    ctx.fillStyle = colours.soft;
    ctx.textAlign = "right";
    ctx.fillText(lane, bbox.left - 8 * px, y + (LANE_HEIGHT * px) / 2);
    ctx.textAlign = "left";
    const items = lanes.filter((each) => each.lane === lane);
    items.forEach((item, i) => drawItem(u, item, { y, colours, endS: span()[1], nextS: items[i + 1]?.from }));
  });
  ctx.restore();
}

/* A block as long as the thing lasted; its words inside when they fit, else after it. */
function drawItem(u, item, { y, colours, endS, nextS }) {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  const right = bbox.left + bbox.width;
  const place = (seconds) => Math.min(right, Math.max(bbox.left, u.valToPos(seconds, "x", true)));
  const lasts = item.to !== null || item.lane === "presence";
  const x = place(item.from);
  const end = Math.max(lasts ? place(item.to ?? endS) : x, x + 4 * px);
  ctx.fillStyle = { dose: colours.dose, event: colours.event }[item.lane] ?? colours.block;
  ctx.fillRect(x, y + 3 * px, Math.max(end - x - 2 * px, 3 * px), (LANE_HEIGHT - 6) * px); // 2 px apart from the next
  const inside = ctx.measureText(item.label).width < end - x - 10 * px;
  const from = (inside ? x : end) + 6 * px;
  const until = inside ? end : nextS ? place(nextS) : right;
  ctx.fillStyle = inside && item.lane === "dose" ? colours.onDose : colours.ink;
  ctx.fillText(fit(ctx, item.label, until - from), from, y + (LANE_HEIGHT * px) / 2);
}

function fit(ctx, text, room) {
  if (ctx.measureText(text).width <= room) return text;
  let short = text;
  while (short && ctx.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return short ? `${short}…` : "";
}
