import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { type CommandContext, registerCommands } from "../src/commands";
import { activeFiltersText, filterableCategories } from "../src/readingFilters";
import { showActiveFilters, StatusBar } from "../src/statusBar";
import type { LanguageServer } from "../src/server/languageServer";
import { Disposable } from "../src/vscodeapi";
import { fake } from "./fakes/vscode";
import { silentLog } from "./support";

let results: string[];

beforeEach(() => {
  fake.reset();
  results = [];
  registerCommands({
    showResult: (text: string) => results.push(text),
    log: silentLog,
  } as unknown as CommandContext);
});

/** A running server with a profile whose voices of `silent` have volume 0. */
function serverThatFinds(silent: string[]): LanguageServer {
  const connection = { execute: () => Promise.resolve({ silent }) };
  const onDidChange = (): Disposable => new Disposable(() => undefined);
  return {
    state: "ready",
    connect: () => Promise.resolve(connection),
    onDidChange,
  } as unknown as LanguageServer;
}

async function run(name: string): Promise<void> {
  await fake.registered.get(`codechoir.${name}`)!();
  assert.deepEqual(fake.messages, []);
}

test("the list of categories to mute has the muted ones selected", async () => {
  fake.settings["codechoir.mute"] = ["keyword"];
  fake.pick = ({ label }) => label === "comment" || label === "operator";
  await run("mute");
  assert.equal(fake.lists[0]!.length, filterableCategories.length);
  assert.deepEqual(
    fake.lists[0]!.filter(({ picked }) => picked).map(({ label }) => label),
    ["keyword"],
  );
  assert.deepEqual(fake.settings["codechoir.mute"], ["comment", "operator"]);
  assert.deepEqual(results, ["without comment, operator"]);
});

test("pressing Escape in a list changes nothing", async () => {
  fake.settings["codechoir.solo"] = ["keyword"];
  await run("solo");
  await run("chooseWhatIsRead");
  assert.deepEqual(fake.updates, []);
  assert.deepEqual(results, ["only keyword", "only keyword"]);
});

test("comments are muted and unmuted with one command", async () => {
  await run("muteComments");
  assert.deepEqual(fake.settings["codechoir.mute"], ["comment"]);
  await run("muteComments");
  assert.equal(fake.settings["codechoir.mute"], undefined);
  assert.deepEqual(results, ["without comment", "reading everything"]);
});

test("a kind of code is selected, and all filters are cleared", async () => {
  fake.settings["codechoir.mute"] = ["comment"];
  fake.pick = ({ label }) => label === "signatures";
  await run("chooseWhatIsRead");
  assert.equal(fake.settings["codechoir.only"], "signatures");
  await run("hearEverything");
  assert.deepEqual(
    ["mute", "solo", "only"].map((name) => fake.settings[`codechoir.${name}`]),
    [undefined, undefined, undefined],
  );
  assert.deepEqual(results, ["only signatures, without comment", "reading everything"]);
});

test("a kind of code that replaces the selected categories is shown alone", () => {
  fake.settings["codechoir.solo"] = ["keyword"];
  fake.settings["codechoir.only"] = "literals";
  assert.equal(activeFiltersText(), "only literals");
});

test("voices with volume 0 are shown as missing", () => {
  fake.settings["codechoir.voices.operator"] = { volume: 0 };
  fake.settings["codechoir.voices.variable"] = { volume: 0 };
  fake.settings["codechoir.voices.function"] = { volume: 20 };
  fake.settings["codechoir.mute"] = ["comment"];
  assert.equal(activeFiltersText(), "without comment, operator, variable, punctuation");
  fake.settings["codechoir.volume"] = 0;
  assert.equal(activeFiltersText(), "without sound");
});

test("the status bar shows voices that have volume 0 in the profile", async () => {
  const showing = showActiveFilters(new StatusBar(), serverThatFinds(["operator", "punctuation"]));
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(fake.statusItem!.text, /\(without operator, punctuation\)/);
  showing.dispose();
});

test("the status bar shows the filters from the start, and when the settings change", () => {
  fake.settings["codechoir.mute"] = ["comment"];
  const showing = showActiveFilters(new StatusBar(), serverThatFinds([]));
  assert.match(fake.statusItem!.text, /without comment/);
  fake.set("codechoir.mute", []);
  assert.doesNotMatch(fake.statusItem!.text, /without/);
  showing.dispose();
});
