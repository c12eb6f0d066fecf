/* The chart as uPlot wants it described. */
import { PARTS, drawParts, drawPredicted, drawTolerance, partRange, scales } from "./chart-draw.js";
import { longGaps } from "./chart-gaps.js";
import { LANE_HEIGHT, drawLanes } from "./chart-lanes.js";

const DASHES = { hr: [8, 4], rr: [2, 4] };
const FEW_POINTS = 60;

export function chartOptions(view) {
  const range = scales(view.points);
  const part = (name) => ({ range: () => partRange(...range[name], ...PARTS[name]), auto: false });
  return {
    width: view.width,
    height: view.height,
    padding: [view.names.length * LANE_HEIGHT + 12, 14, 0, 0],
    tzDate: view.date,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    scales: { x: { time: true, range: () => view.span() }, main: part("main"), spo2: part("spo2"), rr: part("rr") },
    series: [{}, ...signSeries(view.colours)],
    bands: [{ series: [1, 2], fill: view.colours.band }],
    axes: axes(view.colours, range.main),
    hooks: {
      drawClear: [(u) => drawTolerance(u, view), (u) => drawPredicted(u, view), (u) => drawParts(u, view, range)],
      draw: [(u) => drawLanes(u, view)],
      setCursor: [(u) => view.onread(u.cursor.idx)],
    },
  };
}

function signSeries(colours) {
  const sign = (name, scale) => ({
    scale,
    stroke: colours[name],
    width: 2,
    dash: DASHES[name],
    gaps: longGaps,
    points: { show: (u, i, from, to) => to - from < FEW_POINTS, size: 5, fill: colours[name] },
  });
  return [sign("sbp", "main"), sign("dbp", "main"), sign("hr", "main"), sign("spo2", "spo2"), sign("rr", "rr")];
}

function axes(colours, [low, high]) {
  const look = { stroke: colours.soft, font: `12px ${colours.font}`, ticks: { show: false }, grid: { stroke: colours.line, width: 1 } };
  const format = (words) => [words, null, null, null, null, null, null, 1];
  const values = [[3600, ...format("{HH}:{mm}")], [60, ...format("{HH}:{mm}")], [1, ...format("{HH}:{mm}:{ss}")]];
  const step = high - low > 160 ? 40 : 20;
  const splits = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) splits.push(value);
  return [
    { ...look, values, size: 30, space: 64 },
    { ...look, scale: "main", size: 62, gap: 8, splits: () => splits },
  ];
}
