// What each figure must reach and is meant to reach: the table of the design, and nothing else. A run under a floor fails.

export interface Bar {
  figure: string
  floor: number
  goal: number
  /** `ratio` is of the ceiling that is named in the figure, measured in the same run; `times` is of the other thing it names. */
  unit: 'ratio' | 'times' | 'ms' | 's' | 'mails/s' | 'MiB' | 'kB' | 'requests'
  better: 'more' | 'less'
}

const more = (figure: string, unit: Bar['unit'], floor: number, goal: number): Bar => ({
  ...{ figure, unit, floor, goal, better: 'more' },
})
const less = (figure: string, unit: Bar['unit'], floor: number, goal: number): Bar => ({
  ...{ figure, unit, floor, goal, better: 'less' },
})

/** By the name that `--only` takes, whole or up to a dot. */
export const BARS = {
  'event.200': more('event page, unchanged, 200 (br), of node:http', 'ratio', 0.35, 0.5),
  'event.304': more('event page, unchanged, 304, of node:http', 'ratio', 0.4, 0.6),
  'agenda.200': more('agenda, unchanged, 200 (br), of node:http', 'ratio', 0.35, 0.5),
  'agenda.304': more('agenda, unchanged, 304, of node:http', 'ratio', 0.4, 0.6),
  'event.changed': more('event page, changed on every request, of node:http', 'ratio', 0.02, 0.034),
  'feed.200': more('feed of 200 events, unchanged, 200, of node:http', 'ratio', 0.3, 0.4),
  'feed.304': more('feed of 200 events, unchanged, 304, of node:http', 'ratio', 0.4, 0.6),
  'feed.changed': less('feed of 200 events after one changed, time to first byte', 'ms', 5, 1),
  'registration.one': more('registration, durable, one event, of a POST that only validates', 'ratio', 0.03, 0.15),
  'registration.many': more('registration, durable, many events, of a POST that only validates', 'ratio', 0.03, 0.15),
  'registration.p99': less('p99 of a registration while 1,000 page views/s run', 'ms', 50, 15),
  'registration.rush': less('2,000 POSTs at once for 300 places: exact, all answered in', 's', 4, 1.7),
  mail: more('mails out of the outbox over SMTP, with invite', 'mails/s', 300, 700),
  start: less('first 200 after start, of bare Fastify', 'times', 4, 2),
  'memory.idle': less('resident memory, idle', 'MiB', 160, 110),
  'memory.used': less('resident memory after 100,000 mixed requests', 'MiB', 200, 140),
  'growth.agenda': less('agenda, 100 → 100,000 events', 'times', 3, 1.3),
  'growth.console': less(
    'slowest-growing console page, 100 → 100,000 events, 1,000,000 registrations',
    'times',
    3,
    1.3,
  ),
  hold: less('longest time any request holds the event loop', 'ms', 50, 10),
  'weight.first': less('event page over the wire, first visit', 'kB', 60, 45),
  'weight.second': less('event page over the wire, second visit', 'kB', 15, 8),
  'weight.requests': less('requests on first visit', 'requests', 8, 5),
} satisfies Record<string, Bar>

export type Key = keyof typeof BARS
