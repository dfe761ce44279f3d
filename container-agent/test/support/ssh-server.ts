import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { makeRepository } from './git-repository.ts';

/** Null where the package openssh-server is not installed. */
export const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file)) ?? null;

export interface SshKey {
  /** The file of it, as ssh-keygen writes it. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** The real sshd, one process for each connection, with one repository and the keys that a test lets in. */
export class SshServer implements AsyncDisposable {
  /** What its sshd said, in order. */
  log = '';
  connections = 0;
  /** Connections are held, and nobody says anything, while true. */
  isStuck = false;
  private readonly running = new Map<ChildProcess, Promise<void>>();
  private readonly held = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  /** Containers reach no loopback address. */
  static async start(listenAddress = '127.0.0.1'): Promise<SshServer> {
    const folder = mkdtempSync(path.join(tmpdir(), 'ssh-server-'));
    makeRepository(folder);
    // sshd does not start without it where root runs it; the package's service makes it, which does not run in tests.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const server = createServer({ pauseOnConnect: true });
    const ssh = new SshServer(folder, server);
    ssh.changeHostKey();
    ssh.letIn();
    server.on('connection', (socket) => ssh.answer(socket));
    await new Promise<void>((resolve) => server.listen(0, listenAddress, resolve));
    return ssh;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return this.urlFrom('127.0.0.1');
  }

  /** The same, by the name that somebody else has for this machine. */
  urlFrom(host: string): string {
    const place = path.join(this.folder, 'repositories', 'team', 'app.git');
    return `ssh://${userInfo().username}@${host}:${this.port}${place}`;
  }

  /** A line of known_hosts. */
  knownHostFrom(host: string): string {
    const [kind, key] = readFileSync(this.place('host.pub'), 'utf8').split(' ');
    return `[${host}]:${this.port} ${kind} ${key}`;
  }

  /** These keys, and no others. */
  letIn(...keys: readonly SshKey[]): void {
    writeFileSync(this.place('authorized_keys'), keys.map(({ publicKey }) => `${publicKey}\n`).join(''));
  }

  /** As when the server is set up anew, or somebody else answers in its place. */
  changeHostKey(): void {
    rmSync(this.place('host'), { force: true });
    rmSync(this.place('host.pub'), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', this.place('host')]);
    const settings = {
      HostKey: this.place('host'),
      AuthorizedKeysFile: this.place('authorized_keys'),
      PidFile: 'none',
      // The folder is below that of everybody's temporary files.
      StrictModes: 'no',
      UsePAM: 'no',
      PermitRootLogin: 'prohibit-password',
      PasswordAuthentication: 'no',
      KbdInteractiveAuthentication: 'no',
      AcceptEnv: 'GIT_PROTOCOL',
      LogLevel: 'VERBOSE',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
    writeFileSync(this.place('sshd_config'), lines.join(''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.held) socket.destroy();
    for (const child of this.running.keys()) child.kill();
    await Promise.all(this.running.values());
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(socket: Socket): void {
    this.connections += 1;
    socket.on('error', () => undefined);
    if (this.isStuck) return void this.held.add(socket);
    const args = ['-i', '-e', '-f', this.place('sshd_config')];
    const child = spawn(sshd ?? 'sshd', args, { stdio: [socket, socket, 'pipe'] });
    child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    this.running.set(child, ended);
    void ended.then(() => this.running.delete(child));
    // The process has it now.
    socket.destroy();
  }

  private place(name: string): string {
    return path.join(this.folder, name);
  }
}

/** A key by ssh-keygen, whose arguments may say of which kind. */
export function makeSshKey(...args: readonly string[]): SshKey {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssh-key-'));
  const file = path.join(folder, 'key');
  try {
    const kind = args.includes('-t') ? [] : ['-t', 'ed25519'];
    const passphrase = args.includes('-N') ? [] : ['-N', ''];
    execFileSync('ssh-keygen', ['-q', '-C', 'ada@example.org', '-f', file, ...kind, ...passphrase, ...args]);
    const said = execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' });
    return {
      privateKey: readFileSync(file, 'utf8'),
      publicKey: readFileSync(`${file}.pub`, 'utf8').trim(),
      fingerprint: said.split(' ')[1] ?? '',
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
