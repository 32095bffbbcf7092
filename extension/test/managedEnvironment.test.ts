import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { type MakeOptions, ManagedEnvironment } from "../src/server/managedEnvironment";
import { makeProgram, temporaryFolder } from "./support";

let backend: string;
let storage: string;
let calls: string;
let steps: string[];
let managed: ManagedEnvironment;

beforeEach(() => {
  backend = temporaryFolder();
  storage = temporaryFolder();
  calls = join(backend, "calls.txt");
  steps = [];
  writeFileSync(join(backend, "codechoir-0.1.0-py3-none-any.whl"), "");
  writeFileSync(join(backend, "requirements.txt"), "");
  managed = new ManagedEnvironment(storage, { folder: backend, version: "0.1.0" });
});

/** A Python whose `-m venv` makes an environment with an interpreter that does `pip` says. */
function basePython(pip: string): string {
  const inside = `#!/bin/sh\\necho "$@" >> ${calls}\\n${pip}`;
  return makeProgram(
    backend,
    "base-python",
    `for folder; do :; done
     mkdir -p "$folder/bin"
     printf '%b\\n' '${inside}' > "$folder/bin/python"
     chmod +x "$folder/bin/python"`,
  );
}

function make(pip: string, options: Partial<MakeOptions> = {}): Promise<void> {
  return managed.make({
    base: { program: basePython(pip), args: [] },
    signal: new AbortController().signal,
    onProgress: (step) => steps.push(step),
    onLine: () => undefined,
    ...options,
  });
}

test("the locked requirements are installed with their hashes, then the wheel, from no network", async () => {
  await make('echo "Collecting numpy==2.4.6 (from -r requirements.txt)"');
  const [requirements, wheel] = readFileSync(calls, "utf8").trim().split("\n");
  assert.match(requirements!, /pip .*install .*--require-hashes -r .*requirements\.txt$/);
  assert.match(wheel!, /pip .*install --no-deps --no-index .*codechoir-0\.1\.0-py3-none-any\.whl$/);
  assert.ok(await managed.isReady());
  assert.ok(existsSync(managed.python.program));
});

test("each step is told, with the package that is being installed", async () => {
  await make('echo "Collecting numpy==2.4.6 (from -r requirements.txt)"');
  assert.ok(steps.includes("Making a Python environment…"));
  assert.ok(steps.includes("Installing what Codechoir needs… numpy"), steps.join(", "));
  assert.ok(steps.includes("Installing Codechoir…"));
});

test("when pip fails, its reason is told and nothing is left behind", async () => {
  const pip = 'echo "ERROR: No matching distribution found for numpy==2.4.6"; echo "[notice] more"; exit 1';
  await assert.rejects(make(pip), { message: "No matching distribution found for numpy==2.4.6" });
  assert.equal(existsSync(join(storage, "python")), false);
  assert.equal(await managed.isReady(), false);
});

test("it can be cancelled at any time; nothing is left behind, and the next try works", async () => {
  const abort = new AbortController();
  const onLine = (): void => {
    abort.abort();
  };
  await assert.rejects(make("echo Collecting numpy; exec sleep 60", { signal: abort.signal, onLine }), {
    name: "AbortError",
  });
  assert.equal(existsSync(join(storage, "python")), false);
  await make("true");
  assert.ok(await managed.isReady());
});

test("what an attempt that was broken off has left is made anew", async () => {
  mkdirSync(join(storage, "python", "bin"), { recursive: true });
  writeFileSync(join(storage, "python", "bin", "rest"), "");
  assert.equal(await managed.isReady(), false);
  await make("true");
  assert.equal(existsSync(join(storage, "python", "bin", "rest")), false);
});

test("a package without a wheel says so", async () => {
  managed = new ManagedEnvironment(storage, { folder: temporaryFolder(), version: "0.1.0" });
  await assert.rejects(make("true"), /carries no Python part/);
});
