export type EndReason = 'signed-out' | 'session-gone' | 'unsupported';

export type ConnectionState =
  /** `showsBanner`: it has lasted longer than a blip. */
  | { readonly phase: 'connecting' | 'open'; readonly showsBanner: boolean }
  /** Waits until `retryAt` (milliseconds since 1970). */
  | { readonly phase: 'waiting'; readonly retryAt: number; readonly showsBanner: boolean }
  /** Comes back no more by itself. */
  | { readonly phase: 'ended'; readonly reason: EndReason; readonly showsBanner: true };
