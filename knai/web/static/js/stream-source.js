/* One connection to the server's stream. Tells every message and every change of state to `hear`. */
export const EVENTS = ["tile", "session", "alert", "roster", "beat", "end"];
const RETRY_MS = 10_000;

export function openSource(url, hear, { Source = globalThis.EventSource, retryMs = RETRY_MS } = {}) {
  let source = null;
  let retry = 0;

  function open() {
    source = new Source(url, { withCredentials: true });
    source.onerror = () => {
      // The browser tries again by itself unless the server refused: then it gives up, and we ask later.
      if (source.readyState === 2) give_up("");
    };
    for (const event of EVENTS) {
      source.addEventListener(event, (message) => tell(event, message.data));
    }
  }

  function tell(event, text) {
    const data = parse(text);
    if (data === undefined) return;
    if (event === "end") give_up(data.reason ?? "");
    else hear({ event, data });
  }

  function give_up(reason) {
    source.close();
    hear({ event: "closed", data: { reason } });
    clearTimeout(retry);
    if (!reason) retry = setTimeout(open, retryMs);
  }

  open();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}

/* A message that cannot be read is dropped; the silence after it shows as stale. */
function parse(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return undefined;
  }
}
