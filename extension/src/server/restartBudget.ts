/** How often a server that dies is started again by itself: `tries` times within `period` milliseconds. */
export class RestartBudget {
  private deaths: number[] = [];

  constructor(
    private readonly tries = 4,
    private readonly period = 180_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether a server that has just died may be started again. */
  spend(): boolean {
    const now = this.now();
    this.deaths = this.deaths.filter((death) => now - death < this.period);
    this.deaths.push(now);
    return this.deaths.length <= this.tries;
  }

  /** The user wants it to work again. */
  renew(): void {
    this.deaths = [];
  }
}
