import { after, afterEach, before } from "node:test";
import { CodeServer, type Files } from "./codeServer";
import { Workbench } from "./workbench";

export interface OpenedWorkbench {
  server: CodeServer;
  workbench: Workbench;
}

export interface WorkbenchOptions {
  /** Whether the language server is installed; true by default. */
  isInstalled?: boolean;
  /** Whether the folder is trusted; true by default. */
  isTrusted?: boolean;
  /** Runs in every frame before all other scripts. */
  initScript?: () => void;
}

/** Opens one window with `files` for all tests of a suite, and passes it to `onOpen` before the first test. */
export function useWorkbench(
  files: Files,
  onOpen: (opened: OpenedWorkbench) => void | Promise<void>,
  { isInstalled, isTrusted, initScript }: WorkbenchOptions = {},
): void {
  let server: CodeServer | undefined;
  let workbench: Workbench | undefined;

  before(async () => {
    server = await CodeServer.start(files, isInstalled, isTrusted);
    workbench = await Workbench.open(server.url, initScript);
    await onOpen({ server, workbench });
  });

  after(async () => {
    await workbench?.close();
    await server?.stop();
  });
}

/** Takes a screenshot and stops the reading after each test. */
export function stopAfterEach(workbench: () => Workbench): void {
  afterEach(async (context) => {
    await workbench().screenshot(context.name);
    await workbench().press("Shift+Alt+Q");
    await workbench().waitForStatus("not reading");
  });
}
