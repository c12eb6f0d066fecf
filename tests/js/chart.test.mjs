import assert from "node:assert/strict";
import test from "node:test";
import { columns, instantWords, merge, readRow, thin } from "../../knai/web/static/js/chart-data.js";
import { PARTS, partRange, scales } from "../../knai/web/static/js/chart-draw.js";
import { longGaps } from "../../knai/web/static/js/chart-gaps.js";
import { fill, openPage } from "./dom.mjs";

openPage();
const { buildRow } = await import("../../knai/web/static/js/chart-table.js");
const point = (at, values = {}) => ({ at, sbp: null, dbp: null, hr: null, spo2: null, rr: null, ...values });

test("a row of the table is read, and what stands not in it is not known", () => {
  const body = fill(`<table><tr data-at="2026-11-23T10:00:00Z"><td><data data-sign="sbp" value="138"></data></td></tr></table>`);
  assert.deepEqual(readRow(body.querySelector("tr")), point(Date.UTC(2026, 10, 23, 10) / 1000, { sbp: 138 }));
});
test("a row built here is read back the same", () => {
  const given = point(1_795_000_000, { sbp: 120, dbp: 70, hr: 66, spo2: 97 });
  assert.deepEqual(readRow(buildRow(given, "Europe/London")), given);
});
test("points are kept in order of time, and two words about one instant join", () => {
  const joined = merge([point(20, { hr: 70 })], [point(10, { hr: 60 }), point(20, { spo2: 97 }), point(NaN)]);
  assert.deepEqual(joined, [point(10, { hr: 60 }), point(20, { hr: 70, spo2: 97 })]);
});
test("twenty points become twenty, ten thousand at most three hundred", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => point(i, { hr: 70 + (i % 7), spo2: 97, sbp: 120, rr: 12 }));
  assert.equal(thin(many.slice(0, 20)).length, 20);
  const thinned = thin(many);
  assert.ok(thinned.length <= 300 && thinned.length > 60);
  assert.deepEqual([thinned[0].at, thinned.at(-1).at], [0, 9999]);
});
test("a single dip of oxygen among ten thousand points is never thinned away", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => point(i, { spo2: i === 4321 ? 84 : 97 }));
  assert.ok(thin(many).some(({ spo2 }) => spo2 === 84));
});
test("each sign has its part of the height and they do not meet", () => {
  const [low, high] = partRange(90, 100, ...PARTS.spo2);
  const share = (value) => (value - low) / (high - low);
  assert.ok(Math.abs(share(90) - PARTS.spo2[0]) < 1e-9 && Math.abs(share(100) - PARTS.spo2[1]) < 1e-9);
  assert.ok(PARTS.rr[1] < PARTS.spo2[0] && PARTS.spo2[1] < PARTS.main[0]);
});
test("every measured value lies on its scale", () => {
  const range = scales([point(0, { sbp: 212, dbp: 31, hr: 180, spo2: 71, rr: 44 })]);
  assert.ok(range.main[0] <= 31 && range.main[1] >= 212 && range.spo2[0] <= 71 && range.rr[1] >= 44);
});
test("a line breaks after twenty minutes without a value, not for one that was missed", () => {
  const plot = (times, values) => ({ data: [times, values], valToPos: (at) => at });
  assert.deepEqual(longGaps(plot([0, 300, 600], [1, null, 2]), 1, 0, 2), []);
  assert.deepEqual(longGaps(plot([0, 1200, 2401], [1, 1, 2]), 1, 0, 2), [[1200, 2401]]);
});
test("columns stand in one order", () => {
  assert.deepEqual(columns([point(1, { sbp: 2, dbp: 3, hr: 4, spo2: 5, rr: 6 })]), [[1], [2], [3], [4], [5], [6]]);
});
test("an instant is read in words, and what is not known is not said", () => {
  assert.equal(instantWords(point(0, { sbp: 138, dbp: 86, spo2: 97 }), "14:05"), "14:05 · BP 138/86 · SpO₂ 97 %");
  assert.equal(instantWords(undefined, "14:05"), "");
});
