/* <keep-typed key="…" [queue]> round a form: keeps what is half typed through log-out, time-out and back,
   sends it once however often it is tapped, and with `queue` lets it wait when the network is gone. Without a
   key it is round a button that is a form of its own: nothing is typed there, so nothing is kept. */
import { enqueue, takeRefused } from "./out-box.js";
import { Typed, readFields, writeFields } from "./typed.js";

function typed() {
  return new Typed(sessionStorage, document.body.dataset.user);
}

export class KeepTyped extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    const kept = this.isTap ? null : typed().load(this.key) ?? takeRefused(this.form);
    if (kept) writeFields(this.form, kept);
    this.toggleAttribute("data-restored", Boolean(kept));
    this.addEventListener("input", this);
    this.addEventListener("change", this);
    this.addEventListener("submit", this, true); // before htmx hears of it
    this.addEventListener("htmx:afterRequest", this);
    this.addEventListener("htmx:sendError", this);
    window.addEventListener("pageshow", this);
  }

  disconnectedCallback() {
    window.removeEventListener("pageshow", this);
  }

  get isTap() {
    return !this.hasAttribute("key");
  }

  get key() {
    return this.getAttribute("key") || this.form.getAttribute("action") || location.pathname;
  }

  handleEvent(event) {
    if (event.type === "input" || event.type === "change") typed().save(this.key, readFields(this.form));
    else if (event.type === "submit") this.submit(event);
    else if (event.type === "htmx:afterRequest") this.answered(event.detail);
    else if (event.type === "htmx:sendError") this.unsent();
    else if (event.type === "pageshow") this.release(); // back: the form may be used again
  }

  submit(event) {
    if ("sent" in this.form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (this.hasAttribute("queue") && navigator.onLine === false) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.unsent(event.submitter);
      return;
    }
    this.submitter = event.submitter;
    this.form.dataset.sent = "";
    if (!this.isTap) typed().markSent(this.key);
  }

  answered(detail) {
    this.release();
    if (this.isTap) return;
    if (detail?.successful) typed().drop(this.key);
    else typed().save(this.key, readFields(this.form));
  }

  unsent(submitter = this.submitter) {
    this.release();
    if (!this.hasAttribute("queue")) return;
    if (enqueue(this.form, submitter)) {
      typed().drop(this.key);
      this.form.reset();
    }
  }

  release() {
    if (this.form) delete this.form.dataset.sent;
  }
}

/* The log-in page brings back what was on its way; a named person's page forgets what others typed, unless hands
   were only changed on a shared tablet. */
export function startTyped() {
  const { user, login, hands } = document.body.dataset;
  if (login && location.pathname.startsWith(login)) new Typed(sessionStorage, "").bringBack();
  else if (user) typed().under(hands);
}

startTyped();
customElements.define("keep-typed", KeepTyped);
