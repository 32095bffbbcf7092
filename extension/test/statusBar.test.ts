import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { StatusBar } from "../src/statusBar";
import { fake } from "./fakes/vscode";

let statusBar: StatusBar;

beforeEach(() => {
  fake.reset();
  statusBar = new StatusBar();
});

function shown(): { text: string; label: string; command: unknown } {
  const { text, accessibilityInformation, command } = fake.statusItem!;
  return { text, label: accessibilityInformation!.label, command };
}

test("the state is shown as text and as accessible label", () => {
  statusBar.showReading({ phase: "speaking" });
  assert.match(shown().text, /Codechoir: speaking$/);
  assert.equal(shown().label, "Codechoir: speaking. Click to stop.");
});

test("a click runs the command that suits the state", () => {
  const commands = (["waiting", "speaking", "paused", "blocked", "failed"] as const).map((phase) => {
    statusBar.showReading({ phase });
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

test("messages of the server are shown", () => {
  statusBar.showReading({ phase: "failed", message: "no sound device was found" });
  assert.match(shown().text, /no sound device was found/);
  statusBar.showReading({ phase: "failed", message: "Install one." });
  assert.equal(shown().label, "Codechoir: Install one. Click to show the log.");
});

test("a missing server takes precedence over the reading", () => {
  statusBar.showServer("missing");
  assert.match(shown().text, /not set up/);
  assert.equal(shown().command, "codechoir.setUp");
  statusBar.showServer("ready");
  assert.match(shown().text, /Codechoir: not reading$/);
});

test("active filters are shown, except together with a result", () => {
  statusBar.showFilters("without comment");
  assert.match(shown().text, /Codechoir: not reading \(without comment\)$/);
  statusBar.showReading({ phase: "speaking" });
  assert.equal(shown().label, "Codechoir: speaking (without comment). Click to stop.");
  statusBar.showResult("reading everything");
  assert.match(shown().text, /Codechoir: reading everything$/);
  statusBar.showFilters(undefined);
  statusBar.showReading({ phase: "paused" });
  assert.match(shown().text, /Codechoir: paused$/);
});

test("a result is shown for a while, and replaced by a new state", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    statusBar.showResult("195 words per minute");
    assert.match(shown().label, /195 words per minute/);
    mock.timers.tick(8000);
    assert.match(shown().text, /not reading/);
    statusBar.showResult("215 words per minute");
    statusBar.showReading({ phase: "speaking" });
    assert.match(shown().text, /speaking/);
  } finally {
    mock.timers.reset();
  }
});
