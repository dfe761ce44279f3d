// For the image: `packages` prints what to install from agents.json, `links` puts each program into ./bin.
// A native program is linked itself: the Node wrapper of one leaves its child at work when it is killed, and what npm
// puts into .bin of another is a placeholder until its install script ran, which it does not here.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const { programs: all } = JSON.parse(readFileSync('agents.json', 'utf8'));
/** The others are installed by the first message that wants them. */
const programs = Object.fromEntries(chosen().map((name) => [name, all[name]]));
if (process.argv[2] === 'packages') {
  console.log(
    Object.values(programs)
      .map((program) => `${packageNameOf(program)}@${program.version}`)
      .join(' '),
  );
} else {
  mkdirSync('bin', { recursive: true });
  for (const program of Object.values(programs)) {
    symlinkSync(findProgram(program), path.join('bin', program.bin));
  }
}

/** `IMAGE_AGENTS` are names with commas between them; none where it is empty. */
function chosen() {
  const { IMAGE_AGENTS } = process.env;
  const names = Object.keys(all);
  if (IMAGE_AGENTS === undefined) return names.filter((name) => all[name].inImage !== false);
  const wanted = IMAGE_AGENTS.split(',').filter((name) => name !== '');
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length === 0) return wanted;
  throw new Error(`IMAGE_AGENTS names ${unknown.join(', ')}; there are ${names.join(', ')}.`);
}

/** Some programs are a package of their own for each platform. */
function packageNameOf({ package: name }) {
  return name.replace('{platform}', process.platform).replace('{arch}', process.arch);
}

function findProgram({ bin, file, ...program }) {
  const name = packageNameOf(program);
  if (file) return path.resolve('node_modules', name, file);
  const scope = path.resolve('node_modules', path.dirname(name));
  const prefix = `${path.basename(name)}-linux-`;
  // Where both are installed, the one for glibc comes first: the image is a Debian.
  for (const folder of readdirSync(scope).sort()) {
    if (!folder.startsWith(prefix)) continue;
    const native = [
      path.join(scope, folder, bin),
      ...listVendored(path.join(scope, folder, 'vendor'), bin),
    ].find(existsSync);
    if (native) return native;
  }
  return path.resolve('node_modules/.bin', bin);
}

function listVendored(vendor, bin) {
  return (existsSync(vendor) ? readdirSync(vendor) : []).map((target) =>
    path.join(vendor, target, 'bin', bin),
  );
}
