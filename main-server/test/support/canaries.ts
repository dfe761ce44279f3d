/** Secrets that are looked for afterwards in everything that could keep them, in whatever spelling. */
export class Canaries {
  private readonly spellings: readonly (readonly [spelling: string, name: string])[];

  constructor(values: Readonly<Record<string, string>>) {
    this.spellings = Object.entries(values).flatMap(([name, value]) =>
      spellingsOf(value).map((spelling) => [spelling, name] as const),
    );
  }

  /** Where and which, for each that is found; in the order of their names. */
  findIn(where: string, content: string): readonly string[] {
    const found = this.spellings.filter(([spelling]) => content.includes(spelling));
    return [...new Set(found.map(([, name]) => `${where}: ${name}`))].sort();
  }
}

function spellingsOf(value: string): readonly string[] {
  const hex = Buffer.from(value).toString('hex');
  return [
    value,
    hex,
    hex.toUpperCase(),
    // Wherever in a longer text it begins, one of the three is in its base64.
    ...[0, 1, 2].map((shift) => {
      const encoded = Buffer.from('x'.repeat(shift) + value).toString('base64');
      return encoded.slice(shift === 0 ? 0 : 4, -4);
    }),
  ];
}
