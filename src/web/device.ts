// The device of a request in a few words ('Firefox op Windows'), for the list of one's own sessions. A guess: browsers say
// who they are, and each names those it came after as well.
import type { FastifyRequest } from 'fastify'

const BROWSERS: [RegExp, string][] = [
  [/\bEdgA?(?:iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bCrOS\b/, 'Chromebook'],
  [/\bLinux\b/, 'Linux'],
]

/** '' if the browser says nothing that we know. Names only, so that it reads the same in every language. */
export function deviceOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const agent = (headers['user-agent'] ?? '').slice(0, 400)
  const named = [BROWSERS, SYSTEMS].flatMap(list => list.find(([pattern]) => pattern.test(agent))?.[1] ?? [])
  return named.join(' · ')
}
