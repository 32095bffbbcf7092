// Generated from backend/codechoir/settings by `make generate`; do not edit.

import type { Category } from "./serverProtocol";

/** Settings that are sent to the server, with their defaults. */
export const serverDefaults = {
  level: "some",
  levels: {} as Record<string, string>,
  indentation: "tone",
  brackets: "pause",
  depth: 3,
  closers: true,
  cues: true,
  capitals: "off",
  balance: "off",
  phonetic: false,
  docCode: true,
  naturalLanguage: "en",
  userWords: [] as string[],
  projectWords: [] as string[],
  mute: [] as Category[],
  solo: [] as Category[],
  only: "everything",
  engine: "espeak",
  rate: null as number | null,
  volume: 100,
  profile: "default",
  speakers: {} as Record<string, Partial<Record<Category, string>>>,
  resumeAfter: 5,
  resumeWords: 3,
};
