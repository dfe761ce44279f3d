/** As makers print them: `ABCD-EFGH1`. */
const codePattern = /(?<![\w-])[A-Z0-9]{4}-[A-Z0-9]{4,6}(?![\w-])/;

/**
 * The first of these addresses that is safe to offer as a link: https, of one of these hosts and of no other port; or of
 * the very origin that the server was told to log in at.
 */
export function chooseLink(
  links: readonly string[],
  { hosts, issuer }: { readonly hosts: readonly string[]; readonly issuer: string | null },
): string | null {
  const issuerOrigin = issuer === null ? null : new URL(issuer).origin;
  for (const link of links) {
    if (!URL.canParse(link)) continue;
    const url = new URL(link);
    if (url.username !== '' || url.password !== '') continue;
    const isOfMaker = url.protocol === 'https:' && url.port === '' && hosts.includes(url.hostname);
    if (isOfMaker || url.origin === issuerOrigin) return url.href;
  }
  return null;
}

/** What the user types in at that link; null where the screen shows none. */
export function findCode(lines: readonly string[]): string | null {
  for (const line of lines) {
    const [code] = codePattern.exec(line) ?? [];
    if (code !== undefined) return code;
  }
  return null;
}
