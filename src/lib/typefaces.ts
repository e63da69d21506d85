// How text looks on paper. The letters are those of our pages, in files of all their letters at once: a browser's are cut in parts
// that no PDF can hold together. What they lack (Cyrillic, Vietnamese) is written in Andika, made to be read as easily.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Face = 'regular' | 'bold' | 'other_regular' | 'other_bold'

const require = createRequire(import.meta.url)
const fileOf = (name: string, file: string) =>
  join(dirname(require.resolve(`@expo-google-fonts/${name}/package.json`)), file)

const OWN = 'atkinson-hyperlegible-next'
export const TYPEFACES: Record<Face, string> = {
  regular: fileOf(OWN, '400Regular/AtkinsonHyperlegibleNext_400Regular.ttf'),
  bold: fileOf(OWN, '700Bold/AtkinsonHyperlegibleNext_700Bold.ttf'),
  other_regular: fileOf('andika', 'Andika_400Regular.ttf'),
  other_bold: fileOf('andika', 'Andika_700Bold.ttf'),
}

/** In points. `gap` between lines, `before` and `after` the whole. */
export interface Style {
  weight: 'regular' | 'bold'
  size: number
  gap: number
  colour: string
  before: number
  after: number
}

const INK = '#0d2932'
const SOFT = '#425a62'
const SEA = '#005762'

const STYLES = {
  eyebrow: { weight: 'bold', size: 11, gap: 2, colour: SEA, before: 0, after: 26 },
  h1: { weight: 'bold', size: 34, gap: 2, colour: INK, before: 0, after: 14 },
  lead: { weight: 'regular', size: 12.5, gap: 3, colour: SOFT, before: 0, after: 3 },
  name: { weight: 'bold', size: 24, gap: 3, colour: SEA, before: 0, after: 10 },
  title: { weight: 'bold', size: 16, gap: 3, colour: INK, before: 0, after: 10 },
  plain: { weight: 'regular', size: 11.5, gap: 2.5, colour: INK, before: 0, after: 6 },
  small: { weight: 'regular', size: 10, gap: 2, colour: SOFT, before: 4, after: 4 },
  h2: { weight: 'bold', size: 13, gap: 2, colour: INK, before: 12, after: 0 },
  h3: { weight: 'bold', size: 11.5, gap: 2, colour: INK, before: 0, after: 0 },
  word: { weight: 'regular', size: 11.5, gap: 2.5, colour: SOFT, before: 0, after: 0 },
  head: { weight: 'regular', size: 9.5, gap: 2, colour: SOFT, before: 0, after: 0 },
  cell: { weight: 'regular', size: 10, gap: 2, colour: INK, before: 0, after: 0 },
  link: { weight: 'regular', size: 10, gap: 2, colour: SEA, before: 0, after: 0 },
} satisfies Record<string, Style>

export function styleOf(name: keyof typeof STYLES): Style {
  return STYLES[name]
}
