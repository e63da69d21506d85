// Numbers as people read them: 1.234 in Dutch, 1,234 in English.
import type { Locale } from './index.ts'

const REGION: Record<Locale, string> = { nl: 'nl-NL', en: 'en-GB' }

function createNumbers(locale: Locale) {
  const whole = new Intl.NumberFormat(REGION[locale], { maximumFractionDigits: 0 })
  const tenths = new Intl.NumberFormat(REGION[locale], { maximumFractionDigits: 1 })
  const share = new Intl.NumberFormat(REGION[locale], { style: 'percent', maximumFractionDigits: 0 })
  return {
    whole: (value: number) => whole.format(value),
    /** 1,5 */
    tenths: (value: number) => tenths.format(value),
    /** Minutes as hours: 1,5 */
    hours: (minutes: number) => tenths.format(minutes / 60),
    /** 12% */
    share: (part: number, of: number) => share.format(of === 0 ? 0 : part / of),
  }
}
export type Numbers = ReturnType<typeof createNumbers>

const made = new Map<Locale, Numbers>()

export function numbersIn(locale: Locale): Numbers {
  const known = made.get(locale) ?? createNumbers(locale)
  made.set(locale, known)
  return known
}
