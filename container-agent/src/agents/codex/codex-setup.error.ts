/** Codex cannot work here. The message is for the user: what is missing, and what to do about it. */
export class CodexSetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodexSetupError';
  }
}
