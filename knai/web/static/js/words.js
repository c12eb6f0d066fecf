/* How spans and changes are written. The same as knai/web/words.py; a test holds them together. */
const two = (number) => String(number).padStart(2, "0");

export function elapsedWords(seconds) {
  const whole = Math.max(0, Math.trunc(seconds));
  return `${two(Math.trunc(whole / 3600))}:${two(Math.trunc((whole % 3600) / 60))}:${two(whole % 60)}`;
}

export function countdownWords(seconds) {
  const whole = Math.abs(Math.trunc(seconds));
  return `${seconds <= -1 ? "−" : ""}${two(Math.trunc(whole / 60))}:${two(whole % 60)}`;
}

export function deltaWords(change) {
  if (change === null || change === undefined) return "";
  if (!change) return "±0";
  return `${change > 0 ? "↑" : "↓"}${Math.abs(change)}`;
}

export function sparkPoints(values, width = 120, height = 32) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return "";
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = Math.max(high - low, 20);
  const base = (low + high - span) / 2;
  const step = width / (known.length - 1);
  return known
    .map((value, i) => `${(i * step).toFixed(1)},${(height - ((value - base) / span) * height).toFixed(1)}`)
    .join(" ");
}

export function clockWords(ms, zone) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined };
  return new Intl.DateTimeFormat("en-GB", options).format(ms);
}

export function entries(count) {
  return count === 1 ? "1 entry" : `${count} entries`;
}
