import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Result {
  /** Exit status; null when the process was killed. */
  status: number | null;
  /** Everything that it wrote, to both outputs. */
  output: string;
}

export interface Options {
  cwd: string;
  /** Kills the process when it is aborted. */
  signal: AbortSignal;
  /** Called with each line as it is written. */
  onLine?: (line: string) => void;
}

/** Runs a program to its end, without a shell. Rejects when it cannot be started, or was aborted. */
export function run(program: string, args: readonly string[], options: Options): Promise<Result> {
  const { promise, resolve, reject } = withResolvers<Result>();
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
  return promise;
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: Error) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
