import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { ServerConnection } from "../src/server/languageClient";
import { compareVoices, selectVoices } from "../src/voicePicker";
import { fake, type QuickPickItem } from "./fakes/vscode";

beforeEach(() => {
  fake.reset();
});

/** Picks comments, then `property`, then `family`, then presses Escape. Returns the saved settings. */
async function pick(engine: string, property: string, family = "anna"): Promise<unknown[]> {
  const voice = { family: "one", pitch: 50, range: 50, rate: 175, volume: 100, balance: 0 };
  const answer = {
    engine,
    families: [{ name: family, language: "", description: "" }],
    casting: new Proxy({}, { get: () => voice }),
  };
  const connection: ServerConnection = {
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
  await selectVoices(connection, () => Promise.resolve());
  return fake.updates.map(({ name, value }) => [name, value]);
}

test("a speaker of eSpeak NG is saved in the category's voice", async () => {
  fake.settings["codechoir.voices.comment"] = { pitch: 30 };
  assert.deepEqual(await pick("espeak", "Speaker"), [
    ["codechoir.voices.comment", { pitch: 30, family: "anna" }],
  ]);
});

test("a speaker of another engine is saved per engine and keeps the other engines' speakers", async () => {
  fake.settings["codechoir.speakers"] = { xtts: { type: "ben" }, silent: { type: "hush" } };
  assert.deepEqual(await pick("xtts", "Speaker"), [
    ["codechoir.speakers", { xtts: { type: "ben", comment: "anna" }, silent: { type: "hush" } }],
  ]);
});

test("a speaker that overrides the voice is changed instead of the voice", async () => {
  fake.settings["codechoir.speakers"] = { espeak: { comment: "fr" } };
  assert.deepEqual(await pick("espeak", "Speaker", "de"), [
    ["codechoir.speakers", { espeak: { comment: "de" } }],
  ]);
});

test("reset to profile removes the speaker, too", async () => {
  fake.settings["codechoir.speakers"] = { xtts: { comment: "anna" } };
  assert.deepEqual(await pick("xtts", "Reset to profile"), [
    ["codechoir.voices.comment", undefined],
    ["codechoir.speakers", { xtts: { comment: undefined } }],
  ]);
});

/** Picks the labels one after the other, then presses Escape. Returns what was read with which engine. */
async function compare(labels: string[], natural = "natural"): Promise<unknown[]> {
  const read: unknown[] = [];
  let polls = 0;
  const connection: ServerConnection = {
    execute: <T>() => {
      const asked = fake.settings["codechoir.engine"] as string;
      const engine = asked === "finest" ? natural : asked;
      const engineLoaded = ++polls % 2 === 0;
      const status = { engine, engineReason: "too slow", engineLoaded, settings: { engine: asked } };
      return Promise.resolve(status as T);
    },
    notify: () => undefined,
  };
  const shownBefore = fake.lists.length;
  fake.pick = ({ label }: QuickPickItem) => label === labels[fake.lists.length - shownBefore - 1];
  await compareVoices(connection, () => {
    read.push(fake.settings["codechoir.engine"]);
    return Promise.resolve();
  });
  return read;
}

test("both kinds of voices are heard, and the one that is chosen is set", async () => {
  const labels = ["Listen to the natural voices", "Listen to eSpeak NG", "Use the natural voices"];
  assert.deepEqual(await compare(labels), ["finest", "espeak"]);
  assert.equal(fake.settings["codechoir.engine"], "finest");
  assert.deepEqual(fake.messages, []);
});

test("who does not choose keeps the engine", async () => {
  fake.settings["codechoir.engine"] = "xtts";
  assert.deepEqual(await compare([]), []);
  assert.deepEqual(fake.updates, []);
  assert.deepEqual(await compare(["Listen to eSpeak NG"]), ["espeak"]);
  assert.equal(fake.settings["codechoir.engine"], "xtts");
});

test("a sample that fails leaves the engine as it was", async () => {
  fake.settings["codechoir.engine"] = "xtts";
  const connection: ServerConnection = {
    execute: () => Promise.reject(new Error("the server has stopped")),
    notify: () => undefined,
  };
  fake.pick = ({ label }: QuickPickItem) => label === "Listen to eSpeak NG";
  await assert.rejects(
    compareVoices(connection, () => Promise.resolve()),
    /stopped/,
  );
  assert.equal(fake.settings["codechoir.engine"], "xtts");
});

test("a computer without natural voices is told why", async () => {
  await compare(["Listen to the natural voices", "Decide automatically"], "espeak");
  assert.deepEqual(fake.messages, ["eSpeak NG reads: too slow"]);
  assert.equal(fake.settings["codechoir.engine"], "auto");
});
