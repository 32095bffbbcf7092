/**
 * The part of the VS Code API that the extension uses. No other module imports `vscode`.
 *
 * The unit tests replace the module `vscode` with `extension/test/fakes/vscode.ts`.
 */

export {
  commands,
  env,
  extensions,
  l10n,
  window,
  workspace,
  ConfigurationTarget,
  Disposable,
  EventEmitter,
  ProgressLocation,
  Range,
  StatusBarAlignment,
  TextEditorRevealType,
  ThemeColor,
  UIKind,
  Uri,
} from "vscode";

export type {
  ExtensionContext,
  LogOutputChannel,
  Position,
  QuickPickItem,
  Selection,
  StatusBarItem,
  TextDocument,
  TextEditor,
  Webview,
  WebviewView,
  WebviewViewProvider,
} from "vscode";
