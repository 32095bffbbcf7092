import type { Player } from "./player";

/** The server plays by itself, on its machine's sound device: there is nothing for us to let out. */
export const devicePlayer: Player = {
  mode: "server",
  prepare: () => Promise.resolve(),
  play: () => undefined,
  stop: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
