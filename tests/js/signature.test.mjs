import assert from "node:assert/strict";
import test from "node:test";
import { fill, openPage } from "./dom.mjs";

openPage();
globalThis.ResizeObserver = class {
  observe() {}
  disconnect() {}
};
const { Ink } = await import("../../knai/web/static/js/signature-pad.js");

function pad(value = "") {
  const element = fill(`<signature-pad><input type="hidden" name="ink" value="${value}"></signature-pad>`);
  element.canvas.getBoundingClientRect = () => ({ left: 10, top: 20, width: 300, height: 100 });
  return element;
}

function pen(element, type, x, y, id = 1, button = 0) {
  const event = Object.assign(new Event(type, { cancelable: true }), { clientX: x, clientY: y, pointerId: id, button });
  element.canvas.dispatchEvent(event);
}

test("a stroke goes into the field in the measures of the paper", () => {
  const element = pad();
  pen(element, "pointerdown", 10, 20);
  pen(element, "pointermove", 160, 70);
  pen(element, "pointermove", 160, 70);
  pen(element, "pointerup", 160, 70);
  pen(element, "pointermove", 200, 90);
  assert.equal(element.input.value, "[[[0,0],[300,100]]]");
});

test("what leaves the box is drawn along its edge, so that the server can read it", () => {
  const ink = new Ink();
  ink.begin(-5, 250);
  ink.to(700, 3.4);
  assert.equal(String(ink), "[[[0,200],[600,3]]]");
});

test("the palm of the hand and the second button draw nothing", () => {
  const element = pad();
  pen(element, "pointerdown", 10, 20, 1, 2);
  assert.equal(element.input.value, "");
  pen(element, "pointerdown", 10, 20, 1);
  pen(element, "pointerdown", 200, 80, 2);
  pen(element, "pointermove", 210, 80, 2);
  pen(element, "pointerup", 210, 80, 2);
  pen(element, "pointermove", 20, 20, 1);
  assert.equal(element.input.value, "[[[0,0],[20,0]]]");
});

test("clear empties the field and says that the box is empty", () => {
  const element = pad("[[[1,1],[90,90]]]");
  assert.equal(element.canvas.getAttribute("aria-label"), "Signature, drawn");
  element.querySelector("button").click();
  assert.equal(element.input.value, "");
  assert.match(element.canvas.getAttribute("aria-label"), /empty/);
});

test("what came back from the server is kept and goes on", () => {
  const element = pad("[[[1,1],[90,90]]]");
  pen(element, "pointerdown", 10, 20);
  assert.equal(element.input.value, "[[[1,1],[90,90]],[[0,0]]]");
});
