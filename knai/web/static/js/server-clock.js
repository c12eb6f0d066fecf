/* The server's clock, told by its messages: a tablet that is ten minutes off must not count ten minutes off. */
let offsetMs = 0;

export function noteServerNow(now, heardMs = Date.now()) {
  const serverMs = typeof now === "number" ? now : Date.parse(now);
  if (Number.isFinite(serverMs)) offsetMs = serverMs - heardMs;
}

export function serverNowMs() {
  return Date.now() + offsetMs;
}
