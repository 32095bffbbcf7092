import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { NoServer, findServer } from "../src/server/discovery";
import { ManagedEnvironment } from "../src/server/managedEnvironment";
import { fake } from "./fakes/vscode";
import { makeProgram, silentLog, temporaryFolder } from "./support";

const GOOD = 'echo "codechoir 0.1.0"';
const BAD = 'echo "No module named codechoir" >&2; exit 1';

let folder: string;
let storage: string;

beforeEach(() => {
  fake.reset();
  folder = temporaryFolder();
  storage = temporaryFolder();
  process.env.PATH = join(folder, "nothing");
});

async function find(version = "0.1.0"): Promise<string> {
  const managed = new ManagedEnvironment(storage, { folder, version });
  return (await findServer(managed, version, folder, silentLog)).program;
}

function addToPath(entry: string): void {
  process.env.PATH = `${process.env.PATH}:${entry}`;
}

/** A folder of its own on PATH with a `python3` in it. */
function onPath(name: string, script: string): string {
  mkdirSync(join(folder, name));
  addToPath(join(folder, name));
  return makeProgram(join(folder, name), "python3", script);
}

/** The Python extension has selected `program`. */
function pythonExtensionChose(program: string): void {
  const environments = {
    getActiveEnvironmentPath: () => ({ path: program }),
    resolveEnvironment: () => Promise.resolve({ executable: { uri: { fsPath: program } } }),
  };
  fake.extensions["ms-python.python"] = { activate: () => Promise.resolve({ environments }) };
}

test("the interpreter of the setting comes before all others", async () => {
  onPath("a", GOOD);
  pythonExtensionChose(makeProgram(folder, "extensions-python", GOOD));
  fake.settings["codechoir.interpreter"] = makeProgram(folder, "my-python", GOOD);
  assert.equal(await find(), join(folder, "my-python"));
});

test("a setting that is wrong is told, instead of taking another interpreter in silence", async () => {
  onPath("a", GOOD);
  fake.settings["codechoir.interpreter"] = makeProgram(folder, "my-python", BAD);
  await assert.rejects(find(), (error: Error) => {
    assert.ok(!(error instanceof NoServer));
    assert.match(error.message, /my-python \(the setting codechoir.interpreter\): No module named codechoir/);
    return true;
  });
  fake.settings["codechoir.interpreter"] = join(folder, "is-not-there");
  await assert.rejects(find(), /ENOENT/);
});

test("the Python extension's interpreter comes before PATH", async () => {
  onPath("a", GOOD);
  pythonExtensionChose(makeProgram(folder, "extensions-python", GOOD));
  assert.equal(await find(), join(folder, "extensions-python"));
});

test("in a folder that is not trusted the Python extension's interpreter is not run", async () => {
  const python = onPath("a", GOOD);
  const canary = join(folder, "was-run");
  pythonExtensionChose(makeProgram(folder, "extensions-python", `touch ${canary}; ${GOOD}`));
  fake.isTrusted = false;
  assert.equal(await find(), python);
  const { existsSync } = await import("node:fs");
  assert.equal(existsSync(canary), false);
});

test("of those on PATH the first that has Codechoir is taken", async () => {
  onPath("a", BAD);
  const python = onPath("b", GOOD);
  onPath("c", GOOD);
  assert.equal(await find(), python);
});

test("relative entries of PATH, which would mean the open folder, are not looked at", async () => {
  process.env.PATH = "bin";
  mkdirSync(join(folder, "bin"));
  makeProgram(join(folder, "bin"), "python3", GOOD);
  const before = process.cwd();
  process.chdir(folder);
  try {
    await assert.rejects(find(), NoServer);
  } finally {
    process.chdir(before);
  }
});

test("two names of one folder are one", async () => {
  onPath("a", BAD);
  symlinkSync(join(folder, "a"), join(folder, "b"));
  addToPath(join(folder, "b"));
  await assert.rejects(find(), (error: Error) => {
    assert.equal(error.message.split("No module").length - 1, 1, error.message);
    return true;
  });
});

test("another version than this extension's is not taken, and the reason is told", async () => {
  onPath("a", 'echo "codechoir 0.0.9"');
  await assert.rejects(find(), /has Codechoir 0\.0\.9, but 0\.1\.0 is needed/);
});

test("a patch release of the same version is taken", async () => {
  const python = onPath("a", 'echo "codechoir 0.1.7"');
  assert.equal(await find(), python);
});

test("our own environment is the last resort, once it is complete", async () => {
  mkdirSync(join(storage, "python", "bin"), { recursive: true });
  const python = makeProgram(join(storage, "python", "bin"), "python", GOOD);
  await assert.rejects(find(), NoServer);
  writeFileSync(join(storage, "python", "codechoir-version.txt"), "0.1.0");
  assert.equal(await find(), python);
  writeFileSync(join(storage, "python", "codechoir-version.txt"), "0.0.9");
  await assert.rejects(find(), NoServer);
});

test("the user's folder is never searched for modules, and the server not started in it", async () => {
  const python = onPath("a", `[ "$1" = -P ] && [ "$PWD" = "${folder}" ] && ${GOOD}`);
  assert.equal(await find(), python);
});
