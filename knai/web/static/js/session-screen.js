/* <session-screen session curve>: fetches what changed when the server has news of this session, closes a dialog
   once its entry was taken, and keeps the monitor's own figures beside the charted ones. Panels are swapped by
   htmx; forms stand outside them, so nothing half typed is ever touched. */

import { heardWords, isDue, liveWords } from "./session-words.js";

const SOON_MS = 250;

const Base = globalThis.HTMLElement ?? class {};

export class SessionScreen extends Base {
  connectedCallback() {
    this.off = new AbortController();
    const { signal } = this.off;
    const on = (name, act) => document.addEventListener(name, act, { signal });
    on("knai:session", (event) => this.mine(event.detail) && event.detail.kind && this.refresh());
    on("knai:alert", (event) => this.mine(event.detail) && this.refresh());
    on("knai:roster", () => this.refresh());
    on("knai:fresh", (event) => this.turn(event.detail.state));
    on("knai:tile", (event) => this.mine(event.detail) && this.showLive(event.detail));
    on("knai:charted", () => this.closeDialogs());
    on("htmx:oobBeforeSwap", (event) => this.before(event));
    on("htmx:oobAfterSwap", (event) => this.after(event));
    this.newest = this.querySelector("[data-newest]")?.dataset.newest ?? "";
    this.timer = setInterval(() => this.showDue(), 5000);
    this.showDue();
    this.draw();
  }

  disconnectedCallback() {
    this.off?.abort();
    clearInterval(this.timer);
    clearTimeout(this.waiting);
  }

  mine(detail) {
    return String(detail?.session_id) === this.getAttribute("session");
  }

  /* Once for all news of a moment; the last of them is never the one that is missed. */
  refresh() {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      document.body.dispatchEvent(new CustomEvent("session-news"));
    }, SOON_MS);
  }

  /* What happened before the stream began, or while it was away, was told to nobody here. */
  turn(state) {
    if (state === "fresh" && this.state !== "fresh") this.refresh();
    this.state = state;
  }

  closeDialogs() {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  }

  showLive(tile) {
    this.live = liveWords(tile);
    const place = this.querySelector("[data-live]");
    if (place) place.textContent = this.live ?? "";
  }

  showDue() {
    for (const time of this.querySelectorAll("time[data-due][datetime]")) {
      time.dataset.due = isDue(time.dateTime, Date.now()) ? "late" : "soon";
    }
  }

  /* The chart keeps the view somebody chose for it. */
  before(event) {
    if (event.detail.target?.id === "panel-chart") this.view = this.querySelector("vitals-chart")?.dataset.view;
  }

  after(event) {
    const id = event.detail.target?.id;
    if (id === "panel-chart") this.draw();
    if (id === "panel-now") this.showDue();
    if (id === "panel-entries") this.say();
    if (this.live) this.querySelector("[data-live]")?.replaceChildren(this.live);
  }

  say() {
    const list = this.querySelector("[data-newest]");
    const words = heardWords(this.newest, list);
    if (words) document.querySelector("[data-heard]").textContent = words;
    this.newest = list?.dataset.newest ?? this.newest;
  }

  /* The fine curve of the monitor, beside the sets that the page holds already. */
  async draw() {
    const chart = this.querySelector("vitals-chart");
    if (this.view === "table") chart?.turn?.("table");
    const answer = await fetch(this.getAttribute("curve"), { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const curve = await answer.json();
    if (curve.samples.length) document.dispatchEvent(new CustomEvent("knai:session", { detail: curve }));
  }
}

globalThis.customElements?.define("session-screen", SessionScreen);
