import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { FakeSource, fill, openPage } from "./dom.mjs";

const window = openPage();
globalThis.EventSource = FakeSource;
globalThis.BroadcastChannel = undefined;
await import("../../knai/web/static/js/live-stream.js");

const MARKUP = `<live-stream url="/live/north/" data-state="waiting"><div class="banner-stale"><p data-stale-words></p>
  <a data-when-closed hidden></a></div><span data-stale-spoken></span></live-stream>`;

function open() {
  FakeSource.opened.length = 0;
  const element = fill(MARKUP);
  return { element, source: FakeSource.opened[0] };
}
afterEach(() => fill("<p></p>"));

test("a message becomes an event of the page", () => {
  const { source } = open();
  const heard = [];
  document.addEventListener("knai:tile", (event) => heard.push(event.detail), { once: true });
  source.send("tile", { session_id: "a" });
  assert.deepEqual(heard, [{ session_id: "a" }]);
});
test("silence marks the page stale, says for how long, and the next word clears it", () => {
  const { element, source } = open();
  source.send("beat", {});
  element.freshness.sinceMs -= 7200;
  element.show();
  assert.ok(document.body.hasAttribute("data-stale"));
  assert.equal(element.querySelector("[data-stale-words]").textContent, "No news for 7 s");
  source.send("beat", {});
  assert.ok(!document.body.hasAttribute("data-stale"));
  assert.equal(element.querySelector("[data-stale-spoken]").textContent, "Live figures are back.");
});
test("silence is spoken once, not every second", () => {
  const { element, source } = open();
  source.send("beat", {});
  element.freshness.sinceMs -= 7200;
  element.show();
  element.freshness.sinceMs -= 1000;
  element.show();
  assert.equal(element.querySelector("[data-stale-spoken]").textContent, "No news for 7 s");
  assert.equal(element.querySelector("[data-stale-words]").textContent, "No news for 8 s");
});
test("a closed stream offers the log-in", () => {
  const { element, source } = open();
  source.send("end", { reason: "logged_out" });
  assert.equal(element.dataset.state, "closed");
  assert.equal(element.querySelector("[data-when-closed]").hidden, false);
});
test("leaving the page closes the stream, coming back opens it", () => {
  const { source } = open();
  window.dispatchEvent(new window.Event("pagehide"));
  assert.equal(source.closed, true);
  const back = new window.Event("pageshow");
  Object.defineProperty(back, "persisted", { value: true });
  window.dispatchEvent(back);
  assert.equal(FakeSource.opened.length, 2);
});
