import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { fill, openPage } from "./dom.mjs";

openPage();
const { Typed } = await import("../../knai/web/static/js/typed.js");
await import("../../knai/web/static/js/keep-typed.js");
const { Queue } = await import("../../knai/web/static/js/queue.js");
const { takeRefused } = await import("../../knai/web/static/js/out-box.js");
const { outboxWords } = await import("../../knai/web/static/js/out-box-words.js");

beforeEach(() => {
  fill("<p></p>");
  sessionStorage.clear();
  localStorage.clear();
  document.body.dataset.user = "7";
  online(true);
});
const online = (is) => Object.defineProperty(navigator, "onLine", { value: is, configurable: true });
const FORM = `<keep-typed key="vitals" queue><form action="/clinic/north/vitals/" method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="secret"><input type="hidden" name="idempotency_key" value="k1">
  <input name="sbp"><input type="password" name="pin"><textarea name="note"></textarea>
  <input type="radio" name="moaas" value="4"><input type="radio" name="moaas" value="5">
  <input type="checkbox" name="support" value="voice"><input type="checkbox" name="support" value="hand">
  <button name="then" value="next">Save</button></form></keep-typed>`;

function type(form) {
  form.elements.sbp.value = "138";
  form.elements.pin.value = "1234";
  form.querySelector('[value="4"]').checked = true;
  form.querySelector('[value="hand"]').checked = true;
  form.elements.sbp.dispatchEvent(new Event("input", { bubbles: true }));
}
const form = () => document.querySelector("form");
const submit = () => {
  const event = new Event("submit", { bubbles: true, cancelable: true });
  form().dispatchEvent(event);
  return event;
};

test("half-typed input comes back with the page", () => {
  fill(FORM);
  type(form());
  fill(FORM);
  assert.equal(form().elements.sbp.value, "138");
  assert.equal(form().querySelector('[value="4"]').checked, true);
  assert.deepEqual([...form().querySelectorAll("[name=support]:checked")].map((box) => box.value), ["hand"]);
  assert.ok(document.querySelector("keep-typed").hasAttribute("data-restored"));
});
test("a password and hidden values are never kept", () => {
  fill(FORM);
  type(form());
  const kept = sessionStorage.getItem(sessionStorage.key(0));
  assert.ok(!/1234|secret|k1/.test(kept));
});
test("what was sent does not come back", () => {
  fill(FORM);
  type(form());
  submit();
  fill(FORM);
  assert.equal(form().elements.sbp.value, "");
});
test("what was on its way when the log-in page came does come back", () => {
  fill(FORM);
  type(form());
  submit();
  new Typed(sessionStorage, "").bringBack();
  fill(FORM);
  assert.equal(form().elements.sbp.value, "138");
});
test("the next person on the tablet sees nothing of it", () => {
  fill(FORM);
  type(form());
  document.body.dataset.user = "8";
  fill(FORM);
  assert.equal(form().elements.sbp.value, "");
  new Typed(sessionStorage, "8").forgetOthers();
  assert.equal(sessionStorage.length, 0);
});
test("within one log-in of the tablet everybody finds their own again, and nobody another's", () => {
  new Typed(sessionStorage, "7").under("100");
  fill(FORM);
  type(form());
  document.body.dataset.user = "8";
  new Typed(sessionStorage, "8").under("100");
  fill(FORM);
  assert.equal(form().elements.sbp.value, "");
  document.body.dataset.user = "7";
  new Typed(sessionStorage, "7").under("100");
  fill(FORM);
  assert.equal(form().elements.sbp.value, "138");
});
for (const hands of ["", "200"])
  test(`under ${hands ? "another log-in" : "a log-in that is not shared"} it is forgotten`, () => {
    new Typed(sessionStorage, "7").under("100");
    fill(FORM);
    type(form());
    new Typed(sessionStorage, "8").under(hands);
    assert.equal(new Typed(sessionStorage, "7").load("vitals"), null);
  });
test("a PIN waits in no store for the network", () => {
  online(false);
  fill(FORM);
  type(form());
  submit();
  assert.equal(localStorage.length, 1);
  assert.doesNotMatch(JSON.stringify({ ...localStorage, ...sessionStorage }), /1234/);
});
test("a double tap sends once, and an answer frees the form", () => {
  fill(FORM);
  assert.equal(submit().defaultPrevented, false);
  assert.equal(submit().defaultPrevented, true);
  form().dispatchEvent(new CustomEvent("htmx:afterRequest", { bubbles: true, detail: { successful: false } }));
  assert.equal(submit().defaultPrevented, false);
});
test("without a network the entry waits, without its token, and the form is clean", () => {
  fill(FORM);
  type(form());
  online(false);
  assert.equal(submit().defaultPrevented, true);
  const [entry] = new Queue(localStorage).all();
  assert.equal(entry.id, "k1");
  assert.equal(entry.user, "7");
  assert.match(entry.body, /sbp=138/);
  assert.doesNotMatch(entry.body, /secret/);
  assert.equal(form().elements.sbp.value, "");
});
test("a form without a key of its own is not queued, as it could arrive twice", () => {
  fill(FORM.replace('name="idempotency_key"', 'name="other"'));
  type(form());
  online(false);
  submit();
  assert.equal(new Queue(localStorage).all().length, 0);
  assert.equal(form().elements.sbp.value, "138");
});

