/**
 * The one door to VS Code: what is not listed here is not used.
 *
 * The unit tests bundle the extension with a stand-in for the module `vscode` (`extension/test/fakes`).
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
  Position,
  ProgressLocation,
  Range,
  Selection,
  StatusBarAlignment,
  TextEditorRevealType,
  ThemeColor,
  UIKind,
  Uri,
} from "vscode";

export type {
  ExtensionContext,
  LogOutputChannel,
  QuickPickItem,
  StatusBarItem,
  TextDocument,
  TextDocumentContentChangeEvent,
  TextEditor,
  Webview,
  WebviewView,
  WebviewViewProvider,
} from "vscode";
