import { restrictedSettings, serverDefaults } from "./serverDefaults";
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

/**
 * The value of a setting. In a folder that is not trusted, restricted settings come from the user alone. VS Code sees
 * to that itself, but not every editor with its API does, and what is hidden from a listener stays hidden.
 */
function setting<T>(name: string, defaultValue: T, document?: TextDocument): T {
  const settings = workspace.getConfiguration(SECTION, document);
  if (counts(name)) {
    return settings.get<T>(name, defaultValue);
  }
  const values = settings.inspect<T>(name);
  return values?.globalLanguageValue ?? values?.globalValue ?? values?.defaultValue ?? defaultValue;
}

/** Whether the folder's value of a setting counts. */
function counts(name: string): boolean {
  return workspace.isTrusted || !restrictedSettings.has(name);
}

/** Settings that are sent to the server. */
export type ServerSettings = typeof serverDefaults & { voices: Partial<Record<Category, VoiceOverrides>> };

/** Settings that restart the server when they change. */
export const restartSettings = ["audio", "interpreter"];

/** The server's settings for `document`; some settings may differ per language. */
export function serverSettings(document?: TextDocument): ServerSettings {
  const voices: ServerSettings["voices"] = {};
  for (const category of categories) {
    const overrides = voiceOverrides(category, document);
    if (Object.keys(overrides).length > 0) {
      voices[category] = { ...overrides };
    }
  }
  const values = Object.entries(serverDefaults).map(([name, defaultValue]) => [
    name,
    setting<unknown>(name, defaultValue, document),
  ]);
  return { ...(Object.fromEntries(values) as typeof serverDefaults), voices };
}

/** Which categories and kinds of content are read. */
export type ReadingFilters = Pick<ServerSettings, "mute" | "solo" | "only">;

export function readingFilters(): ReadingFilters {
  return {
    mute: setting<Category[]>("mute", serverDefaults.mute),
    solo: setting<Category[]>("solo", serverDefaults.solo),
    only: setting<string>("only", serverDefaults.only),
  };
}

/** Voice properties that the user has set for a category. */
export function voiceOverrides(category: Category, document?: TextDocument): VoiceOverrides {
  return setting<VoiceOverrides>(`voices.${category}`, {}, document);
}

export function speakers(): Speakers {
  return setting<Speakers>("speakers", {});
}

/** The engine that the user has set; undefined if the default applies. */
export function engineSetting(): string | undefined {
  const engine = setting<string>("engine", serverDefaults.engine);
  return engine === serverDefaults.engine ? undefined : engine;
}

/** Volume of all voices, 0 to 100. */
export function overallVolume(): number {
  return setting<number>("volume", serverDefaults.volume);
}

/** Whether to highlight the spoken word, and to scroll along. */
export function highlightSettings(): { highlight: boolean; follow: boolean } {
  return { highlight: setting("highlight", true), follow: setting("follow", true) };
}

/** Path of the interpreter set by the user; undefined if not set. */
export function configuredInterpreter(): string | undefined {
  return setting("interpreter", "").trim() || undefined;
}

/**
 * Who plays the audio. By default the server does if window and extension host run on the same machine;
 * otherwise its sound device is not the user's, and the window plays.
 */
export function audioMode(): AudioMode {
  switch (setting<string>("audio", "auto")) {
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
  const isInWorkspace = counts(name) && settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(
    name,
    value,
    isInWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
  );
}
