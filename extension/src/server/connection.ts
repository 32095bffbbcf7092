/** The language server, as far as readings need it. */
export interface Connection {
  execute<T>(command: string, argument: object): Promise<T>;
  notify(method: string, parameters: object): void;
}
