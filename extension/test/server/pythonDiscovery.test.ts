import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { findServerPython, NoServerError } from "../../src/server/pythonDiscovery";
import { ServerEnvironment } from "../../src/server/pythonEnvironments";
import { fake } from "../fakes/vscode";
import { makeProgram, silentLog, temporaryFolder } from "../support";

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
  const environment = new ServerEnvironment(storage, { folder, version });
  return (await findServerPython(environment, version, folder, silentLog)).program;
}

function addToPath(entry: string): void {
  process.env.PATH = `${process.env.PATH}:${entry}`;
}

/** Adds a folder with a `python3` to PATH. */
function onPath(name: string, script: string): string {
  mkdirSync(join(folder, name));
  addToPath(join(folder, name));
  return makeProgram(join(folder, name), "python3", script);
}

/** Selects `program` in the Python extension. */
function selectInPythonExtension(program: string): void {
  const environments = {
    getActiveEnvironmentPath: () => ({ path: program }),
    resolveEnvironment: () => Promise.resolve({ executable: { uri: { fsPath: program } } }),
  };
  fake.extensions["ms-python.python"] = { activate: () => Promise.resolve({ environments }) };
}

test("the interpreter in the settings has priority", async () => {
  onPath("a", GOOD);
  selectInPythonExtension(makeProgram(folder, "extensions-python", GOOD));
  fake.settings["codechoir.interpreter"] = makeProgram(folder, "my-python", GOOD);
  assert.equal(await find(), join(folder, "my-python"));
});

test("a wrong interpreter setting is an error; no other interpreter is used", async () => {
  onPath("a", GOOD);
  fake.settings["codechoir.interpreter"] = makeProgram(folder, "my-python", BAD);
  await assert.rejects(find(), (error: Error) => {
    assert.ok(!(error instanceof NoServerError));
    assert.match(error.message, /my-python \(the setting codechoir.interpreter\): No module named codechoir/);
    return true;
  });
  fake.settings["codechoir.interpreter"] = join(folder, "is-not-there");
  await assert.rejects(find(), /ENOENT/);
});

test("the Python extension's interpreter has priority over PATH", async () => {
  onPath("a", GOOD);
  selectInPythonExtension(makeProgram(folder, "extensions-python", GOOD));
  assert.equal(await find(), join(folder, "extensions-python"));
});

test("in an untrusted folder the Python extension's interpreter is not run", async () => {
  const python = onPath("a", GOOD);
  const canary = join(folder, "was-run");
  selectInPythonExtension(makeProgram(folder, "extensions-python", `touch ${canary}; ${GOOD}`));
  fake.isTrusted = false;
  assert.equal(await find(), python);
  const { existsSync } = await import("node:fs");
  assert.equal(existsSync(canary), false);
});

test("the first interpreter on PATH that has Codechoir is used", async () => {
  onPath("a", BAD);
  const python = onPath("b", GOOD);
  onPath("c", GOOD);
  assert.equal(await find(), python);
});

test("relative entries of PATH are skipped", async () => {
  process.env.PATH = "bin";
  mkdirSync(join(folder, "bin"));
  makeProgram(join(folder, "bin"), "python3", GOOD);
  const before = process.cwd();
  process.chdir(folder);
  try {
    await assert.rejects(find(), NoServerError);
  } finally {
    process.chdir(before);
  }
});

test("a folder that is on PATH twice is searched once", async () => {
  onPath("a", BAD);
  symlinkSync(join(folder, "a"), join(folder, "b"));
  addToPath(join(folder, "b"));
  await assert.rejects(find(), (error: Error) => {
    assert.equal(error.message.split("No module").length - 1, 1, error.message);
    return true;
  });
});

test("another minor version is rejected, with the reason", async () => {
  onPath("a", 'echo "codechoir 0.0.9"');
  await assert.rejects(find(), /has Codechoir 0\.0\.9, 0\.1\.0 is required/);
});

test("another patch version is accepted", async () => {
  const python = onPath("a", 'echo "codechoir 0.1.7"');
  assert.equal(await find(), python);
});

test("the extension's own environment is used last, and only if complete", async () => {
  mkdirSync(join(storage, "python", "bin"), { recursive: true });
  const python = makeProgram(join(storage, "python", "bin"), "python", GOOD);
  await assert.rejects(find(), NoServerError);
  writeFileSync(join(storage, "python", "codechoir-version.txt"), "0.1.0");
  assert.equal(await find(), python);
  writeFileSync(join(storage, "python", "codechoir-version.txt"), "0.0.9");
  await assert.rejects(find(), NoServerError);
});

test("Codechoir is probed with -P and outside the user's folder", async () => {
  const python = onPath("a", `[ "$1" = -P ] && [ "$PWD" = "${folder}" ] && ${GOOD}`);
  assert.equal(await find(), python);
});
