/* Whether what the page shows can still be believed. No timers, no page: it is asked. */
export const STALE_AFTER_MS = 5000;

export class Freshness {
  constructor(nowMs) {
    this.sinceMs = nowMs;
    this.heard = false;
    this.closed = "";
  }

  hear(nowMs) {
    this.sinceMs = nowMs;
    this.heard = true;
    this.closed = "";
  }

  close(reason) {
    this.closed = reason || "closed";
  }

  /* state: waiting | fresh | stale | closed */
  read(nowMs) {
    const silentMs = Math.max(0, nowMs - this.sinceMs);
    const silent_s = Math.trunc(silentMs / 1000);
    if (this.closed) return { state: "closed", silent_s, words: closedWords(this.closed) };
    if (silentMs > STALE_AFTER_MS) return { state: "stale", silent_s, words: `No news for ${silent_s} s` };
    return { state: this.heard ? "fresh" : "waiting", silent_s, words: "" };
  }
}

function closedWords(reason) {
  if (reason === "logged_out") return "You are logged out. Log in to see live figures.";
  if (reason === "forbidden") return "Your role no longer sees this clinic. Ask the clinic’s owner.";
  return "The live view was closed. Log in again or reload the page.";
}
