import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { type CommandContext, registerCommands } from "../src/commands";
import { activeFiltersText, filterableCategories } from "../src/readingFilters";
import { showActiveFilters, StatusBar } from "../src/statusBar";
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

test("the status bar shows the filters from the start, and when the settings change", () => {
  fake.settings["codechoir.mute"] = ["comment"];
  const showing = showActiveFilters(new StatusBar());
  assert.match(fake.statusItem!.text, /without comment/);
  fake.set("codechoir.mute", []);
  assert.doesNotMatch(fake.statusItem!.text, /without/);
  showing.dispose();
});
