import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { noteServerNow } from "../../knai/web/static/js/server-clock.js";
import { compareUrgency } from "../../knai/web/static/js/urgency.js";
import { fill, openPage } from "./dom.mjs";

openPage();
await import("../../knai/web/static/js/chair-tile.js");
const { arrange } = await import("../../knai/web/static/js/chair-board.js");
afterEach(() => fill("<p></p>"));

const FIELDS = ["alert_words", "phase_word", "elapsed", "dose", "bp", "sbp_delta", "moaas", "next_words", "next_vitals", "standing", "provider", "fresh"];
const tileMarkup = (id, chair, attributes = "") => `<chair-tile session="${id}" data-chair="${chair}" ${attributes}>
  <a href="#">${chair}</a><span data-sign="sbp"></span><span data-sign="spo2" data-limit="alert"><b data-field="spo2"></b></span>
  <b data-field="hr"></b><b data-field="rr"></b><svg><polyline></polyline></svg><i class="tile-next"></i>
  <span data-field="standing_verdict"><i data-icon="met"></i><i data-icon="not_met" hidden></i></span>
  ${FIELDS.map((name) => `<b data-field="${name}"></b>`).join("")}</chair-tile>`;
const text = (tile, name) => tile.querySelector(`[data-field="${name}"]`).textContent;
const tell = (detail) => document.dispatchEvent(new CustomEvent("knai:tile", { detail }));
const NOW = "2026-11-23T10:00:00Z";

test("a tile takes the figures of its own session and no other's", () => {
  const tile = fill(tileMarkup("a", "Chair 1"));
  tell({ session_id: "b", sbp: 200, dbp: 100 });
  assert.equal(text(tile, "bp"), "");
  tell({ session_id: "a", sbp: 138, dbp: 86, sbp_delta: 12, hr: 84, spo2: null, phase: "dosing", phase_word: "Dosing" });
  assert.equal(text(tile, "bp"), "138/86");
  assert.equal(text(tile, "sbp_delta"), "↑12");
  assert.equal(text(tile, "spo2"), "–");
  assert.equal(tile.dataset.phase, "dosing");
});
test("what a message does not name stays as it was", () => {
  const tile = fill(tileMarkup("a", "Chair 1"));
  tell({ session_id: "a", hr: 84, limits: { sbp: "caution" } });
  tell({ session_id: "a", rr: 12 });
  assert.equal(text(tile, "hr"), "84");
  assert.equal(tile.querySelector('[data-sign="sbp"]').dataset.limit, "caution");
  assert.equal(tile.querySelector('[data-sign="spo2"]').dataset.limit, undefined);
});
test("a verdict changes its icon with its colour", () => {
  const tile = fill(tileMarkup("a", "Chair 1"));
  tell({ session_id: "a", standing_verdict: "not_met", standing: "1 thing open" });
  assert.equal(tile.querySelector('[data-icon="not_met"]').hidden, false);
  assert.equal(tile.querySelector('[data-icon="met"]').hidden, true);
});
for (const [next, words, left, due] of [
  ["2026-11-23T10:04:12Z", "next vitals in", "04:1", ""],
  ["2026-11-23T10:00:59Z", "next vitals in", "00:5", "soon"],
  ["2026-11-23T09:58:59Z", "vitals overdue", "01:0", "late"],
]) {
  test(`vitals due at ${next} read ${words} ${left}…`, () => {
    noteServerNow(NOW);
    const tile = fill(tileMarkup("a", "Chair 1", `next-vitals-at="${next}" phase-started-at="2026-11-23T09:36:50Z"`));
    assert.equal(text(tile, "next_words"), words);
    assert.ok(text(tile, "next_vitals").startsWith(left));
    assert.equal(tile.querySelector(".tile-next").dataset.due, due);
    assert.ok(text(tile, "elapsed").startsWith("00:23:1"));
  });
}
test("a tile whose figures are old looks old though the stream lives", () => {
  noteServerNow(NOW);
  const old = fill(tileMarkup("a", "Chair 1", 'fresh-at="2026-11-23T09:58:00Z"'));
  assert.ok(old.hasAttribute("data-stale"));
  tell({ session_id: "a", fresh_at: NOW });
  assert.ok(!old.hasAttribute("data-stale"));
});

const chair = (number, facts = {}) => ({ alert: "", phase: "dosing", overdue: false, chair: `Chair ${number}`, ...facts });
for (const [first, second, why] of [
  [chair(9, { alert: "emergency" }), chair(1, { alert: "alert" }), "an emergency before an alert"],
  [chair(9, { alert: "caution" }), chair(1, { overdue: true }), "a caution before overdue vitals"],
  [chair(9, { overdue: true, phase: "recovery" }), chair(1), "overdue vitals before a phase"],
  [chair(9), chair(1, { phase: "recovery" }), "dosing before recovery"],
  [chair(2), chair(10), "chair 2 before chair 10"],
  [chair(9, { phase: "booked" }), chair(1, { phase: "" }), "a booked chair before a free one"],
]) {
  test(why, () => assert.ok(compareUrgency(first, second) < 0 && compareUrgency(second, first) > 0));
}
test("the focused tile is never taken out while the others move round it", () => {
  const board = fill(`<div>${[1, 2, 3].map((n) => `<a id="t${n}" href="#" data-chair="Chair ${n}" data-phase="dosing"></a>`).join("")}</div>`);
  const held = document.getElementById("t2");
  held.focus();
  document.getElementById("t3").dataset.alert = "alert";
  document.getElementById("t1").dataset.phase = "departed";
  assert.equal(arrange(board, held), true);
  assert.deepEqual([...board.children].map(({ id }) => id), ["t3", "t2", "t1"]);
  assert.equal(document.activeElement, held);
  assert.equal(arrange(board, held), false);
});
