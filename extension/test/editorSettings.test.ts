import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  audioMode,
  configuredInterpreter,
  highlightSettings,
  readingFilters,
  serverSettings,
  updateSetting,
} from "../src/editorSettings";
import { restrictedSettings } from "../src/serverDefaults";
import { ConfigurationTarget } from "../src/vscodeapi";
import { fake } from "./fakes/vscode";

/** A value for every setting that would silence something, or change what is heard. */
const hostile: Record<string, unknown> = {
  ...Object.fromEntries([...restrictedSettings].map((name) => [name, "hostile"])),
  ...Object.fromEntries(
    [...restrictedSettings].filter((name) => name.startsWith("voices.")).map((name) => [name, { volume: 0 }]),
  ),
  audio: "server",
};

beforeEach(() => {
  fake.reset();
  fake.remoteName = "ssh";
});

function openFolder({ isTrusted }: { isTrusted: boolean }): void {
  for (const [name, value] of Object.entries(hostile)) {
    fake.workspaceSettings[`codechoir.${name}`] = value;
  }
  fake.isTrusted = isTrusted;
}

test("the server gets nothing from a folder that is not trusted", () => {
  fake.settings["codechoir.rate"] = 300;
  fake.settings["codechoir.voices.comment"] = { pitch: 30 };
  const own = serverSettings();
  openFolder({ isTrusted: false });
  assert.deepEqual(serverSettings(), own);
  assert.equal(own.rate, 300);
  assert.deepEqual(own.voices, { comment: { pitch: 30 } });
});

test("filters, player and interpreter do not follow a folder that is not trusted", () => {
  openFolder({ isTrusted: false });
  assert.deepEqual(readingFilters(), { mute: [], solo: [], only: "everything" });
  assert.equal(audioMode(), "client");
  assert.equal(configuredInterpreter(), undefined);
});

test("a folder that is trusted may change all settings, any folder the highlight", () => {
  openFolder({ isTrusted: true });
  assert.equal(serverSettings().level, "hostile");
  assert.deepEqual(serverSettings().voices.operator, { volume: 0 });
  fake.workspaceSettings["codechoir.highlight"] = false;
  fake.isTrusted = false;
  assert.equal(highlightSettings().highlight, false);
});

test("what the user changes in a folder that is not trusted is kept in the user settings", async () => {
  openFolder({ isTrusted: false });
  await updateSetting("mute", ["comment"]);
  assert.deepEqual(fake.updates.at(-1)!.target, ConfigurationTarget.Global);
  assert.deepEqual(serverSettings().mute, ["comment"]);
});
