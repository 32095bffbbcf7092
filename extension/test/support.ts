/** Helpers of the tests: a log, temporary folders, programs, and audio. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../src/notifications";

export const silentLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
} as unknown as Log;

/** A folder that is deleted when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "codechoir-test-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** An executable POSIX shell script. */
export function makeProgram(folder: string, name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A sine of `hertz` at half of full scale, as s16 samples at `rate`. */
export function sine(hertz: number, rate: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => 16384 * Math.sin((2 * Math.PI * hertz * i) / rate));
}

export function peakOf(samples: Float32Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}
