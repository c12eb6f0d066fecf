/* <gate-news session>: looks at the gate anew when something was charted. While somebody types or taps here nothing
   moves under the finger: a line says that there is news, and leads to it. */
const QUIET_MS = 4000;
const SOON_MS = 300;

const Base = globalThis.HTMLElement ?? class {};

export class GateNews extends Base {
  connectedCallback() {
    this.off = new AbortController();
    const { signal } = this.off;
    const on = (name, act) => document.addEventListener(name, act, { signal });
    const mine = (event) => String(event.detail?.session_id) === this.getAttribute("session");
    on("knai:session", (event) => mine(event) && event.detail.kind && this.hear());
    on("knai:alert", (event) => mine(event) && this.hear());
    on("knai:roster", () => this.hear());
    for (const name of ["pointerdown", "keydown", "input"]) on(name, () => (this.touchedAt = Date.now()));
    on("htmx:afterSwap", () => this.quiet());
  }

  disconnectedCallback() {
    this.off?.abort();
    clearTimeout(this.waiting);
  }

  get isBusy() {
    const changed = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
      : "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue);
    return Date.now() - (this.touchedAt ?? 0) < QUIET_MS || [...this.querySelectorAll("input, textarea")].some(changed);
  }

  /* Once for all news of a moment. */
  hear() {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      if (this.isBusy) this.line.hidden = false;
      else this.dispatchEvent(new CustomEvent("gate-news"));
    }, SOON_MS);
  }

  get line() {
    return this.querySelector("[data-news]");
  }

  quiet() {
    this.line.hidden = true;
  }
}

globalThis.customElements?.define("gate-news", GateNews);
