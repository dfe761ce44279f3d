/** What a container may cost us. It is a server we do not trust. */
export const containerLimits = {
  /** Of an answer's head. */
  headerMaxBytes: 16 * 1024,
  /** Without a byte of a body in either direction, waiting for an answer included; sockets ping more often. */
  idleMs: 60_000,
  /** Informational answers (1xx) before the real one. */
  informationMax: 8,
  /** Requests and sockets under way on a session's origin. */
  exchangesMax: 64,
  requestBodyMaxBytes: 32 * 1024 * 1024,
  responseBodyMaxBytes: 1024 * 1024 * 1024,
} as const;

/**
 * The same for previews. A development server answers a page with hundreds of files at once, thinks for minutes, and has
 * sockets that say nothing until a file changes.
 */
export const previewLimits = {
  ...containerLimits,
  headerMaxBytes: 32 * 1024,
  idleMs: 5 * 60_000,
  /** As long as a page may stay before it has to enter again. */
  socketIdleMs: 12 * 60 * 60_000,
  exchangesMax: 256,
  requestBodyMaxBytes: 512 * 1024 * 1024,
} as const satisfies ContainerLimits & { socketIdleMs: number };

export type ContainerLimits = { readonly [name in keyof typeof containerLimits]: number };

/** Injection token of the limits, so that tests need not wait for them. */
export const containerLimitsToken = Symbol('containerLimits');
