import assert from "node:assert/strict";
import test from "node:test";
import { fill, openPage } from "./dom.mjs";

const page = openPage();
page.print = () => { page.printed = true; };
globalThis.AbortController = page.AbortController;
globalThis.fetch = async () => ({ ok: false });
await import("../../knai/web/static/js/print.js");
await import("../../knai/web/static/js/session-screen.js");
const { heardWords, isDue, liveWords } = await import("../../knai/web/static/js/session-words.js");

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const open = (rest = "") => fill(`<session-screen session="s1" curve="/curve/">
  <time data-due="x" datetime="2020-01-01T00:00:00Z"></time><span data-live></span>
  <div id="panel-entries"><ol data-newest="2026-11-23T12:00" data-words="a set"></ol></div><p data-heard></p>${rest}
</session-screen>`);

test("what the monitor shows is said in one line, without what it does not measure", () => {
  assert.equal(liveWords({ sbp: 138.2, dbp: 86, hr: 84, spo2: null, rr: 14 }), "BP 138/86 · HR 84 · RR 14");
  assert.equal(liveWords({ sbp: null, dbp: null, hr: null, spo2: null, rr: null }), "");
});
test("only an entry newer than the last one seen is said", () => {
  const list = { dataset: { newest: "2026-11-23T12:05", words: "a set" } };
  assert.equal(heardWords("2026-11-23T12:00", list), "New: a set");
  assert.equal(heardWords("2026-11-23T12:05", list), "");
  assert.equal(heardWords("", null), "");
});
test("vitals are due at their very minute", () => {
  const due = "2026-11-23T12:00:00Z";
  assert.equal(isDue(due, Date.parse(due) - 1), false);
  assert.equal(isDue(due, Date.parse(due)), true);
});
test("news of this session asks for the panels once a moment, the last of it never missed", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  open();
  let asked = 0;
  document.body.addEventListener("session-news", () => { asked += 1; });
  const moment = () => { t.mock.timers.tick(1000); return asked; };
  tell("knai:session", { session_id: "s2", kind: "vitals" });
  tell("knai:session", { session_id: "s1", samples: [] });
  assert.equal(moment(), 0);
  tell("knai:session", { session_id: "s1", kind: "vitals" });
  tell("knai:alert", { session_id: "s1" });
  assert.equal(moment(), 1);
  tell("knai:alert", { session_id: "s1" });
  assert.equal(moment(), 2);
});
test("a stream that begins or comes back asks for what was missed", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  open();
  let asked = 0;
  document.body.addEventListener("session-news", () => { asked += 1; });
  for (const [state, times] of [["waiting", 0], ["fresh", 1], ["fresh", 1], ["stale", 1], ["fresh", 2]]) {
    tell("knai:fresh", { state });
    t.mock.timers.tick(1000);
    assert.equal(asked, times);
  }
});
test("the monitor's figures stand beside the charted ones, and what is due shows", () => {
  const screen = open();
  tell("knai:tile", { session_id: "s1", hr: 84 });
  assert.equal(screen.querySelector("[data-live]").textContent, "HR 84");
  assert.equal(screen.querySelector("time").dataset.due, "late");
});
test("a new entry is said once its panel has come", () => {
  const screen = open();
  screen.querySelector("ol").dataset.newest = "2026-11-23T12:05";
  tell("htmx:oobAfterSwap", { target: screen.querySelector("#panel-entries") });
  assert.equal(screen.querySelector("[data-heard]").textContent, "New: a set");
});
test("the print button prints", () => {
  globalThis.window.print = page.print;
  fill(`<button data-print>Print</button>`).click();
  assert.equal(page.printed, true);
});
