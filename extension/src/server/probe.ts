import { l10n } from "../vscodeapi";
import { run } from "./process";

/** A way to start Python: the program and what comes before its own arguments (`py -3`). */
export interface Python {
  readonly program: string;
  readonly args: readonly string[];
}

/** What a look at an interpreter has shown. `problem`: a line for people. */
export type Finding =
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly problem: string };

/** Milliseconds after which an interpreter that does not answer is given up. */
const TIMEOUT = 20_000;

/**
 * Arguments that make `python` run Codechoir. With `-P` the working folder is not searched for modules, so
 * that a folder called `codechoir` in somebody's project is never taken for ours. It needs Python 3.11, as
 * Codechoir does.
 */
export function codechoirArgs(python: Python, ...args: string[]): string[] {
  return [...python.args, "-P", "-m", "codechoir", ...args];
}

/** Whether Codechoir, in a version that this extension understands, can be run by `python`. */
export async function probe(python: Python, wanted: string, cwd: string): Promise<Finding> {
  const answer = await ask(python, codechoirArgs(python, "--version"), cwd);
  if (!answer.ok) {
    return answer;
  }
  const found = /(\d+)\.(\d+)\.\d+\S*/.exec(answer.version);
  if (!found) {
    return { ok: false, problem: l10n.t("does not tell its version") };
  }
  const [version, major, minor] = found;
  if (`${major}.${minor}` !== wanted.split(".").slice(0, 2).join(".")) {
    return { ok: false, problem: l10n.t("has Codechoir {0}, but {1} is needed", version, wanted) };
  }
  return { ok: true, version };
}

/** Whether `python` can be the base of an environment for Codechoir. */
export async function probeBase(python: Python, cwd: string): Promise<Finding> {
  const program =
    "import sys, venv, ensurepip; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))";
  const answer = await ask(python, [...python.args, "-I", "-c", program], cwd);
  if (answer.ok || !/^\d+\.\d+\.\d+/.test(answer.problem)) {
    return answer;
  }
  return { ok: false, problem: l10n.t("is Python {0}, but 3.11 or newer is needed", answer.problem) };
}

/** Runs a short program; its last line is the answer, or the problem when it fails. */
async function ask(python: Python, args: string[], cwd: string): Promise<Finding> {
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const { status, output } = await run(python.program, args, { cwd, signal });
    const words = output.trim().split("\n").at(-1) ?? "";
    if (status === 0) {
      return { ok: true, version: words };
    }
    return { ok: false, problem: words || l10n.t("failed with status {0}", String(status)) };
  } catch (error) {
    if (signal.aborted) {
      return { ok: false, problem: l10n.t("gave no answer") };
    }
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
