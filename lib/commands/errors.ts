/** Wrong arguments or input of a command; its message is all that the user sees. */
export class CommandError extends Error {
  /**
   * @param message A sentence that says what was wrong and what is allowed.
   * @param options The underlying error.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
  }
}
