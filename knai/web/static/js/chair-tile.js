/* <chair-tile session phase-started-at next-vitals-at fresh-at stale-after>: a tile the server drew,
   kept up to date by knai:tile, with clocks that tick here. */
import { serverNowMs } from "./server-clock.js";
import { countdownWords, deltaWords, elapsedWords, sparkPoints } from "./words.js";

const SOON_S = 60;
const PLAIN = ["phase_word", "dose", "hr", "spo2", "rr", "moaas", "standing", "provider", "alert_words"];
const INSTANTS = { phase_started_at: "phase-started-at", next_vitals_at: "next-vitals-at", fresh_at: "fresh-at" };

export class ChairTile extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => this.take(event.detail);
    document.addEventListener("knai:tile", this.listen);
    this.timer = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  disconnectedCallback() {
    document.removeEventListener("knai:tile", this.listen);
    clearInterval(this.timer);
  }

  take(news) {
    if (String(news.session_id) !== this.getAttribute("session")) return;
    for (const name of PLAIN) if (name in news) this.write(name, news[name] ?? "–");
    for (const [name, attribute] of Object.entries(INSTANTS)) {
      if (name in news) this.setAttribute(attribute, news[name] ?? "");
    }
    if ("sbp" in news) this.write("bp", `${news.sbp ?? "–"}/${news.dbp ?? "–"}`);
    if ("sbp_delta" in news) this.write("sbp_delta", deltaWords(news.sbp_delta));
    if ("phase" in news) this.dataset.phase = news.phase;
    if ("alert_level" in news) this.dataset.alert = news.alert_level ?? "";
    if ("standing_verdict" in news) this.showVerdict(news.standing_verdict);
    if (news.spark) this.querySelector("polyline")?.setAttribute("points", sparkPoints(news.spark));
    this.showLimits(news.limits);
    this.tick();
  }

  showVerdict(verdict) {
    const place = this.field("standing_verdict");
    if (!place) return;
    place.dataset.verdict = verdict;
    for (const icon of place.querySelectorAll("[data-icon]")) icon.hidden = icon.dataset.icon !== verdict;
  }

  /* limits: {sbp: "caution" | "alert", …}; what is not named is within its limits. */
  showLimits(limits) {
    if (!limits) return;
    for (const vital of this.querySelectorAll("[data-sign]")) {
      const limit = limits[vital.dataset.sign];
      if (limit) vital.dataset.limit = limit;
      else delete vital.dataset.limit;
    }
  }

  tick() {
    const since = this.secondsSince("phase-started-at");
    if (since !== null) this.write("elapsed", elapsedWords(since));
    const late = this.secondsSince("next-vitals-at");
    const next = this.querySelector(".tile-next");
    if (next) next.hidden = late === null;
    if (late !== null) this.tickNext(next, -late);
    const age = this.secondsSince("fresh-at");
    if (age !== null) this.write("fresh", `fresh ${Math.max(0, Math.trunc(age))} s`);
    this.toggleAttribute("data-stale", age !== null && age > Number(this.getAttribute("stale-after") ?? 60));
  }

  tickNext(place, left) {
    this.write("next_words", left < 0 ? "vitals overdue" : "next vitals in");
    this.write("next_vitals", countdownWords(Math.abs(left)));
    if (place) place.dataset.due = left < 0 ? "late" : left <= SOON_S ? "soon" : "";
  }

  secondsSince(attribute) {
    const ms = Date.parse(this.getAttribute(attribute) ?? "");
    return Number.isNaN(ms) ? null : (serverNowMs() - ms) / 1000;
  }

  write(name, words) {
    const place = this.field(name);
    if (place && place.textContent !== String(words)) place.textContent = words;
  }

  field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }
}

customElements.define("chair-tile", ChairTile);
