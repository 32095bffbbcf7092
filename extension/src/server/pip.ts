import type { Python } from "./probe";
import { l10n } from "../vscodeapi";
import { run } from "./process";

export interface Watched {
  signal: AbortSignal;
  /** Called with a line for people at each step. */
  onProgress: (step: string) => void;
  /** Called with every line that Python and pip write. */
  onLine: (line: string) => void;
}

/** Arguments that make Python install something, never asking anybody. */
export const PIP = ["-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install"];

/** Runs Python as one step, which `words` name; tells which package pip is busy with. */
export async function runStep(
  words: string,
  python: Python,
  args: readonly string[],
  cwd: string,
  { signal, onProgress, onLine }: Watched,
): Promise<void> {
  onProgress(words);
  const { status, output } = await run(python.program, [...python.args, ...args], {
    cwd,
    signal,
    onLine: (line) => {
      onLine(line);
      const named = packageOf(line);
      if (named) {
        onProgress(`${words} ${named}`);
      }
    },
  });
  if (status !== 0) {
    throw new Error(reasonOf(output) ?? l10n.t("Python failed with status {0}.", String(status)));
  }
}

/** The line that tells why: pip writes it after `ERROR:`; others write it last. */
function reasonOf(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const error = lines.filter((line) => line.startsWith("ERROR: ")).at(-1);
  return (error?.slice("ERROR: ".length) ?? lines.at(-1))?.replace(/^codechoir: /, "");
}

/** What pip is busy with, from a line such as `Collecting numpy==2.4.6 (from -r …)`. */
function packageOf(line: string): string | undefined {
  return /^(?:Collecting|Downloading) ([A-Za-z0-9._-]+)/.exec(line.trim())?.[1];
}
