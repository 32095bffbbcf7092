/**
 * A stand-in for the module `vscode`, as far as the unit tests need it. `fake` is the tests' side of it: what
 * the user has set and chosen, and what was shown to them.
 */

type Listener<T> = (event: T) => unknown;

export class Disposable {
  constructor(readonly dispose: () => void) {}

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) {
        part.dispose();
      }
    });
  }
}

export class EventEmitter<T> {
  private listeners: Listener<T>[] = [];

  readonly event = (listener: Listener<T>): Disposable => {
    this.listeners.push(listener);
    return new Disposable(() => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    });
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) {
      listener(event);
    }
  }

  dispose(): void {
    this.listeners = [];
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }

  intersection(other: Range): Range | undefined {
    return other.end.line < this.start.line || other.start.line > this.end.line ? undefined : this;
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class Uri {
  private constructor(readonly path: string) {}

  static file(path: string): Uri {
    return new Uri(path);
  }

  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return new Uri([uri.path, ...parts].join("/"));
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    return `file://${this.path}`;
  }
}

export enum UIKind {
  Desktop = 1,
  Web = 2,
}

export enum ConfigurationTarget {
  Global = 1,
  Workspace = 2,
}

export enum StatusBarAlignment {
  Left = 1,
  Right = 2,
}

export enum ProgressLocation {
  Notification = 15,
}

export enum TextEditorRevealType {
  InCenterIfOutsideViewport = 2,
}

export interface StatusItem {
  text: string;
  tooltip?: string;
  command?: unknown;
  accessibilityInformation?: { label: string };
}

const documentChanged = new EventEmitter<unknown>();
const configurationChanged = new EventEmitter<{ affectsConfiguration(name: string): boolean }>();

export const fake = {
  settings: {} as Record<string, unknown>,
  workspaceSettings: {} as Record<string, unknown>,
  updates: [] as { name: string; value: unknown; target: ConfigurationTarget }[],
  /** Messages that popped up. */
  messages: [] as string[],
  statusItem: undefined as StatusItem | undefined,
  /** Commands that were carried out, with their arguments. */
  executed: [] as unknown[][],
  registered: new Map<string, (...args: unknown[]) => unknown>(),
  extensions: {} as Record<string, unknown>,
  editors: [] as unknown[],
  isTrusted: true,
  remoteName: undefined as string | undefined,
  uiKind: UIKind.Desktop,
  documentChanged,

  reset(): void {
    fake.settings = {};
    fake.workspaceSettings = {};
    fake.updates = [];
    fake.messages = [];
    fake.statusItem = undefined;
    fake.executed = [];
    fake.registered.clear();
    fake.extensions = {};
    fake.editors = [];
    fake.isTrusted = true;
    fake.remoteName = undefined;
    fake.uiKind = UIKind.Desktop;
  },

  /** The user changes a setting. */
  set(name: string, value: unknown): void {
    fake.settings[name] = value;
    configurationChanged.fire({ affectsConfiguration: (asked) => name.startsWith(asked) });
  },
};

export const commands = {
  executeCommand(...command: unknown[]): Promise<unknown> {
    fake.executed.push(command);
    return Promise.resolve();
  },
  registerCommand(id: string, handler: (...args: unknown[]) => unknown): Disposable {
    fake.registered.set(id, handler);
    return new Disposable(() => fake.registered.delete(id));
  },
};

export const env = {
  get remoteName(): string | undefined {
    return fake.remoteName;
  },
  get uiKind(): UIKind {
    return fake.uiKind;
  },
};

export const extensions = {
  getExtension: (id: string): unknown => fake.extensions[id],
};

export const l10n = {
  t: (message: string, ...values: unknown[]): string =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const window = {
  get visibleTextEditors(): unknown[] {
    return fake.editors;
  },
  get activeTextEditor(): unknown {
    return fake.editors[0];
  },
  createStatusBarItem(): unknown {
    fake.statusItem = { text: "" };
    return Object.assign(fake.statusItem, { show: () => undefined, dispose: () => undefined });
  },
  createTextEditorDecorationType: (): unknown => ({ dispose: () => undefined }),
  showWarningMessage(message: string): Promise<undefined> {
    fake.messages.push(message);
    return Promise.resolve(undefined);
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return fake.isTrusted;
  },
  workspaceFolders: undefined,
  onDidChangeTextDocument: documentChanged.event,
  onDidChangeConfiguration: configurationChanged.event,
  getConfiguration(section: string): unknown {
    const full = (name: string): string => `${section}.${name}`;
    return {
      get: (name: string, otherwise: unknown) =>
        fake.workspaceSettings[full(name)] ?? fake.settings[full(name)] ?? otherwise,
      inspect: (name: string) => ({ workspaceValue: fake.workspaceSettings[full(name)] }),
      update: (name: string, value: unknown, target: ConfigurationTarget) => {
        fake.updates.push({ name: full(name), value, target });
        return Promise.resolve();
      },
    };
  },
};
