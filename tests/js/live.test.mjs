import assert from "node:assert/strict";
import test from "node:test";
import { Freshness } from "../../knai/web/static/js/freshness.js";
import { makeHub } from "../../knai/web/static/js/live-worker.js";
import { noteServerNow, serverNowMs } from "../../knai/web/static/js/server-clock.js";
import { shareStream } from "../../knai/web/static/js/shared-stream.js";
import { openSource } from "../../knai/web/static/js/stream-source.js";
import { FakeSource } from "./dom.mjs";

for (const [silentMs, state] of [[0, "fresh"], [5000, "fresh"], [5001, "stale"], [7300, "stale"]]) {
  test(`after ${silentMs} ms of silence the page is ${state}`, () => {
    const freshness = new Freshness(0);
    freshness.hear(1000);
    assert.equal(freshness.read(1000 + silentMs).state, state);
  });
}
test("a stale page says for how long it heard nothing, and recovers on the next word", () => {
  const freshness = new Freshness(0);
  freshness.hear(0);
  assert.equal(freshness.read(7300).words, "No news for 7 s");
  freshness.hear(8000);
  assert.equal(freshness.read(8100).state, "fresh");
});
test("a page that has never heard anything is waiting, then stale", () => {
  const freshness = new Freshness(0);
  assert.equal(freshness.read(1000).state, "waiting");
  assert.equal(freshness.read(6000).state, "stale");
});
test("a stream closed by log-out says so however long ago", () => {
  const freshness = new Freshness(0);
  freshness.close("logged_out");
  assert.match(freshness.read(99000).words, /logged out/);
});

test("the server's clock counts, not the tablet's", () => {
  noteServerNow("2026-11-23T10:00:00Z", Date.now());
  assert.ok(Math.abs(serverNowMs() - Date.parse("2026-11-23T10:00:00Z")) < 1000);
  noteServerNow("nonsense");
  assert.ok(Math.abs(serverNowMs() - Date.parse("2026-11-23T10:00:00Z")) < 1000);
});

function listen(options = {}) {
  FakeSource.opened.length = 0;
  const heard = [];
  const close = openSource("/live/north/", (message) => heard.push(message), { Source: FakeSource, ...options });
  return { heard, close, source: FakeSource.opened[0] };
}
test("messages arrive parsed, with their kind", () => {
  const { heard, source, close } = listen();
  source.send("tile", { session_id: "a", hr: 80 });
  assert.deepEqual(heard, [{ event: "tile", data: { session_id: "a", hr: 80 } }]);
  close();
});
test("a message that cannot be read is dropped and ends nothing", () => {
  const { heard, source, close } = listen();
  source.send("tile", "{half");
  source.send("beat", "");
  assert.deepEqual(heard, [{ event: "beat", data: {} }]);
  close();
});
test("a lost network is left to the browser to mend", () => {
  const { heard, source, close } = listen();
  source.lose();
  assert.equal(source.closed, undefined);
  assert.equal(heard.length, 0);
  close();
});
test("a refusal is told, and asked again later", async () => {
  const { heard, source, close } = listen({ retryMs: 1 });
  source.refuse();
  assert.equal(heard[0].event, "closed");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(FakeSource.opened.length, 2);
  close();
});
test("a stream ended by log-out is not asked again", async () => {
  const { heard, source, close } = listen({ retryMs: 1 });
  source.send("end", { reason: "logged_out" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(heard.map(({ event }) => event), ["closed"]);
  assert.equal(FakeSource.opened.length, 1);
  close();
});

const port = () => ({ got: [], postMessage(message) { this.got.push(message); } });
test("two tabs share one stream, and the last one out closes it", () => {
  let opened = 0;
  let closed = 0;
  let tell;
  const hub = makeHub("/live/north/", (url, hear) => {
    opened += 1;
    tell = hear;
    return () => (closed += 1);
  });
  const [one, two] = [port(), port()];
  hub.join(one);
  hub.join(two);
  tell({ event: "beat", data: {} });
  assert.equal(opened, 1);
  assert.deepEqual([one.got.length, two.got.length], [1, 1]);
  one.onmessage({ data: "bye" });
  assert.equal(closed, 0);
  two.onmessage({ data: "bye" });
  assert.equal(closed, 1);
});
test("a page that comes after a log-in opens the ended stream anew", () => {
  let opened = 0;
  let tell;
  const hub = makeHub("/live/north/", (url, hear) => {
    opened += 1;
    tell = hear;
    return () => {};
  });
  hub.join(port());
  tell({ event: "closed", data: { reason: "logged_out" } });
  hub.join(port());
  assert.equal(opened, 2);
});

/* A world without shared workers: a lock that one holds at a time, and a channel that reaches the others. */
function world() {
  const queue = [];
  let holder = null;
  const grant = () => {
    if (holder || !queue.length) return;
    const next = queue.shift();
    holder = next;
    Promise.resolve(next.work()).then(() => {
      if (holder === next) holder = null;
      next.resolve();
      grant();
    });
  };
  const locks = {
    request: (name, options, work) =>
      new Promise((resolve, reject) => {
        const entry = { work, resolve, reject };
        if (options.steal && holder) {
          holder.reject(new Error("stolen"));
          holder = null;
          queue.unshift(entry);
        } else queue.push(entry);
        grant();
      }),
  };
  const channels = new Set();
  class BroadcastChannel {
    constructor() {
      channels.add(this);
    }
    postMessage(data) {
      for (const other of channels) if (other !== this) other.onmessage?.({ data });
    }
    close() {
      channels.delete(this);
    }
  }
  return { BroadcastChannel, EventSource: FakeSource, navigator: { locks } };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
test("without shared workers one tab leads and the others hear it", async () => {
  FakeSource.opened.length = 0;
  const shared = world();
  const heard = [[], []];
  const tabs = heard.map((list) => shareStream("/live/north/", (message) => list.push(message), shared));
  await settle();
  assert.equal(FakeSource.opened.length, 1);
  FakeSource.opened[0].send("beat", {});
  assert.deepEqual(heard.map((list) => list.length), [1, 1]);
  tabs[0].close();
  await settle();
  assert.equal(FakeSource.opened.length, 2, "the next tab takes the lead");
  tabs[1].close();
});
test("a tab that is looked at takes the lead from one that sleeps", async () => {
  FakeSource.opened.length = 0;
  const shared = world();
  const heard = [];
  const sleeping = shareStream("/live/north/", () => {}, shared);
  const awake = shareStream("/live/north/", (message) => heard.push(message), shared);
  await settle();
  awake.wake();
  await settle();
  assert.equal(FakeSource.opened[0].closed, true);
  FakeSource.opened[1].send("beat", {});
  assert.equal(heard.length, 1);
  awake.close();
  sleeping.close();
});
test("with neither worker nor locks each tab has its own stream", () => {
  FakeSource.opened.length = 0;
  const shared = { EventSource: FakeSource };
  const tab = shareStream("/live/north/", () => {}, shared);
  assert.equal(tab.way, "own");
  assert.equal(FakeSource.opened.length, 1);
  tab.close();
});
