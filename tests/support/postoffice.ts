// A world with a mail server and a worker: what commits is mailed, as in production, by a clock that a test moves.
import { createWrite } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { type Config, readConfig } from '#src/config.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { createWorker } from '#src/jobs/worker.ts'
import { instantOf, parseCalendar, parseEvent, propertyOf } from './calendars.ts'
import { signIn } from './console.ts'
import { type Mailbox, openMailbox, partsOf, type Received } from './smtp.ts'
import { shareValidators } from './validators.ts'
import { listMessages, openWorld, type TestClock } from './world.ts'

export const FROM = 'agenda@aanschuiven.example'

export interface PostOfficeOptions {
  mailbox?: Mailbox
  config?: Partial<Config>
  clock?: TestClock
}

export async function openPostOffice({ mailbox: given, config: values, clock }: PostOfficeOptions = {}) {
  const world = { ...openWorld(), ...(clock && { clock }) }
  const mailbox = given ?? (await openMailbox())
  const config: Config = {
    ...readConfig({ BASE_URL: 'https://agenda.example.org', MAIL_FROM: `Aanschuiven <${FROM}>` }),
    smtpUrl: mailbox.url,
    ...values,
  }
  const lines: { level: string; text: string; fields: object }[] = []
  const line = (level: string) => (fields: object, text: string) => void lines.push({ level, text, fields })
  const log = { info: line('info'), warn: line('warn'), error: line('error') }
  const nudge = { wake: () => {} }
  const write = createWrite(world.db, { committed: () => nudge.wake() })
  const open = () => createWorker({ ...world, config, write, log })
  let worker = open()

  /** Sends everything that is due by now. */
  async function deliver(): Promise<void> {
    worker.start()
    await worker.idle()
  }

  return {
    ...world,
    config,
    mailbox,
    lines,
    write,
    deliver,
    worker: () => worker,
    /** From now on what commits wakes the worker, as it does in production. */
    nudged: () => {
      nudge.wake = () => worker.wake()
      worker.start()
    },
    /** Another process start over the same database. */
    restart: async () => {
      await worker.stop()
      worker = open()
    },
    messages: () => listMessages(world.db),
    close: async () => {
      // Together: a mail that the server leaves hanging ends with the line, and the worker need not wait four seconds for it.
      await Promise.all([worker.stop(), mailbox.close()])
    },
  }
}
export type PostOffice = Awaited<ReturnType<typeof openPostOffice>>

/** The console over the same database, to an organiser of this group, and what a watchman asks. */
export async function openCounter(office: PostOffice, group: Group) {
  const { db, config, write, clock, tokens, counts } = office
  const mailHealth = {
    get beat() {
      return office.worker().beat
    },
    get slowed() {
      return office.worker().slowed
    },
  }
  const app = await createApp(
    { db, config, write, clock, tokens, counts, mailHealth, inboxHealth: { trouble: undefined } },
    { strictViews: true, onAjv: shareValidators },
  )
  const { cookie } = signIn(db, 'otto@example.org', group, 'owner')
  const headers = { cookie: config.baseUrl.startsWith('https:') ? `__Host-${cookie}` : cookie }
  return {
    /** A page as text: tags gone, entities read. */
    read: async (url: string) => textOf((await app.inject({ url, headers })).body),
    ready: async () => {
      const { statusCode, body } = await app.inject('/readyz')
      return [statusCode, JSON.parse(body)] as [number, Record<string, unknown>]
    },
  }
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll(/&#39;|&#x27;/g, "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

/** Names an organiser's change of an event as it is now. */
export function editing(office: PostOffice, event: Event) {
  return { organiserId: null, revision: getEvent(office.db, event.id).revision }
}

/** What a calendar program makes of a received mail. */
export function inviteIn({ mail, raw }: Received) {
  const [text] = partsOf(raw).filter(part => part.type === 'text/calendar')
  if (!text) return undefined
  const { method } = parseCalendar(text.content)
  const event = parseEvent(text.content)
  return {
    method,
    uid: event.uid,
    sequence: event.sequence ?? 0,
    start: instantOf(event.startDate),
    status: propertyOf(event, 'status'),
    stamp: String(propertyOf(event, 'dtstamp')),
    attendees: event.attendees.map(attendee => attendee.getFirstValue()),
    partstat: event.attendees[0]?.getParameter('partstat'),
    organizer: propertyOf(event, 'organizer'),
    location: event.location,
    subject: mail.subject,
  }
}
