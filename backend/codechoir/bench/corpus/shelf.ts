// A shelf of books: written for the benchmarks, in the manner of everyday TypeScript.
import { readFile } from "node:fs/promises";
import type { Logger } from "./logger";

export interface Book {
  readonly isbn: string;
  title: string;
  pages: number;
  tags?: string[];
}

const MAX_PAGES = 1200;
const PATTERN = /^97[89]-\d{1,5}-\d+$/;

export class Shelf {
  private readonly books = new Map<string, Book>();

  constructor(private readonly logger: Logger, private capacity = 40) {}

  get size(): number {
    return this.books.size;
  }

  add(book: Book): boolean {
    if (this.books.size >= this.capacity || !PATTERN.test(book.isbn)) {
      this.logger.warn(`cannot add ${book.title}`);
      return false;
    }
    this.books.set(book.isbn, { ...book, pages: Math.min(book.pages, MAX_PAGES) });
    return true;
  }

  async load(path: string): Promise<void> {
    const text = await readFile(path, "utf8");
    for (const line of text.split("\n").filter(Boolean)) {
      const [isbn, title, pages] = line.split(";");
      this.add({ isbn, title, pages: Number(pages) || 0 });
    }
  }

  byTag(tag: string): Book[] {
    return [...this.books.values()].filter((book) => book.tags?.includes(tag) ?? false);
  }

  longest(): Book | undefined {
    let best: Book | undefined = undefined;
    this.books.forEach((book) => {
      if (best === undefined || book.pages > best.pages) best = book;
    });
    return best;
  }

  remove(isbn: string): void {
    const removed = this.books.delete(isbn);
    this.logger.info(removed ? "removed" : "not there", isbn);
  }

  static from(entries: Iterable<Book>, logger: Logger): Shelf {
    const shelf = new Shelf(logger);
    for (const entry of entries) shelf.add(entry);
    return shelf;
  }

  toJSON(): unknown {
    return { capacity: this.capacity, books: Array.from(this.books.values()) };
  }
}

export function average(shelf: Shelf, tag: string): number {
  const pages = shelf.byTag(tag).map((book) => book.pages);
  return pages.length === 0 ? 0 : pages.reduce((sum, next) => sum + next, 0) / pages.length;
}

type Result<T> = { ok: true; value: T } | { ok: false; error: Error };

export async function tryLoad(shelf: Shelf, path: string): Promise<Result<number>> {
  try {
    await shelf.load(path);
    return { ok: true, value: shelf.size };
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}
