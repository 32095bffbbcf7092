// Installs code-server, VS Code in a browser, below `.workbench/` (ignored by git).
//
// Install scripts of npm packages are disabled, because they download binaries from outside the npm registry. The
// native modules are built from source instead, with the headers of the running Node and libraries of Debian
// packages (see `needed`). With --missing it only prints the Debian packages that are not installed.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "4.100.3"; // VS Code 1.100, the newest version that runs on Node 20
const NATIVE_MODULES = ["@parcel/watcher", "@vscode/spdlog", "native-watchdog", "node-pty", "kerberos"];

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const home = join(root, ".workbench", "code-server");
const server = join(home, "node_modules", "code-server");
const vscode = join(server, "lib", "vscode");
const done = join(home, `.installed-${VERSION}`);

/** Required system files, each with its Debian package. */
const needed = [
  ["/usr/bin/chromium", "chromium"],
  ["/usr/bin/rg", "ripgrep"],
  ["/usr/bin/pkg-config", "pkg-config"],
  ["/usr/include/gssapi/gssapi.h", "libkrb5-dev"],
  ["/usr/include/libsecret-1/libsecret/secret.h", "libsecret-1-dev"],
];

function run(folder, command, ...args) {
  try {
    execFileSync(command, args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...headers(),
        npm_config_loglevel: "error",
        npm_config_update_notifier: "false",
      },
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ""}\n${error.stderr ?? ""}\n`);
    fail(`in ${folder}: ${command} ${args.join(" ")} failed`);
  }
}

/** Uses the headers installed with Node if there are any; otherwise node-gyp finds them. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node.h")) ? { npm_config_nodedir: prefix } : {};
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function missingPackages() {
  return needed.filter(([path]) => !existsSync(path)).map(([, name]) => name);
}

function install() {
  const missing = missingPackages();
  if (missing.length > 0) {
    fail(`Debian packages are missing; run: apt-get install ${missing.join(" ")}`);
  }
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');

  run(home, "npm", "install", `code-server@${VERSION}`, "--ignore-scripts", "--no-save");
  run(home, "npm", "rebuild", "argon2");
  run(vscode, "npm", "install", "--omit=dev", "--ignore-scripts");
  run(join(vscode, "extensions"), "npm", "install", "--omit=dev", "--ignore-scripts");

  const gyp = createRequire(join(root, "package.json")).resolve("node-gyp/bin/node-gyp.js");
  for (const name of NATIVE_MODULES) {
    run(join(vscode, "node_modules", name), process.execPath, gyp, "rebuild");
  }
  const ripgrep = join(vscode, "node_modules", "@vscode", "ripgrep", "bin");
  mkdirSync(ripgrep, { recursive: true });
  symlinkSync("/usr/bin/rg", join(ripgrep, "rg"));
  writeFileSync(done, "");
}

if (process.argv.includes("--missing")) {
  process.stdout.write(missingPackages().join(" "));
} else if (!existsSync(done)) {
  process.stderr.write(`installing code-server ${VERSION} in .workbench/ (takes 1 to 2 minutes)\n`);
  install();
}
