// Packs dist/codechoir.vsix: the bundled extension, the wheel of the Python backend and its locked requirements,
// from which the extension can create an environment.
//
// The content is staged in dist/vsix, because `vsce` visits every file below the folder that it packs, and the
// repository contains Python environments. Works offline. The variable PYTHON sets the interpreter, which needs
// the packages `build` and `hatchling`.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const dist = join(root, "dist");
const stage = join(dist, "vsix");
const backend = join(stage, "dist", "backend");

/** Files in the package, besides the manifest and the backend. */
const contents = [
  "dist/extension.js",
  "dist/licences.txt",
  "dist/player.js",
  "extension/media/codechoir.svg",
  "extension/media/icon.png",
  "extension/media/player.css",
  "extension/media/walkthrough.svg",
  "l10n",
  "package.nls.json",
  "package.nls.de.json",
  "README.md",
  "docs/images",
  "CHANGELOG.md",
  "LICENSE",
];

function run(folder, program, ...args) {
  try {
    execFileSync(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}${error.message}\n`);
    process.exit(1);
  }
}

function python() {
  const local = join(root, ".venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  return process.env.PYTHON ?? (existsSync(local) ? local : "python3");
}

/** Writes the manifest without its development parts. */
function writeManifest() {
  const { scripts, devDependencies, dependencies, ...manifest } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(backend, { recursive: true });
run(root, process.execPath, "extension/scripts/build.mjs");
run(root, python(), "-m", "build", "--wheel", "--no-isolation", "--outdir", backend);
cpSync(join(root, "requirements", "runtime.txt"), join(backend, "requirements.txt"));
cpSync(join(root, "requirements", "neural.txt"), join(backend, "neural.txt"));
for (const path of contents.filter((path) => existsSync(join(root, path)))) {
  cpSync(join(root, path), join(stage, path), { recursive: true });
}
writeManifest();

const vsce = createRequire(join(root, "package.json")).resolve("@vscode/vsce/vsce");
const vsix = join(dist, "codechoir.vsix");
const options = ["--no-dependencies", "--no-rewrite-relative-links", "--allow-missing-repository"];
run(stage, process.execPath, vsce, "package", ...options, "--out", vsix);
console.log(`dist/codechoir.vsix, with ${readdirSync(backend).join(" and ")}`);
