/**
 * What runs in the containers of the suites of providers. It counts its runs in a file of the workspace, so that lost
 * data shows in its log. `EXIT_WITH` makes it end, `SHOUT_BYTES` makes it print as much, `PRINT_ODD` what is no text in
 * single bytes, `PRINT_LONG` a line of that length, `HOLD_BYTES` gives it a child that holds as much memory and keeps a
 * core busy; it leaves a child behind that ignores SIGTERM.
 */
export const testProgram = `
const { existsSync, mkdirSync, readFileSync, writeFileSync, writeSync } = require('node:fs');
const { spawn } = require('node:child_process');
const odd = Buffer.concat([Buffer.from('odd \u20ac'), Buffer.of(0xff, 0xfe), Buffer.from('\\0\\x1b[31mred \ud83d\ude00\\n')]);
const file = process.env.WORKSPACE_PATH + '/runs';
let runs = 0;
mkdirSync(process.env.WORKSPACE_PATH, { recursive: true });
if (existsSync(file)) runs = Number(readFileSync(file, 'utf8'));
writeFileSync(file, String(runs + 1));
console.log('run ' + (runs + 1) + ' says ' + process.env.GREETING);
if (process.env.SHOUT_BYTES) shout(Number(process.env.SHOUT_BYTES));
if (process.env.PRINT_ODD) for (const byte of odd) writeSync(1, Buffer.of(byte));
if (process.env.PRINT_LONG) process.stdout.write('x'.repeat(Number(process.env.PRINT_LONG)) + '\\nafter the long line\\n');
if (process.env.EXIT_WITH) process.exit(Number(process.env.EXIT_WITH));
process.on('SIGTERM', () => process.exit(0));
const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
const child = spawn(process.execPath, ['-e', stubborn], { detached: true, stdio: 'ignore' });
console.log('child ' + child.pid);
const busy = 'const held = Buffer.alloc(Number(process.env.HOLD_BYTES), 1); for (;;);';
if (process.env.HOLD_BYTES) spawn(process.execPath, ['-e', busy], { stdio: 'ignore' });
setInterval(() => console.log('tick'), 200);
function shout(left) {
  const line = 'x'.repeat(8191) + '\\n';
  const next = () => {
    if (left <= 0) return writeFileSync(process.env.WORKSPACE_PATH + '/shouted', 'done');
    left -= line.length;
    process.stdout.write(line, next);
  };
  next();
}
`;
