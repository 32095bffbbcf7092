import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import type { ServerConnection } from "../../src/server/languageClient";
import { LICENCE_URL, NeuralVoicesInstaller, offerNeuralVoices } from "../../src/server/neuralVoices";
import { NeuralEnvironment } from "../../src/server/pythonEnvironments";
import { fake } from "../fakes/vscode";
import { makeProgram, silentLog, temporaryFolder } from "../support";

let folder: string;
let storage: string;
let calls: string;
let restarts: number;
let environment: NeuralEnvironment;

const COLLECTING = 'echo "Collecting torch==2.11.0 (from -r neural.txt)"';

beforeEach(() => {
  fake.reset();
  delete process.env.CODECHOIR_XTTS_PYTHON;
  folder = temporaryFolder();
  storage = temporaryFolder();
  calls = join(folder, "calls.txt");
  restarts = 0;
  writeFileSync(calls, "");
  writeFileSync(join(folder, "neural.txt"), "torch==2.11.0");
  environment = new NeuralEnvironment(storage, { folder, version: "0.1.0" });
});

/** An installer whose server's Python runs the script `server`, and whose environments run the script `pip`. */
function installer(server: string, pip = COLLECTING): NeuralVoicesInstaller {
  const inside = `#!/bin/sh\\necho "pip $@" >> ${calls}\\n${pip}`;
  const base = makeProgram(
    folder,
    "base-python",
    `echo "venv" >> ${calls}
     for folder; do :; done
     mkdir -p "$folder/bin"
     printf '%b\\n' '${inside}' > "$folder/bin/python"
     chmod +x "$folder/bin/python"`,
  );
  const python = makeProgram(folder, "server-python", `echo "server $@" >> ${calls}\n${server}`);
  return new NeuralVoicesInstaller({
    environment,
    findServerPython: () => Promise.resolve({ program: python, args: [] }),
    findBasePython: () => Promise.resolve({ program: base, args: [] }),
    restartServer: () => {
      restarts++;
      return Promise.resolve();
    },
    cwd: folder,
    log: silentLog,
  });
}

function called(): string[] {
  return readFileSync(calls, "utf8").trim().split("\n").filter(Boolean);
}

describe("the licence", () => {
  test("nothing is downloaded unless the user accepts the licence", async () => {
    for (const [choices, inputs] of [
      [[], []],
      [["Download"], []],
      [["Download"], ["yes"]],
    ]) {
      fake.choices = [...choices!];
      fake.inputs = [...inputs!];
      await installer("true").install();
      assert.deepEqual(called(), []);
    }
    assert.equal(restarts, 0);
  });

  test("the licence can be opened", async () => {
    fake.choices = ["Read licence"];
    await installer("true").install();
    assert.deepEqual(fake.opened, [LICENCE_URL]);
    assert.deepEqual(called(), []);
  });

  test("the agreement is passed to the server's installer", async () => {
    fake.choices = ["Download"];
    fake.inputs = [" i agree "];
    await installer("true").install();
    assert.match(called().at(-1)!, /^server -P -m codechoir install xtts --licence i agree$/);
  });

  test("a local checkpoint is used instead of a download", async () => {
    fake.choices = ["Select folder…"];
    fake.folder = "/home/me/xtts";
    await installer("true").install();
    assert.match(called().at(-1)!, /install xtts --checkpoint \/home\/me\/xtts$/);
  });
});

describe("installing", () => {
  beforeEach(() => {
    fake.choices = ["Download"];
    fake.inputs = ["I agree"];
  });

  test("the locked packages are installed in a separate environment, which the server gets to know", async () => {
    await installer("true").install();
    const [venv, pip] = called();
    assert.equal(venv, "venv");
    assert.match(pip!, /install --prefer-binary --require-hashes -r .*neural\.txt$/);
    assert.ok(await environment.isReady());
    assert.deepEqual(await environment.variables(), { CODECHOIR_XTTS_PYTHON: environment.python.program });
    assert.equal(restarts, 1);
  });

  test("an interpreter set by the user takes precedence", async () => {
    await installer("true").install();
    process.env.CODECHOIR_XTTS_PYTHON = "/opt/mine/python";
    assert.deepEqual(await environment.variables(), {});
  });

  test("progress shows each step with package and megabytes", async () => {
    await installer('echo "model.pth: 374 of 1868 MB (20%)" >&2').install();
    assert.ok(fake.progress.includes("Installing the neural engine… torch"), fake.progress.join(", "));
    assert.ok(fake.progress.includes("Downloading the weights… 374 of 1868 MB"), fake.progress.join(", "));
  });

  test("after the installation the engine is changed only if the user accepts", async () => {
    await installer("true").install();
    assert.deepEqual(fake.updates, []);
    fake.choices = ["Download", "Use neural voices"];
    fake.inputs = ["I agree"];
    await installer("true").install();
    assert.deepEqual(
      fake.updates.map(({ name, value }) => [name, value]),
      [["codechoir.engine", "xtts"]],
    );
  });

  test("an error is reported, and the next attempt continues", async () => {
    const broken = installer('echo "codechoir: model.pth cannot be fetched" >&2; exit 1');
    await assert.rejects(broken.install(), { message: "model.pth cannot be fetched" });
    assert.equal(restarts, 0);
    fake.choices = ["Download"];
    fake.inputs = ["I agree"];
    await installer("true").install();
    assert.equal(called().filter((line) => line === "venv").length, 1);
    assert.equal(restarts, 1);
  });

  test("cancelling keeps what has been downloaded", async () => {
    const slow = installer("true", "echo Collecting torch; exec sleep 60");
    const installing = slow.install();
    while (!fake.progress.some((line) => line.endsWith("torch"))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    fake.cancel?.();
    await installing;
    assert.equal(restarts, 0);
    assert.equal(await environment.isReady(), false);
    assert.ok(existsSync(environment.python.program));
  });

  test("concurrent installations are joined", async () => {
    const both = installer("true");
    await Promise.all([both.install(), both.install()]);
    assert.equal(called().filter((line) => line.startsWith("server")).length, 1);
  });

  test("a changed list of packages makes the environment outdated", async () => {
    await installer("true").install();
    writeFileSync(join(folder, "neural.txt"), "torch==2.12.0");
    assert.equal(await environment.isReady(), false);
  });
});

describe("selecting the engine xtts", () => {
  async function selectEngine(status: object): Promise<void> {
    const connection: ServerConnection = {
      execute: <T>() => Promise.resolve(status as T),
      notify: () => undefined,
    };
    const offer = offerNeuralVoices(() => Promise.resolve(connection), silentLog);
    fake.choices = ["Install"];
    fake.set("codechoir.engine", "xtts");
    await new Promise((resolve) => setImmediate(resolve));
    offer.dispose();
  }

  test("offers to install the neural voices if they are missing", async () => {
    await selectEngine({ engine: "xtts", engineCheck: "XTTS needs the packages torch and TTS" });
    assert.deepEqual(fake.executed, [["codechoir.installNeuralVoices"]]);
  });

  test("shows nothing if they are installed", async () => {
    await selectEngine({ engine: "xtts", engineCheck: "ready" });
    assert.deepEqual(fake.messages, []);
  });
});
