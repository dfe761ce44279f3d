export type ContainerProviderErrorReason =
  'unreachable' | 'image_unavailable' | 'rejected' | 'out_of_resources' | 'timed_out' | 'no_files' | 'failed';

/** The one error providers throw. `message` is for people and says what to do. */
export class ContainerProviderError extends Error {
  readonly reason: ContainerProviderErrorReason;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;

  constructor(
    reason: ContainerProviderErrorReason,
    message: string,
    options: { isRetryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ContainerProviderError';
    this.reason = reason;
    this.isRetryable = options.isRetryable ?? reason === 'unreachable';
  }
}

/** There is no workspace: none was made yet, or nothing is left of it. */
export class NoFilesError extends ContainerProviderError {
  constructor(options: { cause?: unknown } = {}) {
    super(
      'no_files',
      'There are no files: the session’s container has not run yet, or its data are gone. Start the session first.',
      options,
    );
  }
}
