/** What a container may cost us. It is a server we do not trust. */
export const containerLimits = {
  /** Of an answer's head. */
  headerMaxBytes: 16 * 1024,
  /** Without a byte of a body in either direction, waiting for an answer included; sockets ping more often. */
  idleMs: 60_000,
  /** Informational answers (1xx) before the real one. */
  informationMax: 8,
  requestBodyMaxBytes: 32 * 1024 * 1024,
  responseBodyMaxBytes: 1024 * 1024 * 1024,
} as const;

export type ContainerLimits = { readonly [name in keyof typeof containerLimits]: number };

/** Injection token of the limits, so that tests need not wait for them. */
export const containerLimitsToken = Symbol('containerLimits');
