// Runs the workbench tests: packages the extension, bundles the tests, and runs them with Node's test runner.
// `npm run test:workbench -- keys` runs keys.test.ts only; options such as `-- --test-name-pattern=stop` are
// passed to the runner.

import { build } from "esbuild";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const bundled = join(root, ".workbench", "tests");

function step(program) {
  execFileSync(process.execPath, [program], { cwd: root, stdio: "inherit" });
}

step("tests/workbench/install.mjs");
if (!process.env.CODECHOIR_VSIX_READY || !existsSync(join(root, "dist", "codechoir.vsix"))) {
  step("extension/scripts/package.mjs");
}

const all = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
const chosen = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const tests = all.filter((name) => chosen.length === 0 || chosen.some((word) => name.startsWith(word)));
await build({
  absWorkingDir: root,
  entryPoints: tests.map((name) => join("tests", "workbench", name)),
  outdir: bundled,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["playwright-core"],
  sourcemap: "inline",
  logLevel: "warning",
});

// CODECHOIR_JUNIT: path of an additional report in JUnit format.
const junit = process.env.CODECHOIR_JUNIT;
const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
if (junit) {
  reporters.push("--test-reporter=junit", `--test-reporter-destination=${junit}`);
}

const files = tests.map((name) => join(bundled, name.replace(/\.ts$/, ".mjs")));
const options = [
  "--test-concurrency=1",
  ...reporters,
  "--enable-source-maps",
  ...process.argv.slice(2).filter((word) => word.startsWith("-")),
];
const runner = spawn(process.execPath, ["--test", ...options, ...files], { cwd: root, stdio: "inherit" });
runner.on("close", (status) => {
  process.exitCode = status ?? 1;
});
