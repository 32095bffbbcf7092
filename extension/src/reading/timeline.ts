/** Something that sounds from `sample` on. */
export interface Timed {
  readonly sample: number;
}

/** What is sounding when: takes marks ahead of the sound, and finds the one that is heard now. */
export class Timeline<M extends Timed> {
  private marks: M[] = [];
  private next = 0;

  /** Marks arrive in the order of their samples. */
  add(marks: readonly M[]): void {
    this.marks.push(...marks);
  }

  /** The marks that began to sound since the last call, once `played` samples have been heard. */
  advance(played: number): M[] {
    const from = this.next;
    while (this.next < this.marks.length && this.marks[this.next]!.sample < played) {
      this.next++;
    }
    const begun = this.marks.slice(from, this.next);
    this.forgetHeard();
    return begun;
  }

  clear(): void {
    this.marks = [];
    this.next = 0;
  }

  /** Keeps a reading of a whole day from piling up; rarely, so that each mark is moved once on average. */
  private forgetHeard(): void {
    if (this.next > 1000) {
      this.marks = this.marks.slice(this.next);
      this.next = 0;
    }
  }
}
