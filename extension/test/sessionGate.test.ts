import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SessionGate } from "../src/reading/sessionGate";

let gate: SessionGate;
let newer: number;
let heard: string[];

beforeEach(() => {
  newer = 0;
  heard = [];
  gate = new SessionGate(() => newer++);
});

function arrive(session: number, what = `${session}`): void {
  gate.admit(session, () => heard.push(what));
}

test("before anything was asked for, nothing is let through", () => {
  arrive(1);
  assert.deepEqual(heard, []);
});

test("what overtakes the answer to the request is held, and then delivered in order", () => {
  const ticket = gate.open();
  arrive(1, "first");
  arrive(1, "second");
  assert.deepEqual(heard, []);
  gate.name(ticket, 1);
  arrive(1, "third");
  assert.deepEqual(heard, ["first", "second", "third"]);
});

test("late sound of the reading before is dropped, also while the new one has no name yet", () => {
  gate.name(gate.open(), 1);
  const ticket = gate.open();
  arrive(1, "old");
  arrive(2, "new");
  gate.name(ticket, 2);
  arrive(1, "older still");
  assert.deepEqual(heard, ["new"]);
});

test("an answer to a request that the user has since replaced names nothing", () => {
  const first = gate.open();
  const second = gate.open();
  gate.name(first, 1);
  arrive(1, "replaced");
  gate.name(second, 2);
  arrive(2, "wanted");
  assert.deepEqual(heard, ["wanted"]);
});

test("after stop nothing is heard, not even of a reading whose name comes late", () => {
  const ticket = gate.open();
  gate.close();
  gate.name(ticket, 1);
  arrive(1);
  assert.deepEqual(heard, []);
  assert.equal(gate.isCurrent(ticket), false);
});

test("the server may go on in a newer session by itself, as after a change of the rate", () => {
  gate.name(gate.open(), 4);
  arrive(4, "slow");
  arrive(5, "fast");
  arrive(4, "slow, late");
  assert.deepEqual(heard, ["slow", "fast"]);
  assert.equal(newer, 1);
});
