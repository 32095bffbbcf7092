import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = process.cwd();
const entry = join(root, ".workbench/code-server/node_modules/code-server/out/node/entry.js");

/** Content of the opened folder: text by file name. */
export type Files = Record<string, string>;

/** A code-server with the packaged extension and a fresh user profile. */
export class CodeServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly home: string,
    readonly url: string,
  ) {}

  /**
   * Starts a server that opens a folder with `files`.
   *
   * `isInstalled`: whether PATH contains an interpreter with Codechoir, as after an installation with pip.
   * `isTrusted`: whether the folder is trusted.
   */
  static async start(files: Files, isInstalled = true, isTrusted = true): Promise<CodeServer> {
    const home = mkdtempSync(join(tmpdir(), "codechoir-workbench-"));
    const folder = join(home, "project");
    const user = join(home, "data", "User");
    mkdirSync(folder);
    mkdirSync(user, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const trust = {
      "security.workspace.trust.enabled": !isTrusted,
      "security.workspace.trust.startupPrompt": "never",
    };
    writeFileSync(join(user, "settings.json"), JSON.stringify({ ...settings, ...trust }));
    const env = { ...process.env, HOME: home, SHELL: "/bin/bash", PIP_CONFIG_FILE: pipConfiguration() };
    // VS Code reads its environment from the login shell.
    writeFileSync(join(home, ".bash_profile"), `export PATH='${searchPath(isInstalled)}'\n`);
    const folders = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
    const vsix = join(root, "dist", "codechoir.vsix");
    execFileSync(process.execPath, [entry, "--install-extension", vsix, ...folders], {
      env,
      stdio: "ignore",
    });

    const port = await freePort();
    const flags = [
      ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
      ...["--disable-telemetry", "--disable-update-check"],
      ...(isTrusted ? ["--disable-workspace-trust"] : []),
      "--disable-getting-started-override",
    ];
    const server = spawn(process.execPath, [entry, ...flags, ...folders, folder], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: server.stdout });
    for await (const line of lines) {
      if (line.includes("HTTP server listening")) {
        break;
      }
    }
    server.stdout.resume();
    return new CodeServer(server, home, `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
  }

  /** Path of a file in the opened folder. */
  path(name: string): string {
    return join(this.home, "project", name);
  }

  /** Kills the process of the language server. */
  killLanguageServer(): void {
    const processes = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
      .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command! }));
    const ours = new Set([this.process.pid!]);
    // Twice, because process ids may wrap around, so a child may be listed before its parent.
    for (const { pid, parent } of [...processes, ...processes]) {
      if (ours.has(parent)) {
        ours.add(pid);
      }
    }
    const found = processes.filter(({ pid, command }) => ours.has(pid) && command.endsWith("codechoir lsp"));
    assert.equal(found.length, 1, "exactly one language server is running");
    process.kill(found[0]!.pid, "SIGKILL");
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill();
      await once(this.process, "exit");
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** PATH with or without the interpreter that has Codechoir. */
function searchPath(isInstalled: boolean): string {
  const environment = join(root, ".venv", "bin");
  const others = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== environment);
  return [...(isInstalled ? [environment] : []), ...others].join(delimiter);
}

/** The pip configuration of the user who runs the tests; HOME is another folder in the workbench. */
function pipConfiguration(): string {
  const own = join(homedir(), ".config", "pip", "pip.conf");
  return process.env.PIP_CONFIG_FILE ?? (existsSync(own) ? own : "/etc/pip.conf");
}

/** Turns off what is not needed in the tests. */
const settings = {
  // The tests name pitches and times of these voices.
  "codechoir.engine": "espeak",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "chat.commandCenter.enabled": false,
  "files.autoSave": "off",
  "editor.minimap.enabled": false,
};

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new Error("the server has no port");
  }
  return address.port;
}
