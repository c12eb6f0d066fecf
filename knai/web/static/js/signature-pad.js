/* <signature-pad> round a hidden input: a box to sign in with finger, pen or mouse. The strokes go into the
   input as [[[x, y], …], …] on 600 × 200, so that the paper can draw them sharp and the server can measure
   them. Without this module the field to type a name stands alone. */
const WIDE = 600;
const HIGH = 200;

export class Ink {
  constructor(text = "") {
    this.strokes = text ? JSON.parse(text) : [];
  }

  begin(x, y) {
    this.strokes.push([]);
    this.to(x, y);
  }

  /* Points that say nothing new are left out; what leaves the box is drawn along its edge. */
  to(x, y) {
    const stroke = this.strokes.at(-1);
    const point = [fit(x, WIDE), fit(y, HIGH)];
    const last = stroke.at(-1);
    if (!last || last[0] !== point[0] || last[1] !== point[1]) stroke.push(point);
  }

  toString() {
    return this.strokes.length ? JSON.stringify(this.strokes) : "";
  }
}

const fit = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

export class SignaturePad extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.ink = new Ink(this.input.value);
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { className: "input", role: "img" });
    this.clear = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Clear" });
    this.append(this.canvas, this.clear);
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) this.canvas.addEventListener(name, this);
    this.clear.addEventListener("click", this);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.canvas);
    this.say();
  }

  disconnectedCallback() {
    this.watch?.disconnect();
  }

  handleEvent(event) {
    if (event.type === "click") this.ink = new Ink();
    else if (event.type === "pointerdown") this.press(event);
    else if (event.type === "pointermove" && this.pen === event.pointerId) this.follow(event);
    else if (this.pen === event.pointerId) this.pen = undefined;
    this.say();
    this.draw();
  }

  /* One pen at a time: the palm of the hand is not part of a signature. */
  press(event) {
    if (this.pen !== undefined || event.button) return;
    this.pen = event.pointerId;
    this.canvas.setPointerCapture?.(event.pointerId);
    this.ink.begin(...this.place(event));
    event.preventDefault();
  }

  follow(event) {
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.ink.to(...this.place(each));
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDE, ((event.clientY - box.top) / box.height) * HIGH];
  }

  say() {
    this.input.value = String(this.ink);
    this.canvas.setAttribute("aria-label", this.ink.strokes.length ? "Signature, drawn" : "Box to sign in, empty. The full name can be typed instead.");
  }

  draw() {
    const scale = (this.canvas.clientWidth * (window.devicePixelRatio || 1)) / WIDE;
    Object.assign(this.canvas, { width: WIDE * scale, height: HIGH * scale });
    const pen = this.canvas.getContext?.("2d");
    if (!pen) return;
    Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#18212b" });
    pen.scale(scale, scale);
    for (const [first, ...rest] of this.ink.strokes) {
      pen.beginPath();
      pen.moveTo(...first);
      for (const point of rest.length ? rest : [first]) pen.lineTo(...point);
      pen.stroke();
    }
  }
}

customElements.define("signature-pad", SignaturePad);
