import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { type CreateOptions, ServerEnvironment } from "../../src/server/pythonEnvironments";
import { makeProgram, temporaryFolder } from "../support";

let backend: string;
let storage: string;
let calls: string;
let steps: string[];
let environment: ServerEnvironment;

beforeEach(() => {
  backend = temporaryFolder();
  storage = temporaryFolder();
  calls = join(backend, "calls.txt");
  steps = [];
  writeFileSync(join(backend, "codechoir-0.1.0-py3-none-any.whl"), "");
  writeFileSync(join(backend, "requirements.txt"), "");
  environment = new ServerEnvironment(storage, { folder: backend, version: "0.1.0" });
});

/** A Python whose `-m venv` creates an environment whose interpreter runs the script `pip`. */
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

function create(pip: string, options: Partial<CreateOptions> = {}): Promise<void> {
  return environment.create({
    base: { program: basePython(pip), args: [] },
    signal: new AbortController().signal,
    onProgress: (step) => steps.push(step),
    onLine: () => undefined,
    ...options,
  });
}

test("installs the locked requirements with hashes, then the wheel without network", async () => {
  await create('echo "Collecting numpy==2.4.6 (from -r requirements.txt)"');
  const [requirements, wheel] = readFileSync(calls, "utf8").trim().split("\n");
  assert.match(requirements!, /pip .*install .*--require-hashes -r .*requirements\.txt$/);
  assert.match(wheel!, /pip .*install --no-deps --no-index .*codechoir-0\.1\.0-py3-none-any\.whl$/);
  assert.ok(await environment.isReady());
  assert.ok(existsSync(environment.python.program));
});

test("progress shows each step and the package being installed", async () => {
  await create('echo "Collecting numpy==2.4.6 (from -r requirements.txt)"');
  assert.ok(steps.includes("Creating a Python environment…"));
  assert.ok(steps.includes("Installing dependencies… numpy"), steps.join(", "));
  assert.ok(steps.includes("Installing Codechoir…"));
});

test("if pip fails, the error is pip's message and nothing is left behind", async () => {
  const pip = 'echo "ERROR: No matching distribution found for numpy==2.4.6"; echo "[notice] more"; exit 1';
  await assert.rejects(create(pip), { message: "No matching distribution found for numpy==2.4.6" });
  assert.equal(existsSync(join(storage, "python")), false);
  assert.equal(await environment.isReady(), false);
});

test("cancelling leaves nothing behind, and the next attempt works", async () => {
  const abort = new AbortController();
  const onLine = (): void => {
    abort.abort();
  };
  await assert.rejects(create("echo Collecting numpy; exec sleep 60", { signal: abort.signal, onLine }), {
    name: "AbortError",
  });
  assert.equal(existsSync(join(storage, "python")), false);
  await create("true");
  assert.ok(await environment.isReady());
});

test("an incomplete environment is created again", async () => {
  mkdirSync(join(storage, "python", "bin"), { recursive: true });
  writeFileSync(join(storage, "python", "bin", "rest"), "");
  assert.equal(await environment.isReady(), false);
  await create("true");
  assert.equal(existsSync(join(storage, "python", "bin", "rest")), false);
});

test("a missing wheel is an error", async () => {
  environment = new ServerEnvironment(storage, { folder: temporaryFolder(), version: "0.1.0" });
  await assert.rejects(create("true"), /does not contain the Python backend/);
});
