import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Connection } from "../src/server/connection";
import { chooseVoices } from "../src/voicePicker";
import { fake, type QuickPickItem } from "./fakes/vscode";

beforeEach(() => {
  fake.reset();
});

/** Chooses comments, then `property`, then `family`, then leaves. Returns what was saved. */
async function choose(engine: string, property: string, family = "anna"): Promise<unknown[]> {
  const voice = { family: "one", pitch: 50, range: 50, rate: 175, volume: 100, balance: 0 };
  const answer = {
    engine,
    families: [{ name: family, language: "", description: "" }],
    casting: new Proxy({}, { get: () => voice }),
  };
  const connection: Connection = {
    execute: <T>() => Promise.resolve(answer as T),
    notify: () => undefined,
  };
  const wanted = ["comment", property, family];
  fake.pick = (item: QuickPickItem) => {
    const isIt = item.label === wanted[0];
    if (isIt) {
      wanted.shift();
    }
    return isIt;
  };
  await chooseVoices(connection, () => Promise.resolve());
  return fake.updates.map(({ name, value }) => [name, value]);
}

test("a speaker of the embedded engine is part of the category's voice", async () => {
  fake.settings["codechoir.voices.comment"] = { pitch: 30 };
  assert.deepEqual(await choose("espeak", "Speaker"), [
    ["codechoir.voices.comment", { pitch: 30, family: "anna" }],
  ]);
});

test("a speaker of another engine is kept apart, and leaves those of the others alone", async () => {
  fake.settings["codechoir.speakers"] = { xtts: { type: "ben" }, silent: { type: "hush" } };
  assert.deepEqual(await choose("xtts", "Speaker"), [
    ["codechoir.speakers", { xtts: { type: "ben", comment: "anna" }, silent: { type: "hush" } }],
  ]);
});

test("a speaker that wins over the voice is the one that is changed", async () => {
  fake.settings["codechoir.speakers"] = { espeak: { comment: "fr" } };
  assert.deepEqual(await choose("espeak", "Speaker", "de"), [
    ["codechoir.speakers", { espeak: { comment: "de" } }],
  ]);
});

test("back to the profile means the speaker, too", async () => {
  fake.settings["codechoir.speakers"] = { xtts: { comment: "anna" } };
  assert.deepEqual(await choose("xtts", "Everything as in the profile"), [
    ["codechoir.voices.comment", undefined],
    ["codechoir.speakers", { xtts: { comment: undefined } }],
  ]);
});
