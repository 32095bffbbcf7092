import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

const root = process.cwd();
const entry = join(root, ".workbench/code-server/node_modules/code-server/out/node/entry.js");

/** Files of a folder to be opened, by name. */
export type Files = Record<string, string>;

/** A VS Code server with the packed extension installed, and with nothing else: no settings of anybody's. */
export class CodeServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly home: string,
    readonly url: string,
  ) {}

  /**
   * Starts one that shows a folder with `files`.
   *
   * The language server is found on PATH, as it would be for a user who has installed it with pip; or, where
   * `isInstalled` is false, it is nowhere to be found.
   */
  static async start(files: Files, isInstalled = true): Promise<CodeServer> {
    const home = mkdtempSync(join(tmpdir(), "codechoir-workbench-"));
    const folder = join(home, "project");
    const user = join(home, "data", "User");
    mkdirSync(folder);
    mkdirSync(user, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
    }
    writeFileSync(join(user, "settings.json"), JSON.stringify(settings));
    const env = { ...process.env, HOME: home, SHELL: "/bin/bash", PIP_CONFIG_FILE: pipConfiguration() };
    // VS Code takes its environment from the user's login shell.
    writeFileSync(join(home, ".bash_profile"), `export PATH='${searchPath(isInstalled)}'\n`);
    const places = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
    const vsix = join(root, "dist", "codechoir.vsix");
    execFileSync(process.execPath, [entry, "--install-extension", vsix, ...places], { env, stdio: "ignore" });

    const port = await freePort();
    const flags = [
      ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
      ...["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
      "--disable-getting-started-override",
    ];
    const server = spawn(process.execPath, [entry, ...flags, ...places, folder], {
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

  /** The path of a file of the folder that is open. */
  path(name: string): string {
    return join(this.home, "project", name);
  }

  /** The language server's process comes to a sudden end. */
  killLanguageServer(): void {
    const processes = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
      .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command! }));
    const ours = new Set([this.process.pid!]);
    // Children come after their parents, unless numbers have wrapped around.
    for (const { pid, parent } of [...processes, ...processes]) {
      if (ours.has(parent)) {
        ours.add(pid);
      }
    }
    const found = processes.filter(({ pid, command }) => ours.has(pid) && command.endsWith("codechoir lsp"));
    assert.equal(found.length, 1, "one language server is running");
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

/** PATH with the interpreter that has Codechoir, or without it. */
function searchPath(isInstalled: boolean): string {
  const environment = join(root, ".venv", "bin");
  const others = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== environment);
  return [...(isInstalled ? [environment] : []), ...others].join(delimiter);
}

/** With another home, too, pip finds its packages where it does for whoever runs the tests. */
function pipConfiguration(): string {
  const own = join(homedir(), ".config", "pip", "pip.conf");
  return process.env.PIP_CONFIG_FILE ?? (existsSync(own) ? own : "/etc/pip.conf");
}

/** Settings that keep everything out of the way that has nothing to do with reading aloud. */
const settings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "security.workspace.trust.enabled": false,
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
    throw new Error("no port");
  }
  return address.port;
}
