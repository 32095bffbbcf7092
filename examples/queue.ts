// A queue that gives up politely: tasks run one after the other, each with a time limit.

export interface Task<T> {
  readonly name: string;
  run(signal: AbortSignal): Promise<T>;
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; reason: string };

export class Queue<T> {
  #waiting: Task<T>[] = [];
  #busy = false;

  constructor(private readonly limit = 2_000) {}

  get length(): number {
    return this.#waiting.length;
  }

  async add(task: Task<T>): Promise<Outcome<T>> {
    this.#waiting.push(task);
    while (this.#busy && this.#waiting[0] !== task) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#busy = true;
    try {
      const value = await task.run(AbortSignal.timeout(this.limit));
      return { ok: true, value };
    } catch (error) {
      return { ok: false, reason: `${task.name}: ${(error as Error)?.message ?? "unknown"}` };
    } finally {
      this.#waiting.shift();
      this.#busy = this.length > 0;
    }
  }
}
