const MAX_GAP_S = 20 * 60;

/* A line stops only where nothing was measured for long; a missed single value does not break it. */
export function longGaps(u, seriesIndex, first, last) {
  const [times, values] = [u.data[0], u.data[seriesIndex]];
  const gaps = [];
  let before = null;
  for (let i = first; i <= last; i += 1) {
    if (values[i] === null || values[i] === undefined) continue;
    if (before !== null && times[i] - times[before] > MAX_GAP_S) {
      gaps.push([u.valToPos(times[before], "x", true), u.valToPos(times[i], "x", true)]);
    }
    before = i;
  }
  return gaps;
}
