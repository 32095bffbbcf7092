/** Waits until `look` finds something; fails after `patience` milliseconds with what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null>,
  patience = 20_000,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
