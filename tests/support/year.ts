// The story of a year: who registers when for twelve first Thursdays, who cancels, what the organiser moves and cancels,
// and the night in which no mail server is there. Told from a seed, so that every telling is the same.

export const ZONE = 'Europe/Amsterdam'
const amsterdam = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(ZONE).toInstant()

export const PLANNED_AT = amsterdam('2026-11-02T10:00')
export const NIGHT = { from: amsterdam('2027-09-08T22:00'), until: amsterdam('2027-09-09T08:00') }
export const OVER = amsterdam('2027-10-29T12:00')

/** An event of the year. `people` register in the span, the rest of the forty at moments of their own; `leave` cancel. */
interface Month {
  title: string
  date: string
  capacity: number
  span: [from: string, until: string]
  people: number
  leave: number
}

/** From December on. */
export const MONTHS: Month[] = [
  month('Eén gezin, één plan', '2026-12-03', { span: ['2026-11-03T09:00', '2026-12-03T09:00'], leave: 2 }),
  month('Armoede: wat helpt?', '2027-01-07', { capacity: 34, leave: 3 }),
  month('Jongeren, school & werk', '2027-02-04', { span: ['2027-01-04T09:00', '2027-02-02T09:00'], leave: 2 }),
  month('Wonen met zorg', '2027-03-04', { capacity: 35, leave: 2 }),
  month('Eenzaamheid; en nu?', '2027-04-01', { leave: 2 }),
  // The first Thursday of May is Hemelvaartsdag.
  month('Mantelzorg', '2027-05-13', { leave: 2 }),
  month('Schulden \\ stress', '2027-06-03', { capacity: 36, leave: 3 }),
  month('De wijk als huis', '2027-07-01', { leave: 1 }),
  month('Zomerwebinar ☀', '2027-08-05', { leave: 2 }),
  month('Ontbijt met bestuurders', '2027-09-02', { people: 38 }),
  month('Inwoners aan zet', '2027-10-07', { capacity: 33, span: ['2027-08-02T09:00', '2027-09-08T21:00'], people: 36 }),
  month('Terugblik', '2027-11-04', { span: ['2027-09-10T09:00', '2027-10-26T09:00'], people: 38 }),
]

function month(title: string, date: string, values: Partial<Month> = {}): Month {
  const from = Temporal.PlainDate.from(date).subtract({ days: 40 })
  return { title, date, capacity: 40, span: [`${from}T09:00`, `${date}T08:00`], people: 40, leave: 0, ...values }
}

type Deed =
  | { does: 'register' | 'register_twice' | 'return' | 'leave'; who: number }
  | { does: 'take_place' }
  | { does: 'move'; to: string; venue?: typeof VENUE }
  | { does: 'edit'; title?: string; capacity?: number }
  | { does: 'cancel' }
  | { does: 'mail_server_leaves' | 'mail_server_returns' | 'program_restarts' }
export type Act = Deed & { at: Temporal.Instant; month: number }

const VENUE = {
  name: 'De Nieuwe Kolk',
  address: 'Weiersstraat 1; hal',
  postcode: '9401 ET',
  city: 'Assen',
  access: 'De lift is rechts.',
}

