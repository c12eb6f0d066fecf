/* What a session screen says of the monitor's figures, of a new entry, and of what is due. */

export function liveWords(tile) {
  const figure = (label, value) => (value === null || value === undefined ? "" : `${label} ${Math.round(value)}`);
  const bp = tile.sbp ? `BP ${Math.round(tile.sbp)}/${Math.round(tile.dbp)}` : "";
  return [bp, figure("HR", tile.hr), figure("SpO₂", tile.spo2), figure("RR", tile.rr)].filter(Boolean).join(" · ");
}

/* What is said of a new entry: nothing when the newest is the one that was there before. */
export function heardWords(before, list) {
  return list && before !== null && list.dataset.newest > before ? `New: ${list.dataset.words}` : "";
}

export function isDue(due, now) {
  return Date.parse(due) <= now;
}
