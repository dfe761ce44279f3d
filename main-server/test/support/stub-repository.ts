import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const scripts = path.resolve(import.meta.dirname, '../../../scripts');

/** What the compilers leave among the sources, besides their outputs. Next writes its file at each build. */
const tools: Readonly<Record<string, string>> = {
  'node_modules/@nestjs/cli/bin/nest.js': `
    const project = process.argv[3];
    const folder = ['contracts', 'nest-kit'].includes(project) ? 'libs/' + project : project;
    make(folder + '/dist/main.js', read(folder + '/src/main.js'));
    make(folder + '/tsconfig.build.tsbuildinfo', String(Date.now()));
  `,
  'node_modules/vite/bin/vite.js': `make('container-agent/ui/dist/index.html', read('container-agent/ui/src/main.js'));`,
  'node_modules/next/dist/bin/next': `
    make('web/.next/BUILD_ID', String(Date.now()));
    make('web/next-env.d.ts', 'import "./.next/types/routes.d.ts"; // ' + Date.now());
  `,
  'main-server/pack.mjs': '',
  'container-agent/pack.mjs': '',
};
const tool = (work: string): string => `
  const { mkdirSync, readFileSync, writeFileSync } = await import('node:fs');
  const { dirname } = await import('node:path');
  const read = (file) => readFileSync(file, 'utf8');
  const make = (file, content) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  if (read('web/app/page.tsx').includes('a mistake') && process.argv[2] === 'build' && process.argv[3] === 'web') {
    console.error('page.tsx:1: a mistake');
    process.exit(2);
  }
  ${work}
`;

/** The repository as `npm start` finds it, with the real scripts, small sources, and stand-ins of the compilers. */
export class StubRepository {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'stub-repository-'));

  /** `mainProgram` is what is started once all is built. */
  constructor(mainProgram: string) {
    this.write('package.json', '{ "type": "module" }');
    this.write('package-lock.json', '{ "packages": {} }');
    this.write('node_modules/.package-lock.json', '{ "packages": {} }');
    for (const folder of [
      'libs/contracts',
      'libs/nest-kit',
      'main-server',
      'container-agent',
      'container-agent/ui',
    ])
      this.write(`${folder}/src/main.js`, folder === 'main-server' ? mainProgram : '');
    this.write('libs/ui/src/button.tsx', '');
    this.write('web/app/page.tsx', '');
    for (const [file, work] of Object.entries(tools)) this.write(file, tool(work));
    mkdirSync(path.join(this.folder, 'scripts'));
    for (const each of ['start.mjs', 'setup'])
      cpSync(path.join(scripts, each), path.join(this.folder, 'scripts', each), { recursive: true });
  }

  get startScript(): string {
    return path.join(this.folder, 'scripts/start.mjs');
  }

  write(file: string, content: string): void {
    mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true });
    writeFileSync(path.join(this.folder, file), content);
  }

  has(file: string): boolean {
    return existsSync(path.join(this.folder, file));
  }

  /** Until it ends by itself. */
  async start(env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [this.startScript], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
      timeout: 60_000,
    });
    const code = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const built = [...output.matchAll(/^Building (.+): done/gm)].map(([, name]) => name);
    return { code: await code, output, errors, built };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
