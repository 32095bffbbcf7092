import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TaskControl } from "../notifications";
import { l10n } from "../vscodeapi";

/** How to start Python: the program and the arguments before Python's own, as in `py -3`. */
export interface Python {
  readonly program: string;
  readonly args: readonly string[];
}

export interface ProcessResult {
  /** Exit status; null if the process was killed. */
  status: number | null;
  /** Standard output and standard error. */
  output: string;
}

export interface ProcessOptions {
  cwd: string;
  /** Kills the process when aborted. */
  signal: AbortSignal;
  /** Called with each output line as it is written. */
  onLine?: (line: string) => void;
}

/** Arguments of `pip install`, without prompts. */
export const PIP_INSTALL = ["-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install"];

/**
 * Arguments that make `python` run Codechoir. `-P` (Python 3.11) keeps the working directory out of the module
 * search path, so that a folder `codechoir` in the user's project is not imported.
 */
export function codechoirArgs(python: Python, ...args: string[]): string[] {
  return [...python.args, "-P", "-m", "codechoir", ...args];
}

/** Runs a program without a shell. Rejects if it cannot be started or is aborted. */
export function runProcess(
  program: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      signal: options.signal,
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    child.once("error", reject);
    child.once("close", (status) => {
      resolve({ status, output: lines.join("\n") });
    });
  });
}

/**
 * Runs Python as one step of a task; `step` names it for the user, followed by the package that pip installs.
 * Rejects with a message for the user if Python fails.
 */
export async function runStep(
  step: string,
  python: Python,
  args: readonly string[],
  cwd: string,
  { signal, onProgress, onLine }: TaskControl,
): Promise<void> {
  onProgress(step);
  const { status, output } = await runProcess(python.program, [...python.args, ...args], {
    cwd,
    signal,
    onLine: (line) => {
      onLine(line);
      const packageName = pipPackage(line);
      if (packageName) {
        onProgress(`${step} ${packageName}`);
      }
    },
  });
  if (status !== 0) {
    throw new Error(failureReason(output) ?? l10n.t("Python failed with exit code {0}.", String(status)));
  }
}

/** The line of an output that states the error: pip marks it with `ERROR:`; other programs write it last. */
function failureReason(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const error = lines.filter((line) => line.startsWith("ERROR: ")).at(-1);
  return (error?.slice("ERROR: ".length) ?? lines.at(-1))?.replace(/^codechoir: /, "");
}

/** The package name in a pip line such as `Collecting numpy==2.4.6 (from -r …)`. */
function pipPackage(line: string): string | undefined {
  return /^(?:Collecting|Downloading) ([A-Za-z0-9._-]+)/.exec(line.trim())?.[1];
}
