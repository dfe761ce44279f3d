import request, { type Response, type Test } from 'supertest';

export type TestHeaders = Readonly<Record<string, string>>;

/** Asks the app as somebody: `await app.as(user).post('/api/sessions', { title })`. */
export class TestClient {
  constructor(
    private readonly url: string,
    private readonly headers: TestHeaders,
  ) {}

  /** The same somebody, with these headers too. `undefined` takes one away. */
  with(headers: Readonly<Record<string, string | undefined>>): TestClient {
    const merged = Object.entries({ ...this.headers, ...headers }).filter(([, value]) => value !== undefined);
    return new TestClient(this.url, Object.fromEntries(merged) as TestHeaders);
  }

  get(path: string): Promise<Response> {
    return this.send('get', path);
  }

  post(path: string, body?: object): Promise<Response> {
    return this.send('post', path, body);
  }

  put(path: string, body?: object): Promise<Response> {
    return this.send('put', path, body);
  }

  patch(path: string, body?: object): Promise<Response> {
    return this.send('patch', path, body);
  }

  delete(path: string): Promise<Response> {
    return this.send('delete', path);
  }

  async send(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
  ): Promise<Response> {
    let test: Test = request(this.url)[method](path);
    for (const [name, value] of Object.entries(this.headers)) test = test.set(name, value);
    return body === undefined ? test : test.send(body);
  }
}
