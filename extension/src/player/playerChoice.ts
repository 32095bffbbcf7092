import type { AudioMode } from "../protocol";
import { audioMode, SECTION } from "../settings";
import { type Disposable, workspace } from "../vscodeapi";
import type { Player } from "./player";

/** The player of the audio mode that the settings ask for; the choice follows them. */
export class PlayerChoice implements Disposable {
  private readonly listener: Disposable;
  private chosen: Player;

  constructor(private readonly players: Record<AudioMode, Player>) {
    this.chosen = players[audioMode()];
    this.listener = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.audio`)) {
        this.chosen.stop();
        this.chosen = this.players[audioMode()];
      }
    });
  }

  get current(): Player {
    return this.chosen;
  }

  dispose(): void {
    this.listener.dispose();
  }
}
