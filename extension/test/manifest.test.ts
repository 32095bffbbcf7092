import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { type CommandContext, registerCommands } from "../src/commands";
import { contentKinds } from "../src/displayNames";
import { filterableCategories } from "../src/readingFilters";
import { restrictedSettings, serverDefaults } from "../src/serverDefaults";
import { categories } from "../src/serverProtocol";
import { limits } from "../src/voicePicker";
import {
  bindingsOn,
  collisions,
  type KeyBinding,
  type ManifestBinding,
  type System,
  systems,
} from "./keymaps";
import { fake } from "./fakes/vscode";
import { silentLog } from "./support";

interface Setting {
  default: unknown;
  scope: string;
  tags: string[];
  type: unknown;
  additionalProperties?: boolean;
  enum?: string[];
  items?: { enum?: string[] };
  properties?: Record<string, { minimum?: number; maximum?: number }>;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string; enablement?: string }[];
    keybindings: ManifestBinding[];
    configuration: { properties: Record<string, Setting> }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const text = readFileSync("package.json", "utf8");
const { contributes, capabilities } = JSON.parse(text) as Manifest;
const english = JSON.parse(readFileSync("package.nls.json", "utf8")) as Record<string, string>;
const german = JSON.parse(readFileSync("package.nls.de.json", "utf8")) as Record<string, string>;
const settings = Object.fromEntries(
  contributes.configuration.flatMap(({ properties }) => Object.entries(properties)),
);

/** Keys of VS Code on the desktop and in a browser; written by extension/scripts/default_keymaps.mjs. */
const keymaps = JSON.parse(readFileSync("extension/test/data/default-keymaps.json", "utf8")) as Record<
  System,
  KeyBinding[]
>;

/** Commands that act on a reading, at any moment: a key that is lost would leave the reading out of control. */
const transport = new Set(
  [
    ...["stop", "pauseOrResume", "skipForward", "skipBack", "faster", "slower"],
    ...["repeatLine", "repeatLineSlower", "whereAmI"],
    ...["nextSpan", "previousSpan", "nextBlock", "previousBlock", "nextSymbol", "previousSymbol"],
  ].map((name) => `codechoir.${name}`),
);

function isTransport({ command }: { command: string }): boolean {
  return transport.has(command);
}

describe("commands", () => {
  beforeEach(() => {
    fake.reset();
  });

  test("the registered commands are those of package.json", () => {
    registerCommands({ log: silentLog } as unknown as CommandContext);
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual([...fake.registered.keys()].sort(), declared.sort());
  });

  test("no command has the prefix of the server's commands, which the language client registers", () => {
    assert.ok(contributes.commands.every(({ command }) => !command.startsWith("codechoir.server.")));
  });

  test("titles are in sentence case, with the category Codechoir", () => {
    for (const { title, category } of contributes.commands) {
      const words = english[title.slice(1, -1)]!;
      assert.equal(category, "Codechoir");
      assert.match(words, /^[A-Z][a-z]+( [a-z]+| Python)*$/, words);
    }
  });

  test("stop is always enabled", () => {
    assert.equal(
      contributes.commands.find(({ command }) => command === "codechoir.stop")!.enablement,
      undefined,
    );
  });
});

