// For the image: `packages` prints what to install from agents.json, `links` puts each program into ./bin.
// A native program is linked itself, not its Node wrapper: a killed wrapper leaves its child at work.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const { programs } = JSON.parse(readFileSync('agents.json', 'utf8'));
if (process.argv[2] === 'packages') {
  console.log(
    Object.values(programs)
      .map((program) => `${program.package}@${program.version}`)
      .join(' '),
  );
} else {
  mkdirSync('bin', { recursive: true });
  for (const program of Object.values(programs)) {
    symlinkSync(findProgram(program), path.join('bin', program.bin));
  }
}

function findProgram({ package: name, bin }) {
  const scope = path.resolve('node_modules', path.dirname(name));
  const prefix = `${path.basename(name)}-linux-`;
  for (const folder of readdirSync(scope).filter((entry) => entry.startsWith(prefix))) {
    const vendor = path.join(scope, folder, 'vendor');
    for (const target of existsSync(vendor) ? readdirSync(vendor) : []) {
      const native = path.join(vendor, target, 'bin', bin);
      if (existsSync(native)) return native;
    }
  }
  return path.resolve('node_modules/.bin', bin);
}
