/** Where a hostile page aims at. Origins without a path. */
export interface Targets {
  /** The app, in which the user is logged in. */
  readonly app: string;
  /** Another session's origin, which the user has open too. */
  readonly sibling: string;
  readonly siblingId: string;
  /** False for a page on the app's own host: cookies know no ports, so that it may write them there. */
  readonly triesCookies: boolean;
}

export type Outcomes = Readonly<Record<string, string>>;

/**
 * Everything a hostile page may try, run inside it. It is sent to the browser as text, so it uses nothing from outside.
 * Each outcome is `refused` (an exception, a failed request), `opaque` (an answer that cannot be read), `nothing`, or
 * what the page got hold of.
 */
export async function attackFromPage({ app, sibling, siblingId, triesCookies }: Targets): Promise<Outcomes> {
  const outcomes: Record<string, string> = {};
  const waitMs = 3_000;
  /** In a tab of its own there is nothing above it to lead away, and it may open other tabs like any site. */
  const isTop = window.top === window;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  const attempt = async (name: string, act: () => unknown): Promise<void> => {
    try {
      const got = await act();
      outcomes[name] = typeof got === 'string' ? got : 'nothing';
    } catch {
      outcomes[name] = 'refused';
    }
  };
  const ask = async (url: string, init: RequestInit): Promise<string> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(waitMs), ...init });
    return response.type === 'opaque' ? 'opaque' : `${response.status} ${await response.text()}`;
  };
  const connect = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => resolve('opened'));
      socket.addEventListener('error', () => reject(new Error('refused')));
      setTimeout(() => reject(new Error('no answer')), waitMs);
    });
  const submit = async (action: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    const target = document.createElement('iframe');
    target.name = `target-${Math.random()}`;
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action, target: target.name, enctype: 'text/plain' });
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement('input');
      Object.assign(field, { name, value });
      form.append(field);
    }
    document.body.append(target, form);
    form.submit();
    await pause(500);
    target.remove();
    form.remove();
  };
  const load = (element: HTMLElement): Promise<string> =>
    new Promise((resolve, reject) => {
      element.addEventListener('load', () => resolve('loaded'));
      element.addEventListener('error', () => reject(new Error('refused')));
      document.body.append(element);
      setTimeout(() => reject(new Error('no answer')), waitMs);
    });

  // Requests: what an API would do, what a form could do, and what needs no permission to be sent.
  const reads = [
    `${app}/api/sessions`,
    `${app}/api/auth/me`,
    `${app}/api/sessions/${siblingId}/messages`,
    `${sibling}/api/messages`,
    `${sibling}/__session/config.json`,
    `${sibling}/api/workspace/files`,
  ];
  const writes: readonly (readonly [string, string, string])[] = [
    ['POST', `${app}/api/sessions`, '{"title":"hostile","agent":"shell"}'],
    ['POST', `${app}/api/auth/logout`, ''],
    ['POST', `${app}/api/auth/tokens`, '{"name":"hostile","scope":"full","expiresInDays":7}'],
    ['POST', `${app}/api/sessions/${siblingId}/messages`, '{"text":"echo hostile"}'],
    ['POST', `${app}/api/sessions/${siblingId}/ws-ticket`, '{"purpose":"enter"}'],
    ['POST', `${app}/api/sessions/${siblingId}/container/stop`, ''],
    ['DELETE', `${app}/api/sessions/${siblingId}`, ''],
    ['POST', `${sibling}/api/messages`, '{"text":"echo hostile"}'],
    ['PUT', `${sibling}/api/workspace/files/hostile.txt`, 'hostile'],
  ];
  for (const url of reads) {
    await attempt(`fetch ${url}`, () => ask(url, { credentials: 'include' }));
    await attempt(`no-cors ${url}`, () => ask(url, { credentials: 'include', mode: 'no-cors' }));
  }
  for (const [method, url, body] of writes) {
    const content = body === '' ? {} : { body };
    const json = { 'content-type': 'application/json' };
    await attempt(`${method} ${url}`, () =>
      ask(url, { method, headers: json, credentials: 'include', ...content }),
    );
    if (method !== 'POST') continue;
    const plain = { method, credentials: 'include', mode: 'no-cors', ...content } as const;
    await attempt(`no-cors ${method} ${url}`, () => ask(url, plain));
    await attempt(`beacon ${url}`, () => void navigator.sendBeacon(url, body));
    const [name = '', value = ''] = body.split(/(?<=:)/, 2);
    await attempt(`form ${url}`, () => submit(url, { [name]: value }));
  }
  for (const path of ['/api/auth/me', '/api/sessions', '/']) {
    await attempt(`script ${path}`, () =>
      load(Object.assign(document.createElement('script'), { src: app + path })),
    );
    await attempt(`image ${path}`, () =>
      load(Object.assign(document.createElement('img'), { src: app + path })),
    );
  }

  // Sockets.
  const [appSocket, siblingSocket] = [app, sibling].map((origin) => origin.replace(/^http/, 'ws'));
  for (const url of [
    `${appSocket}/ws/events`,
    `${appSocket}/ws/sessions/${siblingId}?role=client`,
    `${appSocket}/ws/sessions/${siblingId}?role=container`,
    `${siblingSocket}/ws/sessions/${siblingId}?role=client`,
    `${siblingSocket}/api/terminals`,
  ])
    await attempt(`socket ${url}`, () => connect(url));

  // The windows around it.
  await attempt('read the document of the app', () => window.parent.document.title);
  await attempt('read the address of the app', () => window.top?.location.href);
  await attempt('read the storage of the app', () => window.parent.localStorage.length.toString());
  await attempt('read the cookies of the app', () => window.parent.document.cookie);
  await attempt('read its own HttpOnly cookie', () => document.cookie || undefined);
  await attempt('opener', () => (window.opener === null ? undefined : 'an opener'));
  await attempt('open a window', () => {
    if (isTop) return undefined;
    return window.open(app) === null ? undefined : 'a window';
  });
  await attempt('click a link to a new window', async () => {
    if (isTop) return;
    const link = Object.assign(document.createElement('a'), { href: app, target: '_blank' });
    document.body.append(link);
    link.click();
    await pause(200);
  });
  await attempt('read the clipboard', () => navigator.clipboard.readText());
  await attempt('use the camera', async () => {
    await navigator.mediaDevices.getUserMedia({ video: true });
    return 'a picture';
  });

  // Cookies for the app and for everybody.
  const cookieNames = [
    'codex-webapp-login',
    '__Host-codex-webapp-login',
    '__Host-cw-session',
    'sid',
    'theme',
  ];
  await attempt('write cookies', () => {
    if (!triesCookies) return;
    for (const domain of ['.localhost', 'localhost', new URL(app).hostname]) {
      for (const name of cookieNames)
        document.cookie = `${name}=hostile; domain=${domain}; path=/; max-age=3600; SameSite=None; Secure`;
    }
    for (let i = 0; i < 200; i++)
      document.cookie = `filler${i}=${'x'.repeat(3_000)}; domain=localhost; path=/`;
  });
  await attempt('clear the cookies', () => {
    if (!triesCookies) return;
    for (const name of cookieNames) document.cookie = `${name}=; domain=localhost; path=/; max-age=0`;
  });

  // Things that stay.
  for (const path of ['/sw.js', '/api/workspace/files/sw.js', '/assets/../sw.js'])
    await attempt(`service worker ${path}`, async () => {
      const registration = await navigator.serviceWorker.register(path, { scope: '/' });
      return `registered for ${registration.scope}`;
    });

  // Messages to the app's bridge: of this page, and of a frame inside it that has the same origin.
  const forged = [
    { type: 'TITLE_SUGGEST', title: 'hostile title' },
    { type: 'OPEN_LINK', url: 'https://hostile.example/' },
    { type: 'SHORTCUT', shortcut: 'new-session' },
    { type: 'ERROR', error: { code: 'internal', message: 'hostile error' } },
    { type: 'AUTH_REQUEST' },
  ];
  await attempt('messages of a frame inside', async () => {
    const inner = document.createElement('iframe');
    document.body.append(inner);
    const say = `for (const message of ${JSON.stringify(forged)}) top.postMessage(message, '*')`;
    // The browser's name for the same thing; it needs no permission of a policy.
    const innerWindow = inner.contentWindow as (Window & typeof globalThis) | null;
    innerWindow?.eval(say);
    await pause(300);
  });
  await attempt('messages the bridge does not know', async () => {
    for (const message of [
      'hostile title',
      null,
      { type: 'NAVIGATE', url: app },
      { type: 'TITLE_SUGGEST', title: 'hostile title', extra: 1 },
      { type: 'TITLE_SUGGEST', title: '' },
      { type: 'TITLE_SUGGEST', title: { toString: () => 'hostile title' }.toString },
      { type: 'OPEN_LINK', url: 'javascript:alert(1)' },
      { type: 'OPEN_LINK', url: 'file:///etc/passwd' },
      { type: 'SHORTCUT', shortcut: 'delete-session' },
      { type: 'AUTH_TOKEN', sessionId: siblingId, ticket: 'x', expiresAt: 'x' },
    ]) {
      try {
        window.parent.postMessage(message, '*');
      } catch {
        // A function cannot be sent at all.
      }
    }
    await pause(300);
  });

  await attempt('frame the app', () =>
    load(Object.assign(document.createElement('iframe'), { src: app })).then(() => undefined),
  );
  await attempt('frame the sibling', () =>
    load(Object.assign(document.createElement('iframe'), { src: sibling })).then(() => undefined),
  );
  if (isTop) return outcomes;

  // Last, since it would end this page.
  await attempt('lead the app away', () => {
    if (window.top !== null) window.top.location.href = 'about:blank#hostile';
  });
  await attempt('replace the app', () => window.top?.location.replace(sibling));
  await attempt('close the app', () => window.top?.close());
  await pause(500);
  return outcomes;
}
