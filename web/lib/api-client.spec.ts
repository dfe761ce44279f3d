import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ApiError } from './api-error.ts';
import { apiPath, onLoginLost, request } from './api-client.ts';

const realFetch = globalThis.fetch;

function answerWith(response: Response | Error): jest.Mock<typeof fetch> {
  const fake = jest.fn<typeof fetch>(() =>
    response instanceof Response ? Promise.resolve(response) : Promise.reject(response),
  );
  globalThis.fetch = fake;
  return fake;
}

function errorAnswer(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { error: { code, message: 'What to do next.', details: { field: 'title' } }, requestId: 'r1' };
  return new Response(JSON.stringify(body), { status, headers });
}

afterEach(() => {
  globalThis.fetch = realFetch;
});

describe('request', () => {
  it('sends JSON on the own origin and returns the parsed answer', async () => {
    const fake = answerWith(Response.json({ id: 's1' }));

    await expect(request('POST', '/api/sessions', { body: { title: 'x' } })).resolves.toEqual({ id: 's1' });

    const [url, init] = fake.mock.calls[0]!;
    expect(url).toBe('/api/sessions');
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{"title":"x"}' });
    expect(init?.headers).toEqual({ 'content-type': 'application/json' });
  });

  it('leaves query parameters out that are null and escapes the others', async () => {
    const fake = answerWith(Response.json({}));

    await request('GET', '/api/sessions', { query: { q: 'a&b', cursor: null, limit: 50 } });

    expect(fake.mock.calls[0]?.[0]).toBe('/api/sessions?q=a%26b&limit=50');
  });

  it('answers undefined for an empty answer', async () => {
    answerWith(new Response(null, { status: 204 }));

    await expect(request('DELETE', '/api/sessions/s1')).resolves.toBeUndefined();
  });

  it('throws the code, the words, the details and the request id of an error answer', async () => {
    answerWith(errorAnswer(409, 'container.busy'));

    const error = await request('POST', '/api/x').catch((cause: unknown) => cause);

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 'container.busy',
      message: 'What to do next.',
      status: 409,
      details: { field: 'title' },
      requestId: 'r1',
    });
  });

  it('keeps how long a throttled client has to wait', async () => {
    answerWith(errorAnswer(429, 'login.too_many_attempts', { 'retry-after': '42' }));

    await expect(request('POST', '/api/auth/login')).rejects.toMatchObject({ retryAfterS: 42 });
  });

  it('calls a code it does not know unknown', async () => {
    answerWith(errorAnswer(418, 'teapot.hot'));

    await expect(request('GET', '/api/x')).rejects.toMatchObject({
      code: 'unknown',
      message: 'What to do next.',
    });
  });

  it.each([
    ['a refused connection', new TypeError('Failed to fetch')],
    ['the page of a gateway', new Response('<h1>Bad gateway</h1>', { status: 502 })],
  ])('takes %s for a server that is gone', async (_name, answer) => {
    answerWith(answer);

    await expect(request('GET', '/api/x')).rejects.toMatchObject({ code: 'network', isOffline: true });
  });

  it('throws an abort as it is', async () => {
    const controller = new AbortController();
    controller.abort();
    answerWith(new DOMException('aborted', 'AbortError'));

    await expect(request('GET', '/api/x', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('says once that the login is lost', async () => {
    const listener = jest.fn();
    const stop = onLoginLost(listener);
    answerWith(errorAnswer(401, 'login.expired'));

    await expect(request('GET', '/api/sessions')).rejects.toMatchObject({ status: 401 });
    stop();
    answerWith(errorAnswer(401, 'login.expired'));
    await expect(request('GET', '/api/sessions')).rejects.toMatchObject({ status: 401 });

    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('takes the 401 of a login attempt for its answer', async () => {
    const listener = jest.fn();
    const stop = onLoginLost(listener);
    answerWith(errorAnswer(401, 'login.invalid'));

    await expect(request('POST', '/api/auth/login', { isLoginAttempt: true })).rejects.toMatchObject({
      status: 401,
    });

    stop();
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('apiPath', () => {
  it('keeps an id inside its place in the path', () => {
    expect(apiPath`/api/sessions/${'../users?x=1'}/container/start`).toBe(
      '/api/sessions/..%2Fusers%3Fx%3D1/container/start',
    );
  });
});
