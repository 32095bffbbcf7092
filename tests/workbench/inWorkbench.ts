import { after, afterEach, before } from "node:test";
import { CodeServer, type Files } from "./codeServer";
import { Workbench } from "./workbench";

/** A window of VS Code, and the server that it comes from. */
export interface Opened {
  server: CodeServer;
  workbench: Workbench;
}

export interface Circumstances {
  /** Whether the language server can be found; by default it can. */
  isInstalled?: boolean;
  /** Is run in every frame before anything else. */
  prepare?: () => void;
}

/** The tests of a suite share a window that shows `files`; it is handed over before the first of them. */
export function inWorkbench(
  files: Files,
  handOver: (opened: Opened) => void | Promise<void>,
  { isInstalled, prepare }: Circumstances = {},
): void {
  let server: CodeServer | undefined;
  let workbench: Workbench | undefined;

  before(async () => {
    server = await CodeServer.start(files, isInstalled);
    workbench = await Workbench.open(server.url, prepare);
    await handOver({ server, workbench });
  });

  after(async () => {
    await workbench?.close();
    await server?.stop();
  });
}

/** After each test of a suite there is a picture of the window, and nothing is being read any more. */
export function quietAfterEach(workbench: () => Workbench): void {
  afterEach(async (context) => {
    await workbench().screenshot(context.name);
    await workbench().chord("Shift+Alt+Q");
    await workbench().untilStatus("not reading");
  });
}
