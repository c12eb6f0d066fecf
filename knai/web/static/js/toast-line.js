/* <toast-line>: says one thing for a moment. From script: say("Saved"); from the server: HX-Trigger "knai:say". */
const SHOWN_MS = 6000;

export function say(text) {
  document.dispatchEvent(new CustomEvent("knai:say", { detail: { text } }));
}

/* A tap that did not arrive must not look as if it had; a form that waits in the queue says so itself. */
export function unsentWords({ detail, target }) {
  const isAsking = detail?.requestConfig?.verb === "get";
  return isAsking || target?.closest?.("keep-typed[queue]") ? "" : "No connection: nothing was charted. Tap again.";
}

export class ToastLine extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => this.show(event.detail?.text ?? event.detail?.value ?? "");
    this.fail = (event) => this.show(unsentWords(event));
    document.addEventListener("knai:say", this.listen);
    document.addEventListener("htmx:sendError", this.fail);
  }

  disconnectedCallback() {
    document.removeEventListener("knai:say", this.listen);
    document.removeEventListener("htmx:sendError", this.fail);
  }

  show(text) {
    if (!text) return;
    const toast = document.createElement("p");
    toast.className = "toast";
    toast.textContent = text;
    this.replaceChildren(toast);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => toast.remove(), SHOWN_MS);
  }
}

customElements.define("toast-line", ToastLine);
