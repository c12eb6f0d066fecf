import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { fill, openPage } from "./dom.mjs";

const page = openPage();
globalThis.AbortController = page.AbortController;
await import("../../knai/web/static/js/gate-news.js");
mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
function open() {
  mock.timers.tick(10_000); // long since anybody touched the page
  fill(`<gate-news session="s1"><p data-news hidden></p><div id="gate"><input name="reason"></div></gate-news>`);
  const gate = document.querySelector("gate-news");
  gate.asked = 0;
  gate.addEventListener("gate-news", () => (gate.asked += 1));
  return gate;
}
const line = () => document.querySelector("[data-news]");

test("a gate is looked at anew, once, when something of its session was charted", () => {
  const gate = open();
  tell("knai:session", { session_id: "s1", kind: "vitals" });
  tell("knai:session", { session_id: "s1", kind: "note" });
  mock.timers.tick(1000);
  assert.equal(gate.asked, 1);
  assert.ok(line().hidden);
});

test("another session's news and the monitor's curve leave it alone", () => {
  const gate = open();
  tell("knai:session", { session_id: "s2", kind: "vitals" });
  tell("knai:session", { session_id: "s1" });
  mock.timers.tick(1000);
  assert.equal(gate.asked, 0);
});

for (const [what, act] of [
  ["somebody has just tapped", () => document.dispatchEvent(new Event("pointerdown"))],
  ["a reason is half typed", () => (document.querySelector("input").value = "known high")],
]) {
  test(`while ${what}, nothing moves: a line says that there is news`, () => {
    const gate = open();
    act();
    tell("knai:alert", { session_id: "s1" });
    mock.timers.tick(1000);
    assert.equal(gate.asked, 0);
    assert.ok(!line().hidden);
  });
}

test("the line goes when the gate has been looked at anew", () => {
  open();
  line().hidden = false;
  document.dispatchEvent(new Event("htmx:afterSwap"));
  assert.ok(line().hidden);
});