const waiting = (...ids) => {
  const queue = new Queue(localStorage);
  for (const id of ids) queue.add({ id, user: "7", url: `/${id}/`, body: `sbp=${id}` });
  return queue;
};
test("the same entry waits once", () => assert.equal(waiting("a", "a").all().length, 1));
test("entries are sent in the order they were written", async () => {
  const sent = [];
  const done = await waiting("a", "b", "c").replay("7", async ({ id }) => sent.push(id) && 200);
  assert.deepEqual([sent, done], [["a", "b", "c"], { sent: 3, stopped: "" }]);
});
for (const [answer, stopped, left] of [
  [503, "network", 2], [429, "network", 2], ["login", "login", 2], [401, "login", 2],
]) {
  test(`the rest waits when the answer is ${answer}`, async () => {
    const queue = waiting("a", "b");
    const done = await queue.replay("7", async () => answer);
    assert.deepEqual([done.stopped, done.sent, queue.all().length], [stopped, 0, left]);
  });
}
test("a lost network stops at that entry and loses none", async () => {
  const queue = waiting("a", "b", "c");
  const done = await queue.replay("7", async ({ id }) => {
    if (id === "b") throw new TypeError("network");
    return 200;
  });
  assert.deepEqual([done, queue.all().map(({ id }) => id)], [{ sent: 1, stopped: "network" }, ["b", "c"]]);
});
test("a refused entry stays to be looked at and holds nothing up", async () => {
  const queue = waiting("a", "b");
  await queue.replay("7", async ({ id }) => (id === "a" ? 422 : 200));
  assert.deepEqual(queue.all().map(({ id, refused }) => [id, refused]), [["a", 422]]);
  assert.equal((await queue.replay("7", () => assert.fail("sent twice"))).sent, 0);
});
test("one person's entries are not sent under another's name", async () => {
  const done = await waiting("a").replay("8", () => assert.fail("sent under another name"));
  assert.equal(done.sent, 0);
});
test("a refused entry is put back into its form once", () => {
  fill(FORM);
  const queue = new Queue(localStorage);
  queue.add({ id: "x", user: "7", url: form().action, body: "sbp=138&support=hand" });
  queue.refuse("x", 422);
  assert.deepEqual(takeRefused(form()), { sbp: ["138"], support: ["hand"] });
  assert.equal(takeRefused(form()), null);
});
test("the words tell what waits, for what, and what was not taken", () => {
  assert.equal(outboxWords(2, 0, "network"), "2 entries waiting for the network");
  assert.equal(outboxWords(1, 0, "login"), "1 entry waiting for your log-in");
  assert.match(outboxWords(0, 1, ""), /^1 entry not taken/);
  assert.equal(outboxWords(0, 0, ""), "");
});
test("two entries written without a network in one form are two, each with its own time", () => {
  online(false);
  fill(FORM.replace("<textarea", '<input name="effective_at"><textarea'));
  type(form());
  submit();
  form().elements.sbp.value = "139";
  submit();
  const [first, second] = new Queue(localStorage).all();
  assert.equal(first.id, "k1");
  assert.match(second.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.match(second.body, new RegExp(`idempotency_key=${second.id}`));
  assert.ok(Date.parse(new URLSearchParams(first.body).get("effective_at")) <= Date.now());
});
test("figures are kept where the browser itself must not offer them again", () => {
  const field = (more) => `<keep-typed key="v"><form><input name="sbp" autocomplete="off" ${more}></form></keep-typed>`;
  for (const [more, kept] of [["data-keep", "138"], ["", ""]]) {
    fill(field(more));
    form().elements.sbp.value = "138";
    form().elements.sbp.dispatchEvent(new Event("input", { bubbles: true }));
    fill(field(more));
    assert.equal(form().elements.sbp.value, kept);
    sessionStorage.clear();
  }
});
test("a tap that did not arrive says so, a form that waits or a page that asks does not", async () => {
  const { unsentWords } = await import("../../knai/web/static/js/toast-line.js");
  fill(`<form id="tap"></form>${FORM}`);
  const failed = (target, verb) => unsentWords({ target, detail: { requestConfig: { verb } } });
  assert.match(failed(document.getElementById("tap"), "post"), /nothing was charted/);
  assert.equal(failed(document.getElementById("tap"), "get"), "");
  assert.equal(failed(document.querySelector("keep-typed form"), "post"), "");
});
test("what is queued says when it was written, so that a clock time typed today stays today's", () => {
  fill(FORM.replace("<textarea", '<input name="effective_at" value="14:05"><textarea'));
  online(false);
  submit();
  const sent = new URLSearchParams(new Queue(localStorage).all()[0].body);
  assert.equal(sent.get("effective_at"), "14:05");
  assert.ok(Math.abs(new Date(sent.get("written_at")) - Date.now()) < 60_000);
});

const TAP = `<keep-typed queue><form action="/clinic/north/stop/" method="post">
  <input type="hidden" name="idempotency_key" value="k9"><input type="hidden" name="effective_at" value="">
  <button>Stop</button></form></keep-typed>`;

test("a tap without a network waits, with the time of the tap", () => {
  fill(TAP);
  online(false);
  submit();
  const [entry] = new Queue(localStorage).all();
  assert.ok(entry.isTap);
  assert.equal(new URLSearchParams(entry.body).get("effective_at"), new URLSearchParams(entry.body).get("written_at"));
  assert.notEqual(form().elements.idempotency_key.value, "k9");
});

test("a tap that was refused is told once on its page and leaves the queue", () => {
  const queue = new Queue(localStorage);
  queue.add({ id: "x", user: "7", url: "/stop/", body: "", page: location.href, at: "2026-11-23T14:05:00Z", isTap: true });
  queue.refuse("x", 409);
  const said = [];
  const listen = (event) => said.push(event.detail.text);
  document.addEventListener("knai:say", listen);
  document.createElement("out-box").tellOfTaps();
  document.removeEventListener("knai:say", listen);
  assert.match(said[0], /was not taken/);
  assert.equal(queue.all().length, 0);
});