describe("keys", () => {
  for (const system of systems) {
    test(`on ${system} each key is used once`, () => {
      const keys = contributes.keybindings.map((binding) => binding[system] ?? binding.key);
      assert.equal(new Set(keys).size, keys.length, keys.join(", "));
    });

    test(`on ${system} no key of VS Code is taken, in no context`, () => {
      const ours = bindingsOn(system, contributes.keybindings);
      assert.equal(ours.length, contributes.keybindings.length);
      for (const { key } of ours) {
        assert.match(key, /^((ctrl|cmd)\+k |(shift\+alt|ctrl\+cmd)\+[a-z]$)/, "the table has such keys");
      }
      assert.deepEqual(collisions(ours, keymaps[system]), []);
    });
  }

  test("keys of VS Code that were taken once are found", () => {
    const taken = (system: System, key: string, when?: string): string[] =>
      collisions([{ key, command: "codechoir.read", when }], keymaps[system]);
    assert.match(taken("win", "ctrl+k n", "editorTextFocus")[0]!, /newUntitledFile/);
    assert.match(taken("win", "ctrl+k shift+n")[0]!, /newWindow/);
    assert.match(taken("mac", "cmd+k q", "codechoir.reading").join(), /terminal.clear.*clearReplAction/);
    assert.match(
      taken("mac", "cmd+k q", "!terminalFocus && !accessibleViewIsShown").join(),
      /clearReplAction/,
    );
  });

  test("no key of a command for a reading waits for a context key that the extension sets", () => {
    for (const { command, when } of contributes.keybindings.filter(isTransport)) {
      assert.ok(!when?.includes("codechoir."), `${command}: ${when}`);
    }
    for (const { command, enablement } of contributes.commands.filter(isTransport)) {
      assert.equal(enablement, undefined, command);
    }
  });

  test("every command for a reading has a key", () => {
    const bound = new Set(contributes.keybindings.map(({ command }) => command));
    for (const { command } of contributes.commands.filter(isTransport)) {
      assert.ok(bound.has(command), command);
    }
  });

  test("all other keys, and all chords, have a when clause", () => {
    for (const binding of contributes.keybindings) {
      assert.ok(binding.when ?? (isTransport(binding) && !binding.key), binding.command);
    }
  });

  test("keys that screen readers and keyboard layouts need are not used", () => {
    for (const binding of contributes.keybindings) {
      for (const key of systems.map((system) => binding[system] ?? binding.key ?? "")) {
        assert.ok(!/^(escape|f1|alt\+f1|insert|capslock)$/.test(key), key);
        assert.ok(
          !/ctrl\+alt|ctrl\+option|alt\+ctrl/.test(key),
          `${key} types a character on many keyboards`,
        );
      }
    }
  });

  test("every key belongs to a command", () => {
    const commands = contributes.commands.map(({ command }) => command);
    assert.ok(contributes.keybindings.every(({ command }) => commands.includes(command)));
  });
});

describe("settings", () => {
  test("every setting has a scope and the tag accessibility", () => {
    for (const [name, { scope, tags }] of Object.entries(settings)) {
      assert.ok(scope, name);
      assert.deepEqual(tags, ["accessibility"], name);
    }
  });

  test("settings that select code or change what is heard are restricted in untrusted folders", () => {
    const restricted = capabilities.untrustedWorkspaces.restrictedConfigurations;
    const harmless = ["codechoir.follow", "codechoir.highlight"];
    assert.deepEqual([...restricted, ...harmless].sort(), Object.keys(settings).sort());
    assert.deepEqual(
      restricted,
      [...restrictedSettings].map((name) => `codechoir.${name}`),
    );
    assert.equal(settings["codechoir.interpreter"]!.scope, "machine-overridable");
  });

  test("the defaults in the code are those of package.json", () => {
    for (const [name, value] of Object.entries(serverDefaults)) {
      assert.deepEqual(settings[`codechoir.${name}`]!.default, value, name);
    }
  });

  test("the filter commands offer the values of the settings", () => {
    assert.deepEqual(settings["codechoir.only"]!.enum, contentKinds);
    assert.deepEqual(settings["codechoir.mute"]!.items!.enum, filterableCategories);
    assert.deepEqual(settings["codechoir.solo"]!.items!.enum, filterableCategories);
  });

  test("every category has a voice setting that the settings editor shows as a form", () => {
    for (const category of categories) {
      const voice = settings[`codechoir.voices.${category}`]!;
      assert.deepEqual([voice.type, voice.additionalProperties, voice.default], ["object", false, {}]);
    }
  });

  test("the limits of the voice picker are those of package.json", () => {
    const { properties } = settings["codechoir.voices.keyword"]!;
    for (const [name, [least, most]] of Object.entries(limits)) {
      assert.deepEqual([properties![name]!.minimum, properties![name]!.maximum], [least, most], name);
    }
  });
});

describe("languages", () => {
  test("every text of package.json exists in every language", () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key!));
    assert.deepEqual(Object.keys(english).sort(), [...used].sort());
    assert.deepEqual(Object.keys(german).sort(), [...used].sort());
  });

  test("every text of the code exists in German, with its placeholders", () => {
    const bundle = JSON.parse(readFileSync("l10n/bundle.l10n.de.json", "utf8")) as Record<string, string>;
    const used = new Set<string>();
    const files = readdirSync("extension/src", { recursive: true, encoding: "utf8" });
    for (const name of files.filter((name) => name.endsWith(".ts"))) {
      for (const [, key] of readFileSync(`extension/src/${name}`, "utf8").matchAll(
        /l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g,
      )) {
        used.add(key!);
      }
    }
    assert.deepEqual(Object.keys(bundle).sort(), [...used].sort());
    for (const [key, translation] of Object.entries(bundle)) {
      assert.deepEqual(translation.match(/\{\d\}/g)?.sort(), key.match(/\{\d\}/g)?.sort(), key);
    }
  });
});
