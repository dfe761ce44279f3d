import { ApiError, readApiError } from './api-error.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RequestOptions {
  readonly body?: object;
  /** Query parameters; those that are null are left out. */
  readonly query?: Readonly<Record<string, string | number | null>>;
  readonly signal?: AbortSignal;
  /** A 401 is the answer of this request, not the end of the login. */
  readonly isLoginAttempt?: boolean;
}

type LoginLostListener = () => void;
const loginLostListeners = new Set<LoginLostListener>();

/** Called when the server no longer knows this browser's login. Returns how to stop listening. */
export function onLoginLost(listener: LoginLostListener): () => void {
  loginLostListeners.add(listener);
  return () => loginLostListeners.delete(listener);
}

/** For what is not asked for through `request`. */
export function reportLoginLost(): void {
  loginLostListeners.forEach((listener) => listener());
}

/**
 * Asks main-server. The answer's type is the caller's word: this page trusts its own server.
 * @throws ApiError; an abort is thrown as it is.
 */
export async function request<T = void>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, path, options);
  if (!response.ok) {
    const error = await readApiError(response);
    if (error.status === 401 && options.isLoginAttempt !== true) reportLoginLost();
    throw error;
  }
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as T;
  return (await response.json()) as T;
}

/** Encodes ids into a path: apiPath`/api/sessions/${id}`. */
export function apiPath(strings: TemplateStringsArray, ...ids: readonly string[]): string {
  return strings.reduce((path, part, index) => path + encodeURIComponent(ids[index - 1] ?? '') + part);
}

async function send(
  method: Method,
  path: string,
  { body, query, signal }: RequestOptions,
): Promise<Response> {
  try {
    return await fetch(withQuery(path, query), {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError('network', 'The server does not answer. Check that it runs, then try again.', {
      status: 0,
    });
  }
}

function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
