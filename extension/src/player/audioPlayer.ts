import { audioMode, SECTION } from "../editorSettings";
import type { AudioMode } from "../serverProtocol";
import { type Disposable, workspace } from "../vscodeapi";
import type { AudioChunk } from "./playerProtocol";

/** Plays the audio of readings. */
export interface Player {
  readonly mode: AudioMode;
  /** Gets ready to play. Rejects with a message for the user. */
  prepare(): Promise<void>;
  play(chunk: AudioChunk): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

/** How many samples of a session have been played. */
export interface Playback {
  session: number;
  samples: number;
}

/** Player for audio mode `server`: the server plays the audio itself, so there is nothing to do. */
export const serverPlayer: Player = {
  mode: "server",
  prepare: () => Promise.resolve(),
  play: () => undefined,
  stop: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};

/** Selects the player for the audio mode in the settings. */
export class PlayerSelector implements Disposable {
  private readonly listener: Disposable;
  private selected: Player;

  constructor(private readonly players: Record<AudioMode, Player>) {
    this.selected = players[audioMode()];
    this.listener = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.audio`)) {
        this.selected.stop();
        this.selected = this.players[audioMode()];
      }
    });
  }

  get current(): Player {
    return this.selected;
  }

  dispose(): void {
    this.listener.dispose();
  }
}
