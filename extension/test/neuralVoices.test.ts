import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import type { Connection } from "../src/server/connection";
import { LICENCE_URL } from "../src/server/licence";
import { NeuralEnvironment } from "../src/server/neuralEnvironment";
import { offerNeuralVoices } from "../src/server/neuralOffer";
import { NeuralVoices } from "../src/server/neuralVoices";
import { fake } from "./fakes/vscode";
import { makeProgram, silentLog, temporaryFolder } from "./support";

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

/** The command, with a server that does what `server` says, and environments whose pip does what `pip` says. */
function voices(server: string, pip = COLLECTING): NeuralVoices {
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
  return new NeuralVoices({
    environment,
    findServer: () => Promise.resolve({ program: python, args: [] }),
    findBase: () => Promise.resolve({ program: base, args: [] }),
    restart: () => {
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
  test("nothing is fetched unless the user has agreed in words", async () => {
    for (const [choices, inputs] of [
      [[], []],
      [["Download"], []],
      [["Download"], ["yes"]],
    ]) {
      fake.choices = [...choices!];
      fake.inputs = [...inputs!];
      await voices("true").install();
      assert.deepEqual(called(), []);
    }
    assert.equal(restarts, 0);
  });

  test("it can be read before", async () => {
    fake.choices = ["Read the licence"];
    await voices("true").install();
    assert.deepEqual(fake.opened, [LICENCE_URL]);
    assert.deepEqual(called(), []);
    const weights = readFileSync("backend/codechoir/engines/xtts/weights.py", "utf8");
    assert.ok(weights.includes(`LICENCE_URL = "${LICENCE_URL}"`));
  });

  test("the words are handed to the server's installer, which knows them in every language", async () => {
    fake.choices = ["Download"];
    fake.inputs = [" i agree "];
    await voices("true").install();
    assert.match(called().at(-1)!, /^server -P -m codechoir install xtts --licence i agree$/);
    const german = JSON.parse(readFileSync("l10n/bundle.l10n.de.json", "utf8")) as Record<string, string>;
    const consent = readFileSync("backend/codechoir/engines/xtts/consent.py", "utf8");
    assert.ok(consent.includes(`PHRASES = (PHRASE, "${german["I agree"]}")`));
  });

  test("a checkpoint that the user has needs no download of weights", async () => {
    fake.choices = ["Use a folder…"];
    fake.folder = "/home/me/xtts";
    await voices("true").install();
    assert.match(called().at(-1)!, /install xtts --checkpoint \/home\/me\/xtts$/);
  });
});

describe("installing", () => {
  beforeEach(() => {
    fake.choices = ["Download"];
    fake.inputs = ["I agree"];
  });

  test("the locked packages go into an environment of their own, which the server is told of", async () => {
    await voices("true").install();
    const [venv, pip] = called();
    assert.equal(venv, "venv");
    assert.match(pip!, /install --prefer-binary --require-hashes -r .*neural\.txt$/);
    assert.ok(await environment.isReady());
    assert.deepEqual(await environment.variables(), { CODECHOIR_XTTS_PYTHON: environment.python.program });
    assert.equal(restarts, 1);
  });

  test("the user's own interpreter for the engine stays", async () => {
    await voices("true").install();
    process.env.CODECHOIR_XTTS_PYTHON = "/opt/mine/python";
    assert.deepEqual(await environment.variables(), {});
  });

  test("each step is told, with the package and the megabytes", async () => {
    await voices('echo "model.pth: 374 of 1868 MB (20%)" >&2').install();
    assert.ok(fake.progress.includes("Installing the neural engine… torch"), fake.progress.join(", "));
    assert.ok(fake.progress.includes("Fetching the weights… 374 of 1868 MB"), fake.progress.join(", "));
  });

  test("afterwards the voices are offered, and chosen only when wanted", async () => {
    await voices("true").install();
    assert.deepEqual(fake.updates, []);
    fake.choices = ["Download", "Use them now"];
    fake.inputs = ["I agree"];
    await voices("true").install();
    assert.deepEqual(
      fake.updates.map(({ name, value }) => [name, value]),
      [["codechoir.engine", "xtts"]],
    );
  });

  test("what fails is told, and the next try goes on from there", async () => {
    const broken = voices('echo "codechoir: model.pth cannot be fetched" >&2; exit 1');
    await assert.rejects(broken.install(), { message: "model.pth cannot be fetched" });
    assert.equal(restarts, 0);
    fake.choices = ["Download"];
    fake.inputs = ["I agree"];
    await voices("true").install();
    assert.equal(called().filter((line) => line === "venv").length, 1);
    assert.equal(restarts, 1);
  });

  test("it can be cancelled; what has arrived stays", async () => {
    const slow = voices("true", "echo Collecting torch; exec sleep 60");
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

  test("two at once are one", async () => {
    const both = voices("true");
    await Promise.all([both.install(), both.install()]);
    assert.equal(called().filter((line) => line.startsWith("server")).length, 1);
  });

  test("another list of packages means that they are installed anew", async () => {
    await voices("true").install();
    writeFileSync(join(folder, "neural.txt"), "torch==2.12.0");
    assert.equal(await environment.isReady(), false);
  });
});

describe("who chooses the neural voices and has none", () => {
  async function choose(status: object): Promise<void> {
    const connection: Connection = {
      execute: <T>() => Promise.resolve(status as T),
      notify: () => undefined,
    };
    const offer = offerNeuralVoices(() => Promise.resolve(connection), silentLog);
    fake.choices = ["Install"];
    fake.set("codechoir.engine", "xtts");
    await new Promise((resolve) => setImmediate(resolve));
    offer.dispose();
  }

  test("is offered to install them", async () => {
    await choose({ engine: "xtts", engineCheck: "XTTS needs the packages torch and TTS" });
    assert.deepEqual(fake.executed, [["codechoir.installNeuralVoices"]]);
  });

  test("is left alone when they are there", async () => {
    await choose({ engine: "xtts", engineCheck: "ready" });
    assert.deepEqual(fake.messages, []);
  });
});
