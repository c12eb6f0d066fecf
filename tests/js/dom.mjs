/* A small page for the tests: one jsdom window put where the modules look for it. */
import { JSDOM } from "jsdom";

const NAMES = [
  "window", "document", "location", "navigator", "HTMLElement", "CustomEvent", "Event", "customElements",
  "localStorage", "sessionStorage", "FormData", "getComputedStyle", "KeyboardEvent", "MouseEvent",
];

export function openPage(body = "", { url = "https://clinic.example/clinic/north/", user = "7" } = {}) {
  const dom = new JSDOM(`<!doctype html><html><body>${body}</body></html>`, { url, pretendToBeVisual: true });
  dom.window.document.body.dataset.user = user;
  dom.window.document.body.dataset.login = "/accounts/login/";
  for (const name of NAMES) {
    Object.defineProperty(globalThis, name, { value: dom.window[name], configurable: true, writable: true });
  }
  return dom.window;
}

/* Elements register once a process, so one page serves a whole file and is filled anew. */
export function fill(html) {
  document.body.innerHTML = html;
  return document.body.firstElementChild;
}

export class FakeSource {
  static opened = [];
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.listeners = {};
    FakeSource.opened.push(this);
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  send(name, data) {
    this.listeners[name]({ data: typeof data === "string" ? data : JSON.stringify(data) });
  }
  refuse() {
    this.readyState = 2;
    this.onerror();
  }
  lose() {
    this.readyState = 0;
    this.onerror();
  }
  close() {
    this.readyState = 2;
    this.closed = true;
  }
}
