// Texts with named gaps: 'Je bent aangemeld: {titel} ({dag})'. What fills them is plain text and is never read again, so
// a name that looks like a gap stays a name.

const GAP = /\{([^{}\n]{1,40})\}/g
const nameOf = (inside: string) => inside.trim().toLowerCase()

/** The names in a text, each once, in order of appearance. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(GAP)].map(([, inside = '']) => nameOf(inside)))]
}

/** Each gap filled, once; one that `standsFor` does not know stays as it is written. */
export function fill(text: string, standsFor: (name: string) => string | undefined): string {
  if (!text.includes('{')) return text
  return text.replaceAll(GAP, (gap, inside: string) => standsFor(nameOf(inside)) ?? gap)
}
