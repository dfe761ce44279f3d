export type PathParams = Readonly<Record<string, string>>;

/** Compiles `/ws/sessions/:sessionId` to a function that gives the parameters of a path, or null for another path. */
export function compilePath(pattern: string): (pathname: string) => PathParams | null {
  const parts = pattern.split('/');
  return (pathname) => {
    const values = pathname.split('/');
    if (values.length !== parts.length) return null;
    const params: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      const value = decodePart(values[index] ?? '');
      if (value === null) return null;
      if (part.startsWith(':')) params[part.slice(1)] = value;
      else if (part !== value) return null;
      if (value === '' && part !== '') return null;
    }
    return params;
  };
}

function decodePart(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    // A broken escape names no path of ours.
    return null;
  }
}
