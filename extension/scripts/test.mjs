// Bundles the unit tests with a fake of the VS Code API and runs them with Node's test runner.
// Arguments are passed to the runner: `npm test -- --test-name-pattern=Playout`.

import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const outdir = join(root, "build", "extension-tests");
const names = readdirSync(join(root, "extension", "test"), { recursive: true })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => name.replaceAll("\\", "/"));

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: names.map((name) => `extension/test/${name}`),
  outbase: "extension/test",
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  alias: { vscode: "./extension/test/fakes/vscode.ts" },
  sourcemap: "inline",
  logLevel: "warning",
});

const files = names.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
const options = ["--test", "--enable-source-maps", ...process.argv.slice(2), ...files];
process.exitCode = spawnSync(process.execPath, options, { cwd: root, stdio: "inherit" }).status ?? 1;
