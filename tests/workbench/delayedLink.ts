import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A connection to a local port through which everything arrives later, in order, as over a slow network. */
export class DelayedLink {
  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
    private readonly setting: { delay: number },
  ) {}

  static async open(port: number): Promise<DelayedLink> {
    const sockets = new Set<Socket>();
    const setting = { delay: 0 };
    const forward = (from: Socket, to: Socket): void => {
      sockets.add(from);
      const later = (act: () => void): void => void setTimeout(act, setting.delay);
      from.on("data", (data) => {
        later(() => to.write(data));
      });
      from.on("close", () => {
        sockets.delete(from);
        later(() => to.destroy());
      });
      from.on("error", () => from.destroy());
    };
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port, host: "127.0.0.1", noDelay: true });
      forward(near, far);
      forward(far, near);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new DelayedLink(server, sockets, setting);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Milliseconds that everything takes, in each direction, from now on. */
  set delay(milliseconds: number) {
    this.setting.delay = milliseconds;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) {
      socket.destroy();
    }
  }
}
