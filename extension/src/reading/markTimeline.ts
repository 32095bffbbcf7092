/** Something that starts at a sample of the session. */
export interface TimedMark {
  readonly sample: number;
}

/**
 * Queue of the marks whose audio has been received but not yet played.
 *
 * Used by the extension (to highlight words) and by the player page (to show them).
 */
export class MarkTimeline<M extends TimedMark> {
  private marks: M[] = [];
  private next = 0;

  /** Appends marks in ascending order of their samples. */
  add(marks: readonly M[]): void {
    this.marks.push(...marks);
  }

  /** Returns the marks that started since the last call, given that `played` samples have been played. */
  advance(played: number): M[] {
    const from = this.next;
    while (this.next < this.marks.length && this.marks[this.next]!.sample < played) {
      this.next++;
    }
    const started = this.marks.slice(from, this.next);
    this.dropPlayed();
    return started;
  }

  clear(): void {
    this.marks = [];
    this.next = 0;
  }

  /** Bounds the memory of a long reading. Runs every 1000 marks, so each mark is copied once on average. */
  private dropPlayed(): void {
    if (this.next > 1000) {
      this.marks = this.marks.slice(this.next);
      this.next = 0;
    }
  }
}
