import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, dictionary, oneof, property, string, stringMatching } from 'fast-check';
import { toServiceEnvironment } from '../../../../../../tools/dokploy-simulator/src/index.ts';
import { encodedVariable, encodeEnvironment } from './dokploy-env.ts';

/** What a container has after container-agent took the encoded variable apart. */
function roundTrip(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { [encodedVariable]: encoded, ...plain } = toServiceEnvironment(encodeEnvironment(environment));
  if (encoded === undefined) return plain;
  return { ...plain, ...(JSON.parse(Buffer.from(encoded, 'base64').toString()) as object) };
}

// Dokploy reads an app's environment as a dotenv file, in which `#` cuts, quotes vanish, nothing can be escaped, and
// `${{…}}` refers to something or fails the deployment.
describe('encodeEnvironment', () => {
  it.each([
    ['spaces around', '  hello  '],
    ['a hash', 'value#not a comment'],
    ['quotes of every kind', `a "b" 'c' \`d\``],
    ['double quotes', 'say "hi"'],
    ['backslashes', 'C:\\temp\\new'],
    ['a quote before a backslash', "it's C:\\"],
    ['an escaped newline', 'l1\\nl2'],
    ['newlines', 'l1\nl2\n\nl4'],
    ['carriage returns', 'l1\r\nl2'],
    ['dollars', 'pa$$word $HOME ${HOME}'],
    ['a reference to another variable', '${{SESSION_ID}}'],
    ['a reference to nothing', '${{ nothing }}'],
    ['a reference to the vault', '${{vault.x}}'],
    ['equals signs', 'a=b=c=='],
    ['nothing', ''],
    ['base64', 'eyJ0b2tlbiI6ICJhYmMifQ=='],
    ['words of other scripts', 'größe 日本語 🙂'],
    ['JSON', '{"a":{"b":"c\'d"},"e":"\\u00e9\\n"}'],
    ['what looks like the next line', 'a\nB=c'],
  ])('§3 keeps a value with %s', (_what, value) => {
    const environment = { BEFORE: 'x', VALUE: value, AFTER: 'y' };
    expect(roundTrip(environment)).toEqual(environment);
  });

  it('§3 keeps any value of any variable', () => {
    const name = stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    const letters = constantFrom(...Array.from(`ab #'"\`\\\n\r$\{}=:, ~`), '${{', '}}', 'export ');
    const value = oneof(
      array(letters, { maxLength: 12 }).map((parts) => parts.join('')),
      string(),
    );
    assert(
      property(dictionary(name, value, { maxKeys: 6, noNullPrototype: true }), (environment) => {
        expect(roundTrip(environment)).toEqual(environment);
      }),
      { numRuns: 3_000 },
    );
  });

  it('does not let a variable pass for ours', () => {
    expect(() => encodeEnvironment({ [encodedVariable]: 'x', OTHER: '\r' })).toThrow('a name of our own');
  });
});
