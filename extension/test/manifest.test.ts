import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { type Actors, registerCommands } from "../src/commands";
import { audible, kinds } from "../src/listening";
import { categories } from "../src/protocol";
import { followed } from "../src/settings";
import { limits } from "../src/voicePicker";
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

interface Keybinding {
  command: string;
  key?: string;
  mac?: string;
  linux?: string;
  win?: string;
  when?: string;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string; enablement?: string }[];
    keybindings: Keybinding[];
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

describe("commands", () => {
  beforeEach(() => {
    fake.reset();
  });

  test("every command of the manifest is there, and no other", () => {
    registerCommands({ log: silentLog } as unknown as Actors);
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual([...fake.registered.keys()].sort(), declared.sort());
  });

  test("none has the name of a command of the server, which the client registers by itself", () => {
    assert.ok(contributes.commands.every(({ command }) => !command.startsWith("codechoir.server.")));
  });

  test("titles are sentences of the category Codechoir", () => {
    for (const { title, category } of contributes.commands) {
      const words = english[title.slice(1, -1)]!;
      assert.equal(category, "Codechoir");
      assert.match(words, /^[A-Z][a-z]+( [a-z]+| Python)*$/, words);
    }
  });

  test("stop can be used whatever the state is thought to be", () => {
    assert.equal(
      contributes.commands.find(({ command }) => command === "codechoir.stop")!.enablement,
      undefined,
    );
  });

  test("one that fails tells why in one line, and does not throw", async () => {
    registerCommands({ log: silentLog } as unknown as Actors);
    await fake.registered.get("codechoir.readSelection")!();
    assert.deepEqual(fake.messages, ["Codechoir: No text is open. Open a file, then try again."]);
  });
});

describe("keys", () => {
  const systems = ["linux", "win", "mac"] as const;

  for (const system of systems) {
    test(`on ${system} each key is used once, only where it makes sense`, () => {
      const keys = contributes.keybindings.map((binding) => binding[system] ?? binding.key);
      assert.equal(new Set(keys).size, keys.length, keys.join(", "));
      assert.ok(contributes.keybindings.every(({ when }) => when));
    });
  }

  test("keys that screen readers and layouts need are left alone", () => {
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
  test("each has a scope, and can be found among those for accessibility", () => {
    for (const [name, { scope, tags }] of Object.entries(settings)) {
      assert.ok(scope, name);
      assert.deepEqual(tags, ["accessibility"], name);
    }
  });

  test("what chooses the code that runs is not for a folder that is not trusted", () => {
    const restricted = capabilities.untrustedWorkspaces.restrictedConfigurations;
    assert.deepEqual(
      restricted,
      ["interpreter", "engine", "profile", "userWords", "projectWords", "mute", "solo", "only"].map(
        (name) => `codechoir.${name}`,
      ),
    );
    assert.equal(settings["codechoir.interpreter"]!.scope, "machine-overridable");
  });

  test("the extension knows the settings that the server follows, and their defaults", () => {
    for (const [name, value] of Object.entries(followed)) {
      assert.deepEqual(settings[`codechoir.${name}`]!.default, value, name);
    }
  });

  test("the commands that choose what is heard offer what the settings take", () => {
    assert.deepEqual(settings["codechoir.only"]!.enum, kinds);
    assert.deepEqual(settings["codechoir.mute"]!.items!.enum, audible);
    assert.deepEqual(settings["codechoir.solo"]!.items!.enum, audible);
  });

  test("every category has a voice that the settings editor can show as a form", () => {
    for (const category of categories) {
      const voice = settings[`codechoir.voices.${category}`]!;
      assert.deepEqual([voice.type, voice.additionalProperties, voice.default], ["object", false, {}]);
    }
  });

  test("the command that chooses voices has the manifest's limits", () => {
    const { properties } = settings["codechoir.voices.keyword"]!;
    for (const [name, [least, most]] of Object.entries(limits)) {
      assert.deepEqual([properties![name]!.minimum, properties![name]!.maximum], [least, most], name);
    }
  });
});

describe("languages", () => {
  test("every text of the manifest is there in every language", () => {
    const asked = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key!));
    assert.deepEqual(Object.keys(english).sort(), [...asked].sort());
    assert.deepEqual(Object.keys(german).sort(), [...asked].sort());
  });

  test("every text of the code is there in German, with its placeholders", () => {
    const bundle = JSON.parse(readFileSync("l10n/bundle.l10n.de.json", "utf8")) as Record<string, string>;
    const asked = new Set<string>();
    const files = readdirSync("extension/src", { recursive: true, encoding: "utf8" });
    for (const name of files.filter((name) => name.endsWith(".ts"))) {
      for (const [, key] of readFileSync(`extension/src/${name}`, "utf8").matchAll(
        /l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g,
      )) {
        asked.add(key!);
      }
    }
    assert.deepEqual(Object.keys(bundle).sort(), [...asked].sort());
    for (const [key, words] of Object.entries(bundle)) {
      assert.deepEqual(words.match(/\{\d\}/g)?.sort(), key.match(/\{\d\}/g)?.sort(), key);
    }
  });
});
