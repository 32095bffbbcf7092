/**
 * Fake of the module `vscode` for the unit tests. Tests control it with `fake`: settings and answers of the user
 * go in, messages and executed commands come out.
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

  static parse(text: string): Uri {
    return new Uri(text);
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

export interface QuickPickItem {
  label: string;
  description?: string;
  picked?: boolean;
}

const documentChanged = new EventEmitter<unknown>();
const configurationChanged = new EventEmitter<{ affectsConfiguration(name: string): boolean }>();

export const fake = {
  settings: {} as Record<string, unknown>,
  workspaceSettings: {} as Record<string, unknown>,
  updates: [] as { name: string; value: unknown; target: ConfigurationTarget }[],
  /** Notifications that were shown. */
  messages: [] as string[],
  statusItem: undefined as StatusItem | undefined,
  /** Temporary status bar messages. */
  shown: [] as string[],
  /** Quick picks that were shown, and what the user picks; without `pick` the user presses Escape. */
  lists: [] as QuickPickItem[][],
  pick: undefined as ((item: QuickPickItem) => boolean) | undefined,
  /** The user's next answers: buttons of notifications, typed text, and the selected folder. */
  choices: [] as string[],
  inputs: [] as string[],
  folder: undefined as string | undefined,
  /** External URLs that were opened, and reported progress. */
  opened: [] as string[],
  progress: [] as string[],
  /** Presses Cancel on the progress notification. */
  cancel: undefined as (() => void) | undefined,
  /** Executed commands with their arguments. */
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
    fake.shown = [];
    fake.choices = [];
    fake.inputs = [];
    fake.folder = undefined;
    fake.opened = [];
    fake.progress = [];
    fake.cancel = undefined;
    fake.lists = [];
    fake.pick = undefined;
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
  openExternal(uri: Uri): Promise<boolean> {
    fake.opened.push(uri.path);
    return Promise.resolve(true);
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
  registerWebviewViewProvider: (): Disposable => new Disposable(() => undefined),
  setStatusBarMessage(words: string): Disposable {
    fake.shown.push(words);
    return new Disposable(() => undefined);
  },
  showQuickPick(items: QuickPickItem[], options: { canPickMany?: boolean }): Promise<unknown> {
    fake.lists.push(items);
    const picked = fake.pick && items.filter(fake.pick);
    return Promise.resolve(options.canPickMany ? picked : picked?.[0]);
  },
  createTextEditorDecorationType: (): unknown => ({ dispose: () => undefined }),
  showInformationMessage(message: string, ...more: unknown[]): Promise<unknown> {
    fake.messages.push(message);
    const next = fake.choices[0];
    const isOffered = next !== undefined && more.includes(next);
    return Promise.resolve(isOffered ? fake.choices.shift() : undefined);
  },
  showInputBox(options: { validateInput?: (text: string) => unknown }): Promise<string | undefined> {
    const typed = fake.inputs.shift();
    const isValid = typed !== undefined && options.validateInput?.(typed) === undefined;
    return Promise.resolve(isValid ? typed : undefined);
  },
  showOpenDialog(): Promise<Uri[] | undefined> {
    return Promise.resolve(fake.folder === undefined ? undefined : [Uri.file(fake.folder)]);
  },
  withProgress<T>(
    _options: unknown,
    work: (progress: unknown, cancellation: unknown) => Promise<T>,
  ): Promise<T> {
    const cancelled = new EventEmitter<void>();
    fake.cancel = () => {
      cancelled.fire();
    };
    const report = ({ message }: { message: string }): void => void fake.progress.push(message);
    return work({ report }, { onCancellationRequested: cancelled.event });
  },
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
  onDidGrantWorkspaceTrust: new EventEmitter<void>().event,
  getConfiguration(section: string): unknown {
    const full = (name: string): string => `${section}.${name}`;
    return {
      get: (name: string, otherwise: unknown) =>
        fake.workspaceSettings[full(name)] ?? fake.settings[full(name)] ?? otherwise,
      inspect: (name: string) => ({
        globalValue: fake.settings[full(name)],
        workspaceValue: fake.workspaceSettings[full(name)],
      }),
      update: (name: string, value: unknown, target: ConfigurationTarget) => {
        fake.updates.push({ name: full(name), value, target });
        fake.set(full(name), value);
        return Promise.resolve();
      },
    };
  },
};
