/** A change of a setting, from wherever it comes, reaches the server: all of it, and at once. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { Server } from "../src/server/server";
import type { ServerSettings } from "../src/settings";
import { watchSettings } from "../src/wiring";
import { fake } from "./fakes/vscode";
import { silentLog } from "./support";

interface Schema {
  type: string | string[];
  default: unknown;
  enum?: string[];
  items?: { enum?: string[] };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: { configuration: { properties: Record<string, Schema> }[] };
};
const settings = Object.fromEntries(
  manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties)),
);

/** What the extension itself does; the server need not know of it. */
const own = ["highlight", "follow", "audio", "interpreter"].map((name) => `codechoir.${name}`);

/** Another value than the default. */
function another({ type, default: before, enum: values, items }: Schema): unknown {
  const examples: Record<string, unknown> = {
    string: values?.find((value) => value !== before) ?? "another",
    number: 99,
    integer: 9,
    boolean: !before,
    array: [items?.enum?.[0] ?? "another"],
    object: { pitch: 9 },
  };
  return examples[[type].flat()[0]!];
}

let told: ServerSettings[];
let starts: number;
let server: Server;

beforeEach(() => {
  fake.reset();
  told = [];
  starts = 0;
  const options = {
    find: () => Promise.resolve({ program: "python3", args: [] }),
    start: () => {
      starts++;
      return Promise.resolve({
        execute: () => Promise.reject(new Error("not asked in these tests")),
        notify: (method: string, parameters: unknown) => {
          assert.equal(method, "workspace/didChangeConfiguration");
          told.push((parameters as { settings: { codechoir: ServerSettings } }).settings.codechoir);
        },
        close: () => Promise.resolve(),
      });
    },
    cwd: "/",
    variables: () => Promise.resolve({}),
    log: silentLog,
    onAudio: () => undefined,
    onState: () => undefined,
    onLost: () => undefined,
  };
  server = new Server(options);
});

describe("a change of", () => {
  for (const [name, schema] of Object.entries(settings).filter(([name]) => !own.includes(name))) {
    test(`${name} is told with its new value, and so is the way back`, async () => {
      const watch = watchSettings(server, silentLog);
      await server.connect();
      const value = another(schema);
      fake.set(name, value);
      assert.equal(told.length, 1, `${name} was told`);
      const [, first, second] = name.split(".") as [string, keyof ServerSettings, string?];
      const at = (told[0]! as unknown as Record<string, unknown>)[first];
      assert.deepEqual(second === undefined ? at : (at as Record<string, unknown>)[second], value);
      fake.set(name, undefined);
      assert.equal(told.length, 2);
      watch.dispose();
      assert.equal(starts, 1);
    });
  }

  test("several settings at once, as one writes them into the file, is told whole", async () => {
    const watch = watchSettings(server, silentLog);
    await server.connect();
    fake.settings["codechoir.mute"] = ["comment"];
    fake.settings["codechoir.voices.keyword"] = { pitch: 80 };
    fake.set("codechoir.rate", 300);
    assert.deepEqual([told.length, told[0]!.mute, told[0]!.rate], [1, ["comment"], 300]);
    assert.deepEqual(told[0]!.voices, { keyword: { pitch: 80 } });
    watch.dispose();
  });

  test("a setting while the server starts is told once it has started", async () => {
    const watch = watchSettings(server, silentLog);
    const connecting = server.connect();
    await Promise.resolve();
    fake.set("codechoir.rate", 300);
    await connecting;
    fake.set("codechoir.volume", 50);
    assert.deepEqual([told.at(-1)!.rate, told.at(-1)!.volume], [300, 50]);
    watch.dispose();
  });

  test("somebody else's setting is not told", async () => {
    const watch = watchSettings(server, silentLog);
    await server.connect();
    fake.set("editor.fontSize", 20);
    assert.deepEqual(told, []);
    watch.dispose();
  });
});
