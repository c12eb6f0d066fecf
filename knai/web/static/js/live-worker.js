/* Shared by all tabs of a browser: holds the one stream. Its name carries the address. */
import { openSource } from "./stream-source.js";

const PREFIX = "knai-live ";

export function makeHub(url, open = openSource) {
  const ports = new Set();
  let close = null;
  let closed = null; // the last word of a stream that ended

  function hear(message) {
    closed = message.event === "closed" ? message : null;
    for (const port of ports) port.postMessage(message);
  }

  function start() {
    close?.();
    closed = null;
    close = open(url, hear);
  }

  function leave(port) {
    ports.delete(port);
    if (ports.size) return;
    close?.();
    close = null;
  }

  function join(port) {
    ports.add(port);
    port.onmessage = (event) => event.data === "bye" && leave(port);
    if (!close || closed) start(); // a new page may have logged in since
  }

  return { join, leave, size: () => ports.size };
}

if (typeof self !== "undefined" && "onconnect" in self) {
  const hub = makeHub(self.name.slice(PREFIX.length));
  self.onconnect = (event) => hub.join(event.ports[0]);
}
