#!/usr/bin/env node
// Stands for `claude setup-token`, whose maker's address cannot be changed: what it shows, waits for and prints is as
// the program of version 2.1.330 does it, the escape sequences of link and paste included.
const escape = '\u001b';
const link =
  'https://claude.com/cai/oauth/authorize?code=true&client_id=9d1c250a&response_type=code&redirect_uri=' +
  'https%3A%2F%2Fplatform.claude.com%2Foauth%2Fcode%2Fcallback&scope=user%3Ainference&code_challenge=w1F4FbArYm2krWAZ' +
  '&code_challenge_method=S256&state=hYpHsPLr';
const write = (text) => process.stdout.write(text);

if (process.argv[2] !== 'setup-token') process.exit(64);
process.stdin.setRawMode(true);
process.stdin.setEncoding('utf8');
write(`${escape}[?2004hWelcome to Claude Code v2.1.330\r\n\r\n`);
write(` Browser didn't open? Use the URL below to sign in (c to copy)\r\n\r\n`);
for (let at = 0; at < link.length; at += 100)
  write(`${escape}]8;id=1;${link}\u0007${link.slice(at, at + 100)}${escape}]8;;\u0007\r\n`);
write(`\r\n Paste code here if prompted\r\n`);

let typed = '';
process.stdin.on('data', (chunk) => {
  typed += chunk;
  if (!typed.endsWith('\r')) return;
  const code = typed.replace(`${escape}[200~`, '').replace(`${escape}[201~`, '').trim();
  typed = '';
  if (code !== process.env.STAND_IN_CODE)
    return write(`\r\n ✘ OAuth error: Invalid code\r\n Press Enter to retry\r\n`);
  write(
    `\r\n ✔ Long-lived authentication token created\r\n\r\n Your OAuth token (valid for 1 year):\r\n\r\n`,
  );
  // Broken and indented where its line ends, as the program does.
  const token = process.env.STAND_IN_TOKEN;
  for (let at = 0; at < token.length; at += 118) write(` ${token.slice(at, at + 118)}\r\n`);
  write(`\r\n Store this token securely. You won't be able to see it again.\r\n`);
  setTimeout(() => process.exit(0), 500);
});