/** What happens at a moment of its own, by month. `first` came first and so have places; `rest` register only here. */
type Told = [at: string, deed: Deed]
const OWN: Record<number, (first: number[], rest: number[]) => Told[]> = {
  0: ([ann = 0]) => [
    ['2026-11-20T10:00', { does: 'leave', who: ann }],
    ['2026-11-22T09:30', { does: 'return', who: ann }],
  ],
  2: () => [['2027-02-02T10:00', { does: 'cancel' }]],
  3: ([ann = 0]) => [
    // Within an hour of the start nobody moves up by themselves: who waits hears of it, and the first to come takes it.
    ['2027-03-04T11:20', { does: 'leave', who: ann }],
    ['2027-03-04T11:25', { does: 'take_place' }],
  ],
  4: ([ann = 0]) => [
    ['2027-03-20T16:00', { does: 'leave', who: ann }],
    // After the moment of one reminder, before that of the other.
    ['2027-03-31T13:00', { does: 'return', who: ann }],
  ],
  5: ([ann = 0, bea = 0]) => [
    ['2027-05-01T10:00', { does: 'register_twice', who: ann }],
    ['2027-05-01T10:05', { does: 'register_twice', who: bea }],
  ],
  6: () => [['2027-06-02T10:00', { does: 'edit', capacity: 40 }]],
  9: ([ann = 0, bea = 0, cor = 0], [dee = 0, eva = 0]) => [
    // The mails of this move wait two minutes; meanwhile the title changes, somebody comes, and somebody goes.
    ['2027-08-20T10:00', { does: 'move', to: '2027-09-09T08:45', venue: VENUE }],
    ['2027-08-20T10:01', { does: 'edit', title: 'Ontbijt in Assen' }],
    ['2027-08-20T10:01:10', { does: 'register', who: dee }],
    ['2027-08-20T10:01:30', { does: 'leave', who: ann }],
    ['2027-09-08T22:30', { does: 'leave', who: bea }],
    ['2027-09-08T23:10', { does: 'register', who: eva }],
    ['2027-09-09T02:15', { does: 'leave', who: cor }],
  ],
  10: ([ann = 0, bea = 0, cor = 0], [dee = 0, eva = 0, fee = 0, gus = 0]) => [
    ['2027-09-08T22:10', { does: 'leave', who: ann }],
    ['2027-09-08T22:20', { does: 'register', who: dee }],
    ['2027-09-08T22:40', { does: 'register', who: eva }],
    ['2027-09-08T23:00', { does: 'move', to: '2027-10-14T12:00' }],
    ['2027-09-08T23:30', { does: 'leave', who: bea }],
    ['2027-09-09T03:00', { does: 'leave', who: dee }],
    ['2027-09-20T09:00', { does: 'register', who: fee }],
    ['2027-09-21T09:00', { does: 'register', who: gus }],
    ['2027-09-25T15:00', { does: 'leave', who: cor }],
  ],
  11: ([ann = 0], [dee = 0, eva = 0]) => [
    ['2027-09-08T22:15', { does: 'register', who: dee }],
    ['2027-09-09T06:59', { does: 'register', who: eva }],
    // From winter time to summer time.
    ['2027-10-12T14:00', { does: 'move', to: '2027-10-28T12:00' }],
    ['2027-10-20T20:00', { does: 'leave', who: ann }],
  ],
}

const THE_NIGHT: Act[] = [
  { at: NIGHT.from, month: 9, does: 'mail_server_leaves' },
  { at: amsterdam('2027-09-09T01:00'), month: 9, does: 'program_restarts' },
  { at: NIGHT.until, month: 9, does: 'mail_server_returns' },
]

/** Everybody who takes part in something. */
const PEOPLE = 150

/** Every act of the year, in order of time. */
export function tellYear(seed: number): Act[] {
  const random = randomFrom(seed)
  const everybody = Array.from({ length: PEOPLE }, (_, who) => who)
  const acts = MONTHS.flatMap(({ people, span: [from, until], leave }, index): Act[] => {
    const who = shuffled(everybody, random).slice(0, 40)
    const times = Array.from({ length: people }, () => between(amsterdam(from), amsterdam(until), random()))
    const coming = times
      .sort(Temporal.Instant.compare)
      .map((at, turn) => ({ at, month: index, does: 'register' as const, who: who[turn] ?? 0 }))
    const leaving = shuffled(coming.slice(3), random)
      .slice(0, leave)
      .map(act => ({ ...act, does: 'leave' as const, at: between(act.at, amsterdam(until), random()) }))
    const own = OWN[index]?.(who, who.slice(people)) ?? []
    return [...coming, ...leaving, ...own.map(([at, deed]) => ({ ...deed, at: amsterdam(at), month: index }))]
  })
  return [...acts, ...THE_NIGHT].sort((a, b) => Temporal.Instant.compare(a.at, b.at))
}

/** A moment in a span, to the second, and not at its very ends. */
function between(from: Temporal.Instant, until: Temporal.Instant, part: number): Temporal.Instant {
  const seconds = from.until(until).total('seconds')
  return from.add({ seconds: 1 + Math.floor((seconds - 1) * part) })
}

/** Numbers from 0 up to 1, the same for a seed (a linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map(value => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}
