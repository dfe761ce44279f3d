/** What went wrong, as a class. It decides the HTTP status and the log level; programs branch on the code instead. */
export type ErrorKind =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'misdirected'
  | 'unprocessable'
  | 'limit_exceeded'
  | 'unavailable'
  | 'internal';

export type ErrorLogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface ErrorCodeDefinition {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly level: ErrorLogLevel;
}

const kinds = {
  invalid_request: { status: 400, level: 'debug' },
  unauthenticated: { status: 401, level: 'info' },
  forbidden: { status: 403, level: 'warn' },
  not_found: { status: 404, level: 'debug' },
  conflict: { status: 409, level: 'info' },
  gone: { status: 410, level: 'info' },
  misdirected: { status: 421, level: 'info' },
  unprocessable: { status: 422, level: 'info' },
  limit_exceeded: { status: 429, level: 'info' },
  unavailable: { status: 503, level: 'warn' },
  internal: { status: 500, level: 'error' },
} as const satisfies Record<ErrorKind, { status: number; level: ErrorLogLevel }>;

function define(kind: ErrorKind, status: number = kinds[kind].status): ErrorCodeDefinition {
  return { kind, status, level: kinds[kind].level };
}

/** Every error a client can meet, in REST answers, socket frames and bridge messages alike. */
export const errorCodes = {
  'request.invalid': define('invalid_request'),
  'request.too_large': define('limit_exceeded', 413),
  'request.too_many': define('limit_exceeded'),
  'request.unsupported_media_type': define('invalid_request', 415),
  'frame.invalid': define('invalid_request'),
  'frame.too_many': define('limit_exceeded'),
  'bridge.invalid': define('invalid_request'),
  'protocol.unsupported': define('unprocessable'),
  'route.not_found': define('not_found'),
  'route.method_not_allowed': define('invalid_request', 405),
  'host.unknown': define('misdirected'),
  'origin.forbidden': define('forbidden'),

  'setup.token_invalid': define('forbidden'),
  'setup.done': define('gone'),
  'login.required': define('unauthenticated'),
  'login.invalid': define('unauthenticated'),
  'login.expired': define('unauthenticated'),
  'login.too_many_attempts': define('limit_exceeded'),
  'login.busy': define('unavailable'),
  'token.invalid': define('unauthenticated'),
  'token.scope': define('forbidden'),
  'token.not_found': define('not_found'),
  'ticket.invalid': define('unauthenticated'),
  'role.mismatch': define('forbidden'),
  'user.forbidden': define('forbidden'),
  'user.name_taken': define('conflict'),

  'session.not_found': define('not_found'),
  'session.archived': define('conflict'),
  'session.limit_reached': define('limit_exceeded'),
  'preparation.not_found': define('not_found'),
  'preparation.not_failed': define('conflict'),
  'preparation.over': define('conflict'),
  'prompt.not_found': define('not_found'),
  'prompt.already_started': define('conflict'),
  'prompt.changed': define('conflict'),
  'prompt.key_reused': define('unprocessable'),
  'prompt.limit_reached': define('limit_exceeded'),
  'turn.not_found': define('not_found'),
  'turn.stale': define('conflict'),
  'agent_request.not_found': define('not_found'),
  'agent_request.already_answered': define('conflict'),
  'agent_request.expired': define('conflict'),
  'agent_request.nothing_to_send': define('conflict'),
  'agent_request.option_unknown': define('invalid_request'),

  'message.key_missing': define('invalid_request'),
  'message.key_reused': define('unprocessable'),

  'blob.not_found': define('not_found'),
  'blob.hash_mismatch': define('unprocessable'),
  'blob.too_large': define('limit_exceeded', 413),
  'blob.limit_reached': define('limit_exceeded', 507),

  'container.not_found': define('not_found'),
  'container.busy': define('conflict'),
  'container.not_running': define('conflict'),
  'container.turn_running': define('conflict'),
  'container.no_image': define('conflict'),
  'container.limit_reached': define('limit_exceeded'),
  'container.provider_unknown': define('invalid_request'),
  'container.provider_forbidden': define('forbidden'),
  'container.internet_stays_on': define('invalid_request'),
  'container.provider_unreachable': define('unavailable'),
  'container.provider_failed': define('unavailable'),
  'container.start_timed_out': define('unavailable'),
  'container.image_unavailable': define('unavailable'),
  'container.unreachable': define('unavailable', 502),
  'container.generation_old': define('unauthenticated'),

  'settings.in_environment': define('conflict'),
  'settings.in_use': define('conflict'),
  'settings.secret_missing': define('invalid_request'),

  'credential.not_found': define('not_found'),
  'credential.kind_unknown': define('invalid_request'),
  'credential.limit_reached': define('limit_exceeded'),
  'credential.refused': define('conflict'),
  'credential.unreachable': define('unavailable'),
  'device_login.not_found': define('not_found'),
  'device_login.unknown': define('invalid_request'),
  'device_login.not_running': define('conflict'),
  'device_login.limit_reached': define('limit_exceeded'),
  'device_login.unavailable': define('unavailable'),

  'workspace.path_invalid': define('invalid_request'),
  'workspace.not_found': define('not_found'),
  'workspace.not_a_file': define('invalid_request'),
  'workspace.not_a_directory': define('invalid_request'),
  'workspace.too_large': define('limit_exceeded', 413),
  'workspace.changed': define('conflict', 412),
  'workspace.full': define('limit_exceeded', 507),
  'workspace.no_files': define('conflict'),
  'workspace.archive_unavailable': define('unavailable'),
  'workspace.archive_unknown': define('not_found'),

  'search.unavailable': define('unavailable'),

  'terminal.not_found': define('not_found'),
  'terminal.limit_reached': define('limit_exceeded'),
  'terminal.unavailable': define('unavailable'),

  'git.no_repository': define('conflict'),
  'git.unknown_revision': define('not_found'),
  'git.unavailable': define('unavailable'),
  'git.failed': define('unprocessable'),

  'storage.full': define('limit_exceeded', 507),
  'storage.failed': define('unavailable'),
  'server.stopping': define('unavailable'),
  internal: define('internal'),
} as const satisfies Record<string, ErrorCodeDefinition>;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}
