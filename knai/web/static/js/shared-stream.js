/* One stream a browser: a shared worker, else the tab that holds the lock, else a stream of one's own. */
import { openSource } from "./stream-source.js";

const NAME = "knai-live ";

export function shareStream(url, hear, world = globalThis) {
  if (world.SharedWorker) {
    try {
      return byWorker(url, hear, world);
    } catch {
      /* not allowed here: go on to the next way */
    }
  }
  if (world.BroadcastChannel && world.navigator?.locks) return byLeader(url, hear, world);
  return { way: "own", close: openSource(url, hear, { Source: world.EventSource }), wake() {} };
}

function byWorker(url, hear, world) {
  const script = new URL("./live-worker.js", import.meta.url);
  const worker = new world.SharedWorker(script, { name: NAME + url, type: "module" });
  let instead = null;
  worker.port.onmessage = (event) => hear(event.data);
  worker.onerror = () => {
    instead ??= shareStream(url, hear, { ...pick(world), SharedWorker: undefined });
  };
  worker.port.start?.();
  const close = () => {
    worker.port.postMessage("bye");
    worker.port.close?.();
    instead?.close();
  };
  return { way: "worker", close, wake: () => instead?.wake() };
}

const pick = ({ BroadcastChannel, EventSource, navigator, AbortController }) => ({
  BroadcastChannel, EventSource, navigator, AbortController,
});

function byLeader(url, hear, world) {
  const channel = new world.BroadcastChannel(NAME + url);
  let stopped = false;
  let release = () => {};
  channel.onmessage = (event) => hear(event.data);

  function lead() {
    const close = openSource(url, tell, { Source: world.EventSource });
    return new Promise((resolve) => {
      release = () => {
        close();
        resolve();
      };
    });
  }
  function tell(message) {
    hear(message);
    channel.postMessage(message);
  }
  async function stand(options = {}) {
    try {
      await world.navigator.locks.request(NAME + url, options, () => (stopped ? null : lead()));
    } catch {
      release(); // another tab took over, as this one had fallen asleep
      if (!stopped) stand();
    }
  }
  stand();
  const close = () => {
    stopped = true;
    release();
    channel.close();
  };
  // The leading tab may be frozen in the background: a tab that is looked at takes the lead.
  return { way: "leader", close, wake: () => !stopped && stand({ steal: true }) };
}
