// What the page of what comes after an event is given.
import type { FastifyRequest } from 'fastify'
import { MATERIAL_KINDS } from '#db/schema.ts'
import { countAudiences, isAnySeen, isFollowUp, type Reach } from '#src/domain/audiences.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { listFollowUps, momentAfter, USUAL_DAYS } from '#src/domain/follow-ups.ts'
import { countCopies, type Phase, phaseOf } from '#src/domain/mailing-copies.ts'
import type { Mailing } from '#src/domain/mailings.ts'
import { isAnythingKept, MOST_MATERIALS } from '#src/domain/materials.ts'
import { hash } from '#src/lib/tokens.ts'
import type { Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { options } from './fields.ts'
import type { Options } from './pages.ts'

export const DONE = [
  ...(['yield', 'added', 'changed', 'moved', 'removed'] as const),
  ...(['prepared', 'scheduled', 'withdrawn'] as const),
] as const

/** The mail after an event, as the page shows it. */
export interface FollowUp {
  rows: { mailing: Mailing; reach: Reach; phase: Phase }[]
  /** Nothing has been prepared; or it can not be, and why. */
  state: 'unpublished' | 'cancelled' | 'none' | 'there'
  isOver: boolean
  /** Nobody knows who was there. */
  isUnseen: boolean
  isEmpty: boolean
  /** The moment at which those that have not left leave by themselves. */
  scheduledFor: Temporal.Instant | undefined
  canSchedule: boolean
}

/** One form of the page that could not be kept: which one, and what was typed. */
interface Wrong extends Form {
  form: string
}

export interface Extra {
  done?: (typeof DONE)[number] | undefined
  wrong?: Wrong
  /** What somebody else wrote meanwhile. */
  stale?: string
}

export interface MaterialsPages {
  'console/materials': {
    event: ListedEvent
    done: (typeof DONE)[number] | undefined
    stale: string | undefined
    /** By the name of the form; those of a material by its id. */
    forms: Record<string, Form>
    wrong: string
    isFull: boolean
    kinds: Options
    mail: FollowUp
  }
}

/** Two texts that are the same are the same version. */
export const versionOfYield = (event: Pick<Event, 'yield'>) => hash(event.yield).slice(0, 12)

export function materialsPage(
  deps: Deps,
  request: FastifyRequest,
  found: Event,
  { done, wrong, stale }: Extra = {},
): MaterialsPages['console/materials'] {
  const { db, clock } = deps
  const event = getListedEvent(db, found.id)
  const words = request.t.words.materials
  return {
    event,
    done,
    stale,
    forms: { ...formsOf(event), ...(wrong && { [wrong.form]: wrong }) },
    wrong: wrong?.form ?? '',
    isFull: event.materials.length >= MOST_MATERIALS,
    kinds: options(words, MATERIAL_KINDS),
    mail: followUpOf(deps, event, clock.now()),
  }
}

function formsOf(event: ListedEvent): Record<string, Form> {
  const each = event.materials.map(({ id, kind, title, url }) => [id, emptyForm({ kind, title, url })])
  const [date = '', time = ''] = momentAfter(event, event.series?.followUpDays ?? USUAL_DAYS).split('T')
  return {
    ...Object.fromEntries(each),
    yield: emptyForm({ yield: event.yield, version: versionOfYield(event) }),
    link: emptyForm({ kind: 'recording' }),
    file: emptyForm({ kind: 'slides' }),
    schedule: emptyForm({ date, time }),
  }
}

function followUpOf({ db }: Deps, event: ListedEvent, now: Temporal.Instant): FollowUp {
  const list = listFollowUps(db, event)
  const isUnseen = !isAnySeen(db, event.id)
  const isOver = isFollowUp(event, now)
  const reach = countAudiences(db, event, now, 'follow_up')
  const copies = countCopies(
    db,
    list.map(({ id }) => id),
  )
  // Once it is over only those are shown that somebody can get.
  const isShown = ({ id, audience }: Mailing) =>
    !isOver || (audience === 'confirmed') === isUnseen || Boolean(copies.get(id)?.total)
  const rows = list.filter(isShown).flatMap(mailing => {
    const own = copies.get(mailing.id)
    return own ? [{ mailing, reach: reach[mailing.audience], phase: phaseOf(mailing, own, now) }] : []
  })
  const waiting = list.filter(({ releasedAt }) => !releasedAt)
  return {
    rows,
    state: event.cancelledAt ? 'cancelled' : !event.publishedAt ? 'unpublished' : list.length ? 'there' : 'none',
    isOver,
    isUnseen,
    isEmpty: !isAnythingKept(db, event),
    scheduledFor: waiting.find(({ scheduledFor }) => scheduledFor)?.scheduledFor ?? undefined,
    canSchedule: waiting.length > 0,
  }
}
