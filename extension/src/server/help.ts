import { Declined } from "../failure";
import type { TextDocument } from "../vscodeapi";
import type { Connection } from "./connection";
import { NoServer } from "./discovery";
import type { Server } from "./server";
import type { SetUp } from "./setUp";

/** Connects to the server; where there is none, offers to set one up. Rejects with `Declined` if not wanted. */
export async function connectHelpfully(
  server: Server,
  setUp: SetUp,
  document?: TextDocument,
): Promise<Connection> {
  try {
    return await server.connect(document);
  } catch (error) {
    if (!(error instanceof NoServer)) {
      throw error;
    }
    if (!(await setUp.offer(error.message))) {
      throw new Declined();
    }
    return server.connect(document);
  }
}
