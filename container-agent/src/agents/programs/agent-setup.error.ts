/** An agent cannot work here. The message is for the user: what is missing, and what to do about it. */
export class AgentSetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentSetupError';
  }
}
