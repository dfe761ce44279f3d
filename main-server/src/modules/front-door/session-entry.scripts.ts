/**
 * Scripts of our own pages on session origins. The ticket leaves the address bar before it is used; what goes wrong is
 * told to the page around us, in the words of the bridge, to the app's exact origin.
 */
const tell = `
const app = document.documentElement.dataset.app;
function tell(error) {
  if (parent !== window) parent.postMessage({ type: 'ERROR', error }, app);
}
`;

export const enterScript = `'use strict';
${tell}
function fail(error) {
  document.getElementById('message').textContent = error.message;
  tell(error);
}
async function ask(method, path, body) {
  const response = await fetch(path, {
    method, headers: body ? { 'content-type': 'application/json' } : {}, body: body && JSON.stringify(body),
  });
  return response.ok ? null : (await response.json()).error;
}
async function enter() {
  const ticket = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const refused = await ask('POST', '/__session/enter', { ticket });
  if (refused) return fail(refused);
  if (await ask('GET', '/__session/config.json')) {
    return fail({ code: 'login.required', message: 'The browser does not keep the cookie of this page. Allow cookies for it, then open the session again.' });
  }
  location.replace('/');
}
enter().catch(() => fail({ code: 'internal', message: 'The server does not answer. Open the session again.' }));
`;

export const signedOutScript = `'use strict';
${tell}
tell({ code: 'login.expired', message: 'The session has to be opened again.' });
`;
