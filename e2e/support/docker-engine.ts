import { request } from 'node:http';

const socketPath = '/var/run/docker.sock';
const labels = { session: 'codex-webapp.session', instance: 'codex-webapp.instance' } as const;

/** Null when an engine answers. */
export async function whyNoDocker(): Promise<string | null> {
  try {
    await ask('GET', '/version');
    return null;
  } catch (error) {
    return `no Docker engine answers at ${socketPath} (${String(error)})`;
  }
}

/** The address at which containers of every network reach this machine. */
export async function bridgeGateway(): Promise<string> {
  const { IPAM } = (await ask('GET', '/networks/bridge')) as {
    IPAM: { Config: { Gateway?: string; Subnet: string }[] };
  };
  const [config] = IPAM.Config;
  if (config === undefined) throw new Error('The network "bridge" has no address');
  return config.Gateway ?? config.Subnet.replace(/\.\d+\/\d+$/, '.1');
}

/** The states of the session's containers, e.g. `running`; also of those that have ended. */
export async function containerStatesOf(sessionId: string): Promise<readonly string[]> {
  return (await containersLabelled(labels.session, sessionId)).map(({ State }) => State);
}

export async function volumesOf(sessionId: string): Promise<readonly string[]> {
  return (await volumesLabelled(labels.session, sessionId)).map(({ Name }) => Name);
}

/** Takes away everything an installation made, whatever a failed test left behind. */
export async function removeInstance(instanceId: string): Promise<void> {
  for (const { Id } of await containersLabelled(labels.instance, instanceId))
    await ask('DELETE', `/containers/${Id}?force=1`);
  for (const { Name } of await volumesLabelled(labels.instance, instanceId))
    await ask('DELETE', `/volumes/${Name}?force=1`);
  const networks = (await ask('GET', `/networks?${filter(labels.instance, instanceId)}`)) as { Id: string }[];
  for (const { Id } of networks) await ask('DELETE', `/networks/${Id}`);
}

async function containersLabelled(label: string, value: string) {
  const found = await ask('GET', `/containers/json?all=1&${filter(label, value)}`);
  return found as readonly { readonly Id: string; readonly State: string }[];
}

async function volumesLabelled(label: string, value: string) {
  const { Volumes } = (await ask('GET', `/volumes?${filter(label, value)}`)) as {
    readonly Volumes: readonly { readonly Name: string }[] | null;
  };
  return Volumes ?? [];
}

function filter(label: string, value: string): string {
  return `filters=${encodeURIComponent(JSON.stringify({ label: [`${label}=${value}`] }))}`;
}

function ask(method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: 30_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 400 && status !== 404) return reject(new Error(`${method} ${path}: ${status} ${body}`));
        resolve(body === '' ? null : JSON.parse(body));
      });
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end();
  });
}
