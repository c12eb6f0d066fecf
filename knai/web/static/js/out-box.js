/* <out-box>: says what waits for the network, sends it when it is back, and keeps what was refused to be looked at. */
import { Queue } from "./queue.js";
import { serverNowMs } from "./server-clock.js";
import { say } from "./toast-line.js";
import { entries } from "./words.js";
import { outboxWords, refusedTapWords } from "./out-box-words.js";

const TRY_EVERY_MS = 10_000;
const queue = () => new Queue(localStorage);
const user = () => document.body.dataset.user ?? "";

/* Puts a form into the queue; false when it has no idempotency key and so could arrive twice. It happened now, not
   when the network is back; what is written next into the form is another entry. */
export function enqueue(form, submitter) {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const id = data.get("idempotency_key");
  if (!id) return false;
  const writtenAt = new Date(serverNowMs()).toISOString();
  if (data.get("effective_at") === "") data.set("effective_at", writtenAt);
  data.set("written_at", writtenAt); // what "14:05" was typed by, should it be sent another day
  data.delete("csrfmiddlewaretoken"); // a new one is given when it is sent
  for (const field of form.querySelectorAll('input[type="password"]')) data.delete(field.name); // no PIN lies in a store
  const url = form.getAttribute("hx-post") || form.action;
  queue().add({ id, user: user(), url, body: String(new URLSearchParams(data)), page: location.href, at: writtenAt, isTap: form.parentElement.isTap });
  form.elements.idempotency_key.value = newKey();
  document.dispatchEvent(new CustomEvent("knai:queued"));
  return true;
}

/* A random UUID, also where the page came without TLS. */
function newKey() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte, i) =>
    (i === 6 ? (byte & 15) | 64 : i === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, "0"));
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/* What a refused entry said, to be put back into its form; it leaves the queue with that. */
export function takeRefused(form) {
  const url = form.getAttribute("hx-post") || form.action;
  const entry = queue().of(user()).find((each) => each.refused && each.url === url);
  if (!entry) return null;
  queue().remove(entry.id);
  const fields = {};
  for (const [name, value] of new URLSearchParams(entry.body)) (fields[name] ??= []).push(value);
  return fields;
}

export async function post({ url, body }) {
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  const type = "application/x-www-form-urlencoded";
  const headers = { "Content-Type": type, "HX-Request": "true", "X-CSRFToken": token };
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", headers });
  const login = document.body.dataset.login;
  const asked = answer.redirected && login && new URL(answer.url).pathname.startsWith(login);
  return asked ? "login" : answer.status;
}

export class OutBox extends HTMLElement {
  connectedCallback() {
    this.wake = () => this.send();
    document.addEventListener("knai:queued", this.wake);
    window.addEventListener("online", this.wake);
    this.timer = setInterval(this.wake, TRY_EVERY_MS);
    this.send();
  }

  disconnectedCallback() {
    document.removeEventListener("knai:queued", this.wake);
    window.removeEventListener("online", this.wake);
    clearInterval(this.timer);
  }

  async send() {
    if (!queue().all().length || !user()) return;
    this.show("");
    const replay = () => queue().replay(user(), post);
    // Two tabs must not send at once.
    const done = navigator.locks ? await navigator.locks.request("knai-outbox", replay) : await replay();
    this.tellOfTaps();
    this.show(done.stopped);
    if (done.sent) say(`${entries(done.sent)} sent`);
  }

  /* A refused tap cannot be typed again: its page says so, once. */
  tellOfTaps() {
    for (const { id, refused, isTap, page, at } of queue().of(user())) {
      if (!refused || !isTap || page !== location.href) continue;
      queue().remove(id);
      say(refusedTapWords(at, document.documentElement.dataset.zone));
    }
  }

  show(stopped) {
    const all = queue().of(user());
    const refused = all.filter((entry) => entry.refused);
    const words = outboxWords(all.length - refused.length, refused.length, stopped);
    this.replaceChildren(...(words ? [this.line(words, refused[0]?.page)] : []));
  }

  line(words, page) {
    const line = document.createElement(page ? "a" : "p");
    line.className = "toast";
    line.textContent = words;
    if (page) line.href = page;
    return line;
  }
}

customElements.define("out-box", OutBox);
