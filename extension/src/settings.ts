import type { AudioMode, Category } from "./protocol";
import { categories } from "./protocol";
import type { TextDocument } from "./vscodeapi";
import { ConfigurationTarget, env, UIKind, workspace } from "./vscodeapi";

export const SECTION = "codechoir";

/** What the user changes of one category's voice; what is missing keeps the profile's value. */
export type VoiceChange = Partial<
  Record<"rate" | "pitch" | "range" | "volume" | "balance", number> & { family: string }
>;

/** Families by engine and category. */
export type Speakers = Record<string, Partial<Record<Category, string>>>;

/**
 * The settings that the server follows as they are, with their defaults. The names are those of `Settings` in
 * backend/codechoir/settings.py; tests compare both with the manifest.
 */
export const followed = {
  engine: "espeak",
  profile: "default",
  level: "some",
  rate: null as number | null,
  volume: 100,
  speakers: {} as Speakers,
  levels: {} as Record<string, string>,
  indentation: "tone",
  brackets: "pause",
  depth: 3,
  cues: true,
  capitals: "off",
  balance: "off",
  phonetic: false,
  closers: true,
  docCode: true,
  naturalLanguage: "en",
  userWords: [] as string[],
  projectWords: [] as string[],
  resumeAfter: 5,
  resumeWords: 3,
  mute: [] as Category[],
  solo: [] as Category[],
  only: "everything",
};

/** What the server is told. */
export type ServerSettings = typeof followed & { voices: Partial<Record<Category, VoiceChange>> };

/** The server's settings for reading `document`, since some may differ from language to language. */
export function serverSettings(document?: TextDocument): ServerSettings {
  const settings = workspace.getConfiguration(SECTION, document);
  const voices: ServerSettings["voices"] = {};
  for (const category of categories) {
    const change = settings.get<VoiceChange>(`voices.${category}`, {});
    if (Object.keys(change).length > 0) {
      voices[category] = { ...change };
    }
  }
  const values = Object.entries(followed).map(([name, otherwise]) => [
    name,
    settings.get<unknown>(name, otherwise),
  ]);
  return { ...(Object.fromEntries(values) as typeof followed), voices };
}

/** What the listener has chosen to hear. */
export function listening(): Pick<ServerSettings, "mute" | "solo" | "only"> {
  const settings = workspace.getConfiguration(SECTION);
  return {
    mute: settings.get<Category[]>("mute", followed.mute),
    solo: settings.get<Category[]>("solo", followed.solo),
    only: settings.get<string>("only", followed.only),
  };
}

/** What the user has changed of one category's voice so far. */
export function ownVoice(category: Category): VoiceChange {
  return workspace.getConfiguration(SECTION).get<VoiceChange>(`voices.${category}`, {});
}

/** The speakers that the user has chosen so far. */
export function ownSpeakers(): Speakers {
  return workspace.getConfiguration(SECTION).get<Speakers>("speakers", {});
}

/** How the reading is shown in the editor. */
export function reading(): { highlight: boolean; follow: boolean } {
  const settings = workspace.getConfiguration(SECTION);
  return { highlight: settings.get("highlight", true), follow: settings.get("follow", true) };
}

/** The Python that the user chose, or undefined. */
export function chosenInterpreter(): string | undefined {
  return workspace.getConfiguration(SECTION).get("interpreter", "").trim() || undefined;
}

/**
 * Where the sound is let out. The server's own machine has the user's loudspeakers only where VS Code's
 * window and its extensions are on one machine; everywhere else the window plays.
 */
export function audioMode(): AudioMode {
  switch (workspace.getConfiguration(SECTION).get<string>("audio", "auto")) {
    case "server":
      return "server";
    case "editor":
      return "client";
    default:
      return env.remoteName !== undefined || env.uiKind === UIKind.Web ? "client" : "server";
  }
}

/**
 * Changes a setting where it is set now: the workspace's value if there is one, else the user's. Undefined
 * takes it away.
 */
export async function changeSetting(name: string, value: unknown): Promise<void> {
  const settings = workspace.getConfiguration(SECTION);
  const inWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(
    name,
    value,
    inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
  );
}
