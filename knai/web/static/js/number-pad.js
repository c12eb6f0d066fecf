/* <number-pad for="input id">: big digits for gloved fingers; the field stays a plain field. */
export function press(text, key) {
  if (key === "clear") return "";
  if (key === "back") return text.slice(0, -1);
  if (key === "." && text.includes(".")) return text;
  return text + key;
}

export class NumberPad extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.onpress);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.onpress);
  }

  onpress = (event) => {
    const key = event.target.closest("[data-digit]")?.dataset.digit;
    const input = document.getElementById(this.getAttribute("for"));
    if (!key || !input || input.disabled || input.readOnly) return;
    const text = press(input.value, key);
    if (input.maxLength > 0 && text.length > input.maxLength) return;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

customElements.define("number-pad", NumberPad);
