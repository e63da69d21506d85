// A series' rule as a sentence of choices, and back in words.
import { ALL_MONTHS, parseRule, QUARTER_MONTHS, type Rule, WEEKDAYS, type Weekday } from '#src/domain/rules.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Messages } from '#src/i18n/index.ts'
import Type, { type Static } from '#src/lib/schemas.ts'

export const RuleFields = {
  every: Type.Enum(['month', 'week']),
  ordinal: Type.Enum(['1', '2', '3', '4', '-1']),
  weekday: Type.Enum([...WEEKDAYS]),
  /** '1,2,3,…': which months. */
  months: Type.String({ pattern: '^([1-9]|1[0-2])(,([1-9]|1[0-2])){0,11}$' }),
  interval: Type.Integer({ minimum: 1, maximum: 12 }),
  weeklyDay: Type.Enum([...WEEKDAYS]),
  /** How many times; empty: for as long as it is planned. */
  count: Type.String({ pattern: '^([1-9]\\d?)?$', default: '' }),
}
const RuleForm = Type.Object(RuleFields)

export const EVERY_MONTH = ALL_MONTHS.join(',')
/** The months a quarterly series can fall in; the customary ones first. */
const QUARTERS = [QUARTER_MONTHS.join(','), '1,4,7,10', '2,5,8,11']

export function readRule(form: Static<typeof RuleForm>): Rule {
  if (form.every === 'week') {
    return {
      every: 'week',
      interval: form.interval,
      weekday: form.weeklyDay as Weekday,
      count: Number(form.count) || undefined,
    }
  }
  const months = [...new Set(form.months.split(',').map(Number))].sort((a, b) => a - b)
  return { every: 'month', ordinal: Number(form.ordinal), weekday: form.weekday as Weekday, months }
}

/** A stored rule as the form shows it; the half that is not used shows the customary choice. */
export function ruleValues(stored: string): Record<string, string> {
  const rule = parseRule(stored)
  const usual = { ordinal: '1', weekday: 'TH', months: EVERY_MONTH, interval: '2', weeklyDay: 'TH', count: '' }
  if (rule?.every === 'week') {
    const { interval, weekday, count } = rule
    return { ...usual, every: 'week', interval: String(interval), weeklyDay: weekday, count: String(count ?? '') }
  }
  if (!rule) return { ...usual, every: 'month' }
  const { ordinal, weekday, months } = rule
  return { ...usual, every: 'month', ordinal: String(ordinal), weekday, months: months.join(',') }
}

/** Which months can be chosen; a series with months of its own keeps them among the choices. */
export function monthChoices(t: Messages, f: Formats, chosen: string): [string, string][] {
  const words = t.console.rule
  const known: [string, string][] = [
    [EVERY_MONTH, words.everyMonth],
    ...QUARTERS.map((months): [string, string] => [months, words.everyQuarter(shortMonths(months, f))]),
  ]
  if (known.some(([months]) => months === chosen) || !parseRule(`FREQ=MONTHLY;BYMONTH=${chosen};BYDAY=1TH`))
    return known
  return [...known, [chosen, words.theseMonths(shortMonths(chosen, f))]]
}

const shortMonths = (months: string, f: Formats) =>
  months
    .split(',')
    .map(month => f.monthShort(Number(month)))
    .join(', ')

export const weekdayName = (weekday: Weekday, f: Formats) => f.weekdayName(WEEKDAYS.indexOf(weekday) + 1)

/** 'elke eerste donderdag van de maand', 'elke derde dinsdag van het kwartaal', 'om de drie weken op dinsdag'. */
export function ruleWords(stored: string, t: Messages, f: Formats): string {
  const rule = parseRule(stored)
  if (!rule) return ''
  const words = t.console.rule
  const weekday = weekdayName(rule.weekday, f)
  if (rule.every === 'week') return words.weekly(rule.interval, weekday, rule.count)
  const ordinal = t.words.ordinals[String(rule.ordinal) as keyof Messages['words']['ordinals']]
  const months = rule.months.join(',')
  if (months === EVERY_MONTH) return words.monthly(ordinal, weekday)
  if (months === QUARTERS[0]) return words.quarterly(ordinal, weekday)
  return words.inMonths(
    ordinal,
    weekday,
    rule.months.map(month => f.monthName(month)),
  )
}
