import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { type Actors, registerCommands } from "../src/commands";
import { audible, listeningWords } from "../src/listening";
import type { Connection } from "../src/server/connection";
import { StatusItem } from "../src/statusItem";
import { tellListening } from "../src/wiring";
import { fake, Uri } from "./fakes/vscode";
import { silentLog } from "./support";

let said: unknown[];
let notes: string[];
let shown: string[];

const connection: Connection = {
  execute: <T>() => Promise.resolve({ words: "letter x, variable x" } as T),
  notify: () => undefined,
};

beforeEach(() => {
  fake.reset();
  said = [];
  notes = [];
  shown = [];
  registerCommands({
    reader: { tell: (_: unknown, what: unknown) => Promise.resolve(said.push(what)) },
    connect: () => Promise.resolve(connection),
    note: (words: string) => notes.push(words),
    show: (words: string) => shown.push(words),
    log: silentLog,
  } as unknown as Actors);
});

async function run(name: string): Promise<void> {
  await fake.registered.get(`codechoir.${name}`)!();
  assert.deepEqual(fake.messages, []);
}

function openEditor(isEmpty = true): void {
  const active = { line: 1, character: 2 };
  fake.editors = [
    {
      document: { uri: Uri.file("/cart.py") },
      selection: { isEmpty, active, start: { line: 0, character: 0 }, end: active },
    },
  ];
}

const uri = "file:///cart.py";
const position = { line: 1, character: 2 };

test("the outline of the file, and of the symbol at the cursor, is told aloud", async () => {
  openEditor();
  await run("outlineFile");
  await run("outlineSymbol");
  assert.deepEqual(said, [
    { what: "outline", uri },
    { what: "outline", uri, position },
  ]);
});

test("the token at the cursor is described, aloud and for the eye", async () => {
  openEditor();
  await run("describeToken");
  assert.deepEqual(said, [{ what: "describe", uri, position }]);
  assert.deepEqual(shown, ["letter x, variable x"]);
});

test("the selection is spelled; without one the word at the cursor", async () => {
  openEditor(false);
  await run("spellSelection");
  openEditor();
  await run("spellSelection");
  assert.deepEqual(said, [
    { what: "spell", uri, range: { start: { line: 0, character: 0 }, end: position } },
    { what: "spell", uri, position },
  ]);
});

test("categories to mute are picked from a list that knows those that are muted", async () => {
  fake.settings["codechoir.mute"] = ["keyword"];
  fake.pick = ({ label }) => label === "comment" || label === "operator";
  await run("mute");
  assert.equal(fake.lists[0]!.length, audible.length);
  assert.deepEqual(
    fake.lists[0]!.filter(({ picked }) => picked).map(({ label }) => label),
    ["keyword"],
  );
  assert.deepEqual(fake.settings["codechoir.mute"], ["comment", "operator"]);
  assert.deepEqual(notes, ["without comment, operator"]);
});

test("a list that is left with Escape changes nothing", async () => {
  fake.settings["codechoir.solo"] = ["keyword"];
  await run("solo");
  await run("chooseWhatIsRead");
  assert.deepEqual(fake.updates, []);
  assert.deepEqual(notes, ["only keyword", "only keyword"]);
});

test("comments are muted and heard again with one key", async () => {
  await run("muteComments");
  assert.deepEqual(fake.settings["codechoir.mute"], ["comment"]);
  await run("muteComments");
  assert.equal(fake.settings["codechoir.mute"], undefined);
  assert.deepEqual(notes, ["without comment", "everything is heard"]);
});

test("a kind of thing is picked, and everything is heard again", async () => {
  fake.settings["codechoir.mute"] = ["comment"];
  fake.pick = ({ label }) => label === "signatures";
  await run("chooseWhatIsRead");
  assert.equal(fake.settings["codechoir.only"], "signatures");
  await run("hearEverything");
  assert.deepEqual(
    ["mute", "solo", "only"].map((name) => fake.settings[`codechoir.${name}`]),
    [undefined, undefined, undefined],
  );
  assert.deepEqual(notes, ["only signatures, without comment", "everything is heard"]);
});

test("one kind alone is not told together with the categories that it stands for", () => {
  fake.settings["codechoir.solo"] = ["keyword"];
  fake.settings["codechoir.only"] = "literals";
  assert.equal(listeningWords(), "only literals");
});

test("what is left out is shown from the start on, and when the settings change", () => {
  fake.settings["codechoir.mute"] = ["comment"];
  const watch = tellListening(new StatusItem());
  assert.match(fake.statusItem!.text, /without comment/);
  fake.set("codechoir.mute", []);
  assert.doesNotMatch(fake.statusItem!.text, /without/);
  watch.dispose();
});
