import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { ServerSettings } from "../../src/editorSettings";
import { serverDefaults } from "../../src/serverDefaults";
import type { RunningServer, StartOptions } from "../../src/server/languageClient";
import { CrashLimit, followSettings, LanguageServer } from "../../src/server/languageServer";
import { NoServerError } from "../../src/server/pythonDiscovery";
import type { Disposable } from "../../src/vscodeapi";
import { fake } from "../fakes/vscode";
import { silentLog } from "../support";

let starts: StartOptions[];
let sent: ServerSettings[];
let closed: number;
let lost: number;
let findError: Error | undefined;
let server: LanguageServer;

beforeEach(() => {
  fake.reset();
  starts = [];
  sent = [];
  closed = 0;
  lost = 0;
  findError = undefined;
  server = makeServer();
});

function makeServer(crashLimit = new CrashLimit()): LanguageServer {
  const options = {
    findPython: () =>
      findError ? Promise.reject(findError) : Promise.resolve({ program: "python3", args: [] }),
    start,
    cwd: "/",
    variables: () => Promise.resolve({ CODECHOIR_XTTS_PYTHON: "/neural" }),
    log: silentLog,
    onAudio: () => undefined,
    onState: () => undefined,
    onLost: () => lost++,
  };
  return new LanguageServer(options, crashLimit);
}

async function start(options: StartOptions): Promise<RunningServer> {
  starts.push(options);
  await Promise.resolve();
  return {
    execute: () => Promise.reject(new Error("not used in these tests")),
    notify: (method, parameters) => {
      assert.equal(method, "workspace/didChangeConfiguration");
      sent.push((parameters as { settings: { codechoir: ServerSettings } }).settings.codechoir);
    },
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
}

/** Crashes the newest process; resolves when the server has reacted. */
async function crash(): Promise<void> {
  starts.at(-1)!.events.onExit();
  await settled();
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("starting and restarting", () => {
  test("concurrent connects start one server", async () => {
    const [one, other] = await Promise.all([server.connect(), server.connect()]);
    assert.equal(one, other);
    assert.equal(starts.length, 1);
    assert.equal(server.state, "ready");
  });

  test("the server gets the audio mode and the variables", async () => {
    fake.remoteName = "ssh-remote";
    await server.connect();
    assert.equal(starts[0]!.audio, "client");
    assert.deepEqual(starts[0]!.variables, { CODECHOIR_XTTS_PYTHON: "/neural" });
  });

  test("a crashed server is restarted, and its sessions are lost", async () => {
    await server.connect();
    await crash();
    assert.equal(lost, 1);
    assert.equal(starts.length, 2);
    assert.equal(server.state, "ready");
  });

  test("after repeated crashes the server is restarted only on request", async () => {
    server = makeServer(new CrashLimit(4, 180_000, () => 0));
    await server.connect();
    for (let i = 0; i < 7; i++) {
      await crash();
    }
    assert.equal(starts.length, 5);
    assert.equal(server.state, "failed");
    await server.connect();
    assert.equal(starts.length, 6);
    assert.equal(server.state, "ready");
  });

  test("old crashes do not count", () => {
    let now = 0;
    const limit = new CrashLimit(2, 1000, () => now);
    assert.deepEqual(
      [limit.allowsRestart(), limit.allowsRestart(), limit.allowsRestart()],
      [true, true, false],
    );
    now = 1500;
    assert.equal(limit.allowsRestart(), true);
  });

  test("restarts run one at a time, and at most one is queued", async () => {
    await server.connect();
    await Promise.all([server.restart(), server.restart(), server.restart()]);
    assert.deepEqual([starts.length, closed], [2, 1]);
    const first = server.restart();
    await settled();
    await Promise.all([first, server.restart(), server.restart()]);
    assert.deepEqual([starts.length, closed], [starts.length, starts.length - 1]);
    assert.ok(starts.length <= 4, `${starts.length} starts`);
    assert.equal(server.state, "ready");
  });

  test("a failed restart does not block the next one", async () => {
    findError = new NoServerError("python3: No module named codechoir");
    await assert.rejects(server.restart(), NoServerError);
    findError = undefined;
    await server.restart();
    assert.equal(server.state, "ready");
  });

  test("without an interpreter the state is 'missing', and the next attempt works", async () => {
    findError = new NoServerError("python3: No module named codechoir");
    await assert.rejects(server.connect(), NoServerError);
    assert.equal(server.state, "missing");
    findError = undefined;
    await server.connect();
    assert.equal(server.state, "ready");
  });
});

test("changed settings are sent once", async () => {
  await server.connect();
  server.updateSettings();
  assert.deepEqual(sent, []);
  fake.settings["codechoir.rate"] = 250;
  fake.settings["codechoir.voices.keyword"] = { pitch: 80 };
  server.updateSettings();
  server.updateSettings();
  assert.deepEqual(sent, [{ ...serverDefaults, rate: 250, voices: { keyword: { pitch: 80 } } }]);
});

describe("followSettings", () => {
  interface Schema {
    type: string | string[];
    default: unknown;
    enum?: string[];
    items?: { enum?: string[] };
  }

  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { configuration: { properties: Record<string, Schema> }[] };
  };
  const schemas = Object.fromEntries(
    manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties)),
  );

  /** Settings of the extension itself, which are not sent. */
  const extensionSettings = ["highlight", "follow", "audio", "interpreter"].map(
    (name) => `codechoir.${name}`,
  );

  let following: Disposable;

  beforeEach(() => {
    following = followSettings(server, silentLog);
  });

  afterEach(() => {
    following.dispose();
  });

  /** A value that is not the default. */
  function otherValue({ type, default: before, enum: values, items }: Schema): unknown {
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

  for (const [name, schema] of Object.entries(schemas).filter(
    ([name]) => !extensionSettings.includes(name),
  )) {
    test(`a change of ${name} is sent, and so is the change back`, async () => {
      await server.connect();
      const value = otherValue(schema);
      fake.set(name, value);
      assert.equal(sent.length, 1, `${name} was sent`);
      const [, first, second] = name.split(".") as [string, keyof ServerSettings, string?];
      const received = (sent[0]! as unknown as Record<string, unknown>)[first];
      assert.deepEqual(
        second === undefined ? received : (received as Record<string, unknown>)[second],
        value,
      );
      fake.set(name, undefined);
      assert.equal(sent.length, 2);
      assert.equal(starts.length, 1);
    });
  }

  test("several settings that change at once are sent together", async () => {
    await server.connect();
    fake.settings["codechoir.mute"] = ["comment"];
    fake.settings["codechoir.voices.keyword"] = { pitch: 80 };
    fake.set("codechoir.rate", 300);
    assert.deepEqual([sent.length, sent[0]!.mute, sent[0]!.rate], [1, ["comment"], 300]);
    assert.deepEqual(sent[0]!.voices, { keyword: { pitch: 80 } });
  });

  test("a setting that changes during the start is sent after the start", async () => {
    const connecting = server.connect();
    await Promise.resolve();
    fake.set("codechoir.rate", 300);
    await connecting;
    fake.set("codechoir.volume", 50);
    assert.deepEqual([sent.at(-1)!.rate, sent.at(-1)!.volume], [300, 50]);
  });

  test("settings of other extensions are not sent", async () => {
    await server.connect();
    fake.set("editor.fontSize", 20);
    assert.deepEqual(sent, []);
  });
});
