import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { StatusItem } from "../src/statusItem";
import { fake } from "./fakes/vscode";

let item: StatusItem;

beforeEach(() => {
  fake.reset();
  item = new StatusItem();
});

function shown(): { text: string; label: string; command: unknown } {
  const { text, accessibilityInformation, command } = fake.statusItem!;
  return { text, label: accessibilityInformation!.label, command };
}

test("it tells the state in words, to the eye and to a screen reader", () => {
  item.showReading({ phase: "speaking" });
  assert.match(shown().text, /Codechoir: speaking$/);
  assert.equal(shown().label, "Codechoir: speaking. Choose to stop.");
});

test("choosing it does what is most wanted in the state", () => {
  const commands = (["waiting", "speaking", "paused", "blocked", "failed"] as const).map((phase) => {
    item.showReading({ phase });
    return shown().command;
  });
  assert.deepEqual(commands, [
    "codechoir.stop",
    "codechoir.stop",
    "codechoir.pauseOrResume",
    "codechoir.enableAudio",
    "codechoir.showLog",
  ]);
});

test("what the server says is shown in its words", () => {
  item.showReading({ phase: "failed", message: "no sound device was found" });
  assert.match(shown().text, /no sound device was found/);
  item.showReading({ phase: "failed", message: "Install one." });
  assert.equal(shown().label, "Codechoir: Install one. Choose to show the log.");
});

test("a server that is not there matters more than any reading", () => {
  item.showServer("missing");
  assert.match(shown().text, /not set up/);
  assert.equal(shown().command, "codechoir.setUp");
  item.showServer("ready");
  assert.match(shown().text, /Codechoir: not reading$/);
});

test("what is left out is told as long as it is, but for the answer to an act", () => {
  item.showListening("without comment");
  assert.match(shown().text, /Codechoir: not reading \(without comment\)$/);
  item.showReading({ phase: "speaking" });
  assert.equal(shown().label, "Codechoir: speaking (without comment). Choose to stop.");
  item.showNote("everything is heard");
  assert.match(shown().text, /Codechoir: everything is heard$/);
  item.showListening(undefined);
  item.showReading({ phase: "paused" });
  assert.match(shown().text, /Codechoir: paused$/);
});

test("the answer to an act is shown for a while, and gives way to news", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    item.showNote("195 words a minute");
    assert.match(shown().label, /195 words a minute/);
    mock.timers.tick(8000);
    assert.match(shown().text, /not reading/);
    item.showNote("215 words a minute");
    item.showReading({ phase: "speaking" });
    assert.match(shown().text, /speaking/);
  } finally {
    mock.timers.reset();
  }
});
