import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SessionFilter } from "../../src/reading/readingSession";

let filter: SessionFilter;
let newer: number;
let delivered: string[];

beforeEach(() => {
  newer = 0;
  delivered = [];
  filter = new SessionFilter(() => newer++);
});

function arrive(session: number, what = `${session}`): void {
  filter.admit(session, () => delivered.push(what));
}

test("without a request nothing is delivered", () => {
  arrive(1);
  assert.deepEqual(delivered, []);
});

test("messages that arrive before the result of the request are delivered after it, in order", () => {
  const request = filter.open();
  arrive(1, "first");
  arrive(1, "second");
  assert.deepEqual(delivered, []);
  filter.resolve(request, 1);
  arrive(1, "third");
  assert.deepEqual(delivered, ["first", "second", "third"]);
});

test("late messages of the old session are dropped, even before the new session is known", () => {
  filter.resolve(filter.open(), 1);
  const request = filter.open();
  arrive(1, "old");
  arrive(2, "new");
  filter.resolve(request, 2);
  arrive(1, "older still");
  assert.deepEqual(delivered, ["new"]);
});

test("the result of a replaced request is ignored", () => {
  const first = filter.open();
  const second = filter.open();
  filter.resolve(first, 1);
  arrive(1, "replaced");
  filter.resolve(second, 2);
  arrive(2, "wanted");
  assert.deepEqual(delivered, ["wanted"]);
});

test("after close nothing is delivered, even if the result of the request comes later", () => {
  const request = filter.open();
  filter.close();
  filter.resolve(request, 1);
  arrive(1);
  assert.deepEqual(delivered, []);
  assert.equal(filter.isLatest(request), false);
});

test("a newer session that the server starts by itself becomes the current one", () => {
  filter.resolve(filter.open(), 4);
  arrive(4, "slow");
  arrive(5, "fast");
  arrive(4, "slow, late");
  assert.deepEqual(delivered, ["slow", "fast"]);
  assert.equal(newer, 1);
});
