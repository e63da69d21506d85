// Every page by name, and what its view is given. A view reads `it`: the site's part below and the page's own data.
import type { Organiser } from '#src/domain/organisers.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Locale, Messages } from '#src/i18n/index.ts'
import type { paths } from '#src/lib/paths.ts'
import type { ConsolePages } from './console/pages.ts'
import type { PublicPages } from './public/pages.ts'

export interface Pages extends PublicPages, ConsolePages {}

/** What every view is given besides its own data. */
export interface Site {
  t: Messages
  f: Formats
  locale: Locale
  paths: typeof paths
  /** A path of ours that keeps the language the visitor chose by link. */
  href: (path: string) => string
  /** A file of ours in its present version, to be kept for ever. */
  asset: (file: string) => string
  /** The path of this page, and this page in the other language. */
  url: string
  otherLanguageUrl: string
  baseUrl: string
  isDemo: boolean
  organiser: Organiser | null
  /** Whether the console's row of links has mails: who only looks, or stands at the door, has none there. */
  seesMails: boolean
  now: Temporal.Instant
}

/** A form as it is shown: what was typed, and what is wrong, by field. */
export interface Form {
  values: Record<string, string>
  problems: Record<string, string>
}

export const emptyForm = (values: Record<string, string> = {}): Form => ({ values, problems: {} })
