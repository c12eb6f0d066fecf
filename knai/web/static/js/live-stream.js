/* <live-stream url>: brings the server's news into the page as events, and says when there is none.
   Dispatches on document: knai:tile, knai:session, knai:alert (detail: the message), knai:fresh
   (detail: state, silent_s). Marks <body data-stale> after 5 s of silence. */
import { Freshness } from "./freshness.js";
import { noteServerNow } from "./server-clock.js";
import { shareStream } from "./shared-stream.js";

export class LiveStream extends HTMLElement {
  connectedCallback() {
    this.freshness = new Freshness(performance.now());
    this.onhide = () => this.leave();
    this.onshow = (event) => event.persisted && this.join();
    window.addEventListener("pagehide", this.onhide);
    window.addEventListener("pageshow", this.onshow);
    this.join();
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.onhide);
    window.removeEventListener("pageshow", this.onshow);
    this.leave();
  }

  join() {
    this.leave();
    this.stream = shareStream(this.getAttribute("url"), (message) => this.hear(message));
    this.timer = setInterval(() => this.show(), 1000);
  }

  leave() {
    clearInterval(this.timer);
    this.stream?.close();
    this.stream = null;
  }

  hear({ event, data }) {
    if (event === "closed") {
      this.freshness.close(data.reason);
    } else {
      this.freshness.hear(performance.now());
      noteServerNow(data.now);
      if (event !== "beat") document.dispatchEvent(new CustomEvent(`knai:${event}`, { detail: data }));
    }
    this.show();
  }

  show() {
    const news = this.freshness.read(performance.now());
    const changed = news.state !== this.dataset.state;
    const old = news.state === "stale" || news.state === "closed";
    document.body.toggleAttribute("data-stale", old);
    if (changed) this.turn(news, old);
    if (old) this.say("[data-stale-words]", news.words);
    document.dispatchEvent(new CustomEvent("knai:fresh", { detail: news }));
    if (news.state === "stale" && news.silent_s % 6 === 0 && !document.hidden) this.stream?.wake();
  }

  /* Spoken once a change, not once a second. */
  turn(news, old) {
    const before = this.dataset.state;
    this.dataset.state = news.state;
    const spoken = old ? news.words : before === "waiting" ? "" : "Live figures are back.";
    this.say("[data-stale-spoken]", spoken);
    const link = this.querySelector("[data-when-closed]");
    if (link) link.hidden = news.state !== "closed";
  }

  say(selector, words) {
    const place = this.querySelector(selector);
    if (place && place.textContent !== words) place.textContent = words;
  }
}

customElements.define("live-stream", LiveStream);
