import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { JSDOM } from "jsdom";
import { fill, openPage } from "./dom.mjs";

const source = (name) => readFileSync(new URL(`../../knai/web/static/js/${name}`, import.meta.url), "utf-8");

function pageWith(script, body, kept = {}) {
  const dom = new JSDOM(`<!doctype html><html><body>${body}</body></html>`, { url: "https://clinic.example/", runScripts: "outside-only" });
  for (const [key, value] of Object.entries(kept)) dom.window.localStorage.setItem(key, value);
  vm.runInContext(source(script), dom.getInternalVMContext());
  return dom.window;
}
const SWITCH = `<button data-theme-switch><i data-theme-icon="system"></i><i data-theme-icon="light" hidden></i><i data-theme-icon="dark" hidden></i></button>`;

test("a kept dark theme holds from the first paint", () => {
  const window = pageWith("theme.js", SWITCH, { "knai:theme": "dark" });
  assert.equal(window.document.documentElement.dataset.theme, "dark");
});
test("the switch goes round device, light, dark and tells which", () => {
  const { document, localStorage } = pageWith("theme.js", SWITCH);
  const seen = [];
  for (let i = 0; i < 3; i += 1) {
    document.querySelector("button").click();
    seen.push([document.documentElement.dataset.theme, document.querySelector("button").title]);
  }
  assert.deepEqual(seen, [["light", "Theme: light"], ["dark", "Theme: dark"], [undefined, "Theme: as the device"]]);
  assert.equal(localStorage.getItem("knai:theme"), "system");
});
test("a theme nobody offers is the device's", () => {
  assert.equal(pageWith("theme.js", "", { "knai:theme": "pink" }).document.documentElement.dataset.theme, undefined);
});
test("privacy hides who is who, is kept, and says that it is on", () => {
  const { document, localStorage } = pageWith("privacy.js", `<button data-privacy-toggle aria-pressed="false"></button>`);
  document.querySelector("button").click();
  assert.equal(document.documentElement.dataset.privacy, "on");
  assert.equal(document.querySelector("button").getAttribute("aria-pressed"), "true");
  assert.equal(localStorage.getItem("knai:privacy"), "on");
  document.querySelector("button").click();
  assert.equal(document.documentElement.dataset.privacy, undefined);
});

const window = openPage();
const { press } = await import("../../knai/web/static/js/number-pad.js");
const { say } = await import("../../knai/web/static/js/toast-line.js");
const { startDialogs } = await import("../../knai/web/static/js/dialogs.js");

for (const [text, key, after] of [["12", "3", "123"], ["123", "back", "12"], ["", "back", ""], ["12", "clear", ""], ["1.", ".", "1."], ["1", ".", "1."]]) {
  test(`${key} after "${text}" gives "${after}"`, () => assert.equal(press(text, key), after));
}
test("the pad writes into its field and the field tells of it", () => {
  fill(`<number-pad for="sbp"><input id="sbp" value="13"><button data-digit="8">8</button></number-pad>`);
  let told = 0;
  document.getElementById("sbp").addEventListener("input", () => (told += 1));
  document.querySelector("button").click();
  assert.equal(document.getElementById("sbp").value, "138");
  assert.equal(told, 1);
});
test("a pad writes nothing into a field that is closed", () => {
  fill(`<number-pad for="sbp"><input id="sbp" value="13" disabled><button data-digit="8">8</button></number-pad>`);
  document.querySelector("button").click();
  assert.equal(document.getElementById("sbp").value, "13");
});
test("what is said shows as text, never as markup", () => {
  const line = fill("<toast-line></toast-line>");
  say("<b>Vitals saved</b>");
  assert.equal(line.textContent, "<b>Vitals saved</b>");
  clearTimeout(line.timer);
});
test("a dialog opens and closes by its buttons", () => {
  startDialogs(document);
  fill(`<div><button id="open" data-opens="d"></button><dialog id="d"><button id="close" data-closes="d"></button></dialog></div>`);
  const dialog = document.getElementById("d");
  dialog.showModal = () => dialog.setAttribute("open", "");
  dialog.close = () => dialog.removeAttribute("open");
  document.getElementById("open").click();
  assert.ok(dialog.hasAttribute("open"));
  document.getElementById("close").dispatchEvent(new window.MouseEvent("click", { bubbles: true }));
  assert.ok(!dialog.hasAttribute("open"));
});
