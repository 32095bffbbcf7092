import { serverDefaults } from "./serverDefaults";
import type { AudioMode, Category } from "./serverProtocol";
import { categories } from "./serverProtocol";
import type { TextDocument } from "./vscodeapi";
import { ConfigurationTarget, env, UIKind, workspace } from "./vscodeapi";

/** Section of all settings of the extension. */
export const SECTION = "codechoir";

/** Voice properties that the user has set for one category; the others come from the profile. */
export type VoiceOverrides = Partial<
  Record<"rate" | "pitch" | "range" | "volume" | "balance", number> & { family: string }
>;

/** Voice family per engine and category. */
export type Speakers = Record<string, Partial<Record<Category, string>>>;

/** Settings that are sent to the server. */
export type ServerSettings = typeof serverDefaults & { voices: Partial<Record<Category, VoiceOverrides>> };

/** Settings that restart the server when they change. */
export const restartSettings = ["audio", "interpreter"];

/** The server's settings for `document`; some settings may differ per language. */
export function serverSettings(document?: TextDocument): ServerSettings {
  const settings = workspace.getConfiguration(SECTION, document);
  const voices: ServerSettings["voices"] = {};
  for (const category of categories) {
    const overrides = settings.get<VoiceOverrides>(`voices.${category}`, {});
    if (Object.keys(overrides).length > 0) {
      voices[category] = { ...overrides };
    }
  }
  const values = Object.entries(serverDefaults).map(([name, defaultValue]) => [
    name,
    settings.get<unknown>(name, defaultValue),
  ]);
  return { ...(Object.fromEntries(values) as typeof serverDefaults), voices };
}

/** Which categories and kinds of content are read. */
export type ReadingFilters = Pick<ServerSettings, "mute" | "solo" | "only">;

export function readingFilters(): ReadingFilters {
  const settings = workspace.getConfiguration(SECTION);
  return {
    mute: settings.get<Category[]>("mute", serverDefaults.mute),
    solo: settings.get<Category[]>("solo", serverDefaults.solo),
    only: settings.get<string>("only", serverDefaults.only),
  };
}

/** Voice properties that the user has set for a category. */
export function voiceOverrides(category: Category): VoiceOverrides {
  return workspace.getConfiguration(SECTION).get<VoiceOverrides>(`voices.${category}`, {});
}

export function speakers(): Speakers {
  return workspace.getConfiguration(SECTION).get<Speakers>("speakers", {});
}

/** Whether to highlight the spoken word, and to scroll along. */
export function highlightSettings(): { highlight: boolean; follow: boolean } {
  const settings = workspace.getConfiguration(SECTION);
  return { highlight: settings.get("highlight", true), follow: settings.get("follow", true) };
}

/** Path of the interpreter set by the user; undefined if not set. */
export function configuredInterpreter(): string | undefined {
  return workspace.getConfiguration(SECTION).get("interpreter", "").trim() || undefined;
}

/**
 * Who plays the audio. By default the server does if window and extension host run on the same machine;
 * otherwise its sound device is not the user's, and the window plays.
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
 * Writes a setting to the workspace if it is set there, otherwise to the user settings. Undefined removes it.
 */
export async function updateSetting(name: string, value: unknown): Promise<void> {
  const settings = workspace.getConfiguration(SECTION);
  const isInWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(
    name,
    value,
    isInWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
  );
}
