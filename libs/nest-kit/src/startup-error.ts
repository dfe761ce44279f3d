/** Why the program cannot start, in one sentence for whoever started it, with what to do. Printed without a stack. */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
  }
}
