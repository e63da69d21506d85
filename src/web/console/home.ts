// The console's first page: the next event with what is still to be done for it, what asks for attention elsewhere, and what
// comes after it.
import { setImmediate } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { atOneMoment } from '#db/read.ts'
import { type BackupTrouble, findBackupTrouble } from '#src/domain/backups.ts'
import { listWaiting } from '#src/domain/bulletins.ts'
import { listRefusals } from '#src/domain/contributors.ts'
import type { ListedEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { countMyQuestions } from '#src/domain/moderating.ts'
import { countTroubles } from '#src/domain/my-messages.ts'
import { listGroupsWith, listSeriesWith, type Organiser, ownsEverything } from '#src/domain/organisers.ts'
import { countDrafts, findAhead, lastPlanned, listComing, listDrafts, listDraftsOfYear } from '#src/domain/overview.ts'
import type { Series } from '#src/domain/series.ts'
import { signUpsOf } from '#src/domain/sign-ups.ts'
import { type DueTask, listPressing, listTasks } from '#src/domain/tasks.ts'
import { paths } from '#src/lib/paths.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'
import type { Chart } from '../charts.ts'
import type { App, Deps, InboxHealth } from '../deps.ts'
import { type Strip, stripOf, type Workplace } from '../public/year.ts'
import { organiserOf } from './access.ts'
import { listedForMe } from './events.ts'
import { type MailNotice, mailNotice } from './mail-notice.ts'
import type { ListedForMe } from './pages.ts'
import { ruleWords } from './rules.ts'
import { signUpsChart } from './sign-ups-chart.ts'
import { warningsFor } from './warnings.ts'

export interface NextEvent extends ListedForMe {
  tasks: DueTask[]
  /** Nothing while nobody has registered. */
  chart: Chart | undefined
  /** Days until it begins; undefined while it is going on. */
  daysLeft: number | undefined
}

export interface HomePages {
  'console/home': {
    first: NextEvent | undefined
    /** What is overdue or due soon for other events than the first, and how many there are besides. */
    pressing: DueTask[]
    pressingMore: number
    /** Nothing is overdue or due soon for any event. */
    isCalm: boolean
    strip: Strip | null
    /** What comes after the first. */
    next: ListedForMe[]
    drafts: { event: ListedEvent; warnings: string[] }[]
    draftCount: number
    troubles: number
    /** Questions from practice that nobody has read yet. */
    questions: number
    mail: MailNotice | undefined
    /** For who owns every group: there has been no backup for days. */
    backup: BackupTrouble | undefined
    inbox: InboxHealth['trouble']
    series: { found: Series; words: string; last: string | undefined }[]
    /** Those whose name, colour and address for answers are this organiser's to change. */
    groups: Group[]
    mayPlan: boolean
    wantsSummary: boolean
    /** Speakers and hosts who said no. */
    refusals: ReturnType<typeof listRefusals>
    /** Newsletters that wait to be looked at and sent. */
    newsletters: ReturnType<typeof listWaiting>
  }
}

const NEXT = 5
const DRAFTS = 6
const PRESSING = 8

export function homeRoutes(app: App, deps: Deps): void {
  const { db, clock, inboxHealth } = deps

  app.get(paths.console.home(), async (request, reply) => {
    const me = organiserOf(request)
    const now = clock.now()
    const page = atOneMoment(db, () => readFor(request, me, now))
    // Each takes its time, so each has a turn of its own: this, what is pressing among thousands of lines, and the page itself.
    await setImmediate()
    // What is to be done for the first stands with it already.
    const pressing = listPressing(db, me, now, PRESSING, page.first?.event)
    await setImmediate()
    return reply.page('console/home', {
      ...page,
      pressing: pressing.list,
      pressingMore: pressing.total - pressing.list.length,
      isCalm: pressing.isCalm,
    })
  })

  function readFor(request: FastifyRequest, me: Organiser, now: Temporal.Instant) {
    const first = findAhead(db, me, now)
    const coming = listComing(db, me, 'viewer', now, NEXT + 1).filter(({ id }) => id !== first?.id)
    const drafts = listDrafts(db, me, DRAFTS + 1).filter(({ id }) => id !== first?.id)
    const mine = listSeriesWith(db, me, 'organiser')
    return {
      first: first && nextEvent(request, first),
      strip: stripOf(db, mine, now, WORKPLACE),
      next: listedForMe(deps, request, coming.slice(0, NEXT)),
      drafts: drafts.slice(0, DRAFTS).map(event => ({ event, warnings: warningsFor(deps, request, event, event) })),
      draftCount: countDrafts(db, me),
      troubles: countTroubles(db, me),
      questions: countMyQuestions(db, me, 'new'),
      mail: mailNotice(deps, me),
      backup: ownsEverything(db, me) ? findBackupTrouble(db, now) : undefined,
      inbox: inboxHealth.trouble,
      series: inWords(request, mine),
      groups: listGroupsWith(db, me, 'owner'),
      mayPlan: listGroupsWith(db, me, 'organiser').length > 0,
      wantsSummary: me.summaryStoppedAt === null,
      refusals: listRefusals(db, me, now),
      newsletters: listWaiting(db, me),
    }
  }

  function nextEvent(request: FastifyRequest, event: ListedEvent): NextEvent | undefined {
    const [row] = listedForMe(deps, request, [event])
    const now = clock.now()
    const { timeZone, startsAt, localStart } = event
    const day = Temporal.PlainDateTime.from(localStart).toPlainDate()
    return (
      row && {
        ...row,
        warnings: event.publishedAt ? [] : warningsFor(deps, request, event, event),
        tasks: listTasks(db, event, now),
        chart: event.publishedAt ? signUpsChart(request, signUpsOf(db, event, now), row.places) : undefined,
        daysLeft: isBefore(now, startsAt) ? dateIn(now, timeZone).until(day).days : undefined,
      }
    )
  }

  /** Each series with its rule in words and how far ahead it is planned. */
  function inWords(request: FastifyRequest, mine: Series[]) {
    const last = lastPlanned(db, mine)
    return mine.map(found => ({
      found,
      words: ruleWords(found.rule, request.t, request.f),
      last: last.get(found.id),
    }))
  }

  const WORKPLACE: Workplace = {
    drafts: (series, year) => listDraftsOfYear(db, series, year),
    eventPath: event => paths.console.event(event.id),
    seriesPath: series => paths.console.planning(series.slug),
  }
}
