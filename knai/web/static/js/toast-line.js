/* <toast-line>: says one thing for a moment. From script: say("Saved"); from the server: HX-Trigger "knai:say". */
const SHOWN_MS = 6000;

export function say(text) {
  document.dispatchEvent(new CustomEvent("knai:say", { detail: { text } }));
}

export class ToastLine extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => this.show(event.detail?.text ?? event.detail?.value ?? "");
    document.addEventListener("knai:say", this.listen);
  }

  disconnectedCallback() {
    document.removeEventListener("knai:say", this.listen);
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
