import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { clockWords, countdownWords, deltaWords, elapsedWords, entries, sparkPoints } from "../../knai/web/static/js/words.js";

// The same table is read by tests/web/test_words.py: server and browser must write alike.
const table = JSON.parse(readFileSync(new URL("./words.json", import.meta.url), "utf-8"));
const functions = { elapsed: elapsedWords, countdown: countdownWords, delta: deltaWords, spark: sparkPoints };

for (const [name, rows] of Object.entries(table)) {
  for (const [input, words] of rows) {
    test(`${name} of ${JSON.stringify(input)} is written ${words}`, () => assert.equal(functions[name](input), words));
  }
}

test("a change nobody knows is written as nothing", () => assert.equal(deltaWords(null), ""));
test("a clock shows the clinic's time, not the browser's", () => {
  assert.equal(clockWords(Date.UTC(2026, 10, 23, 23, 30), "Europe/Berlin"), "00:30");
});
test("one entry is not entries", () => assert.deepEqual([entries(1), entries(2)], ["1 entry", "2 entries"]));
