// Newsletters and announcements in the console: the list with the settings of each group, and the page of one. What is done to one
// stands in `bulletin-acts`.
import type { FastifyRequest } from 'fastify'
import { ITEM_ACTS, LONGEST } from '#src/domain/bulletin-edits.ts'
import { type BulletinPhase, type Figures, figuresOf, phaseOfBulletin } from '#src/domain/bulletin-figures.ts'
import { type Item, standing, titlesIn, withItems } from '#src/domain/bulletin-items.ts'
import { type Bulletin, getBulletinWith, listBulletinsOf } from '#src/domain/bulletins.ts'
import { type Group, inTree } from '#src/domain/groups.ts'
import {
  composeNow,
  findOfThisMonth,
  listNewsletters,
  listOfThisMonth,
  type Newsletter,
  setNewsletter,
} from '#src/domain/newsletters.ts'
import { getGroupWith, listGroupsWith } from '#src/domain/organisers.ts'
import { countReaders, type Following, itemsAbout, listFollowing } from '#src/domain/readers.ts'
import { coverageOf, listAnnounceable } from '#src/domain/topics.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { readIssue } from '#src/mail/about.ts'
import { contentOf } from '#src/mail/messages.ts'
import { type Rendered, render } from '#src/mail/render.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id, Slug } from '../params.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { organiserOf, seeOther } from './access.ts'
import { Tick } from './fields.ts'
import { sendHtml } from './mail-html.ts'

interface Setting {
  group: Group
  newsletter: Newsletter | undefined
  /** The one of this month, if there is one. */
  made: Bulletin | undefined
  form: Form
}

export interface BulletinPages {
  'console/bulletins': {
    settings: Setting[]
    /** `titles`: of an announcement, what it tells of. */
    rows: { bulletin: Bulletin; group: Group; phase: BulletinPhase; titles: string[] }[]
    next: number | undefined
    isSaved: boolean
  }
  'console/bulletin': {
    bulletin: Bulletin
    group: Group
    phase: BulletinPhase
    figures: Figures
    items: (Item & { stands: boolean })[]
    acts: typeof ITEM_ACTS
    readers: number
    following: (Following & { name: string })[]
    /** With whose eyes it is shown: the key of what they follow; empty: everything. */
    eyes: string
    mail: { subject: string; text: string } | undefined
    form: Form
    limits: typeof LONGEST
    done: (typeof DONE)[number] | undefined
    /** It was called back, and another of this month can be made. */
    canBeRemade: boolean
    /** What kept it from being sent, in a sentence. */
    changed: string
  }
}

const DONE = ['saved', 'tested', 'composed'] as const
const List = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  saved: Type.Optional(Type.String({ maxLength: 1 })),
})
const SettingForm = Type.Object({ monthDay: Type.Integer({ minimum: 1, maximum: 28 }), isOn: Tick })
const Eyes = Type.Optional(Type.String({ pattern: '^([gt][1-9]\\d{0,9})?$' }))
export const Look = Type.Object({ eyes: Eyes, done: Type.Optional(Type.Enum([...DONE])) })
const PAGE = 30

export function bulletinRoutes(app: App, deps: Deps): void {
  const { db, write, clock, config } = deps
  const mine = (request: FastifyRequest<{ Params: { slug: string } }>, at = db) =>
    getGroupWith(at, organiserOf(request), 'organiser', request.params.slug)

  app.get('/console/bulletins', { schema: { querystring: List } }, async (request, reply) => {
    const { before, saved } = request.query
    return reply.page('console/bulletins', { ...listPage(request, before), isSaved: saved !== undefined })
  })

  app.post(
    '/console/groups/:slug/newsletter',
    { schema: { params: Slug, body: SettingForm }, attachValidation: true },
    async (request, reply) => {
      const group = mine(request)
      const problems = fieldProblems(request)
      if (problems) {
        const page = listPage(request, undefined)
        const settings = page.settings.map(one =>
          one.group.id === group.id ? { ...one, form: formAgain(request, problems) } : one,
        )
        return reply.code(422).page('console/bulletins', { ...page, settings, isSaved: false })
      }
      const { monthDay: day, isOn } = request.body
      const choice = { day, isOn: isOn === 'on', timeZone: config.timeZone, organiserId: organiserOf(request).id }
      await write(tx => setNewsletter(tx, group, choice, clock.now()))
      return seeOther(request, reply, `${paths.console.bulletins()}?saved=1`)
    },
  )

  app.post('/console/groups/:slug/newsletter/composition', { schema: { params: Slug } }, async (request, reply) => {
    const by = { timeZone: config.timeZone, organiserId: organiserOf(request).id }
    const bulletin = await write(tx => composeNow(tx, mine(request, tx), by, clock.now()))
    return seeOther(request, reply, `${paths.console.bulletin(bulletin.id)}?done=composed`)
  })

  app.get('/console/bulletins/:id', { schema: { params: Id, querystring: Look } }, async (request, reply) => {
    const found = getBulletinWith(db, organiserOf(request), request.params.id)
    reply.header('content-security-policy', FRAMING_CSP)
    return reply.page('console/bulletin', bulletinPage(deps, request, found, request.query))
  })

  app.get('/console/bulletins/:id/mail.html', { schema: { params: Id, querystring: Look } }, async (request, reply) => {
    const { bulletin } = getBulletinWith(db, organiserOf(request), request.params.id)
    return sendHtml(reply, readBulletin(deps, request, bulletin, request.query.eyes)?.html)
  })

  function listPage(request: FastifyRequest, before: number | undefined) {
    const me = organiserOf(request)
    const rows = listBulletinsOf(db, me, before, PAGE)
    const told = titlesIn(
      db,
      rows.map(({ bulletin }) => bulletin).filter(({ kind }) => kind === 'announcement'),
    )
    return {
      settings: settingsOf(inTree(listGroupsWith(db, me, 'organiser'))),
      rows: rows.map(row => ({
        ...row,
        titles: told.get(row.bulletin.id) ?? [],
        phase: phaseOfBulletin(db, row.bulletin, clock.now()),
      })),
      next: rows.length === PAGE ? rows.at(-1)?.bulletin.id : undefined,
    }
  }

  function settingsOf(list: Group[]): Setting[] {
    const [newsletters, made] = [listNewsletters(db), listOfThisMonth(db, config.timeZone, clock.now())]
    return list.map(group => {
      const newsletter = newsletters.get(group.id)
      const form = emptyForm({ monthDay: String(newsletter?.day ?? 1), isOn: newsletter?.nextOn ? 'on' : '' })
      return { group, newsletter, made: made.get(group.id), form }
    })
  }
}

/** As one of its readers gets it, whoever follows this; of one that was released, as it was then. Nothing if there is nothing in it. */
export function readBulletin(
  deps: Deps,
  request: FastifyRequest,
  bulletin: Bulletin,
  eyes: string | undefined,
): Rendered | undefined {
  const { db, clock } = deps
  const whole = withItems(db, bulletin)
  const at = bulletin.releasedAt ?? clock.now()
  const items = eyes ? itemsAbout(db, whole, eyes, at) : standing(whole.items, at)
  if (!items.length) return undefined
  const { email, locale } = organiserOf(request)
  const issue = readIssue(db, bulletin, { subscription: { id: 0 }, email, locale, items })
  return render(contentOf({ kind: bulletin.kind, issue }, deps, clock.now()))
}

export function bulletinPage(
  deps: Deps,
  request: FastifyRequest,
  { bulletin, group }: { bulletin: Bulletin; group: Group },
  { eyes = '', done }: { eyes?: string | undefined; done?: (typeof DONE)[number] | undefined } = {},
): BulletinPages['console/bulletin'] {
  const { db, clock, config } = deps
  const now = clock.now()
  const whole = withItems(db, bulletin)
  const stands = new Set(standing(whole.items, now).map(({ event }) => event.id))
  const figures = figuresOf(db, bulletin)
  const mail = readBulletin(deps, request, bulletin, eyes)
  const isOut = bulletin.releasedAt !== null
  return {
    ...{ bulletin, group, figures, eyes, done, changed: '', acts: ITEM_ACTS, limits: LONGEST },
    phase: phaseOfBulletin(db, bulletin, now),
    canBeRemade:
      bulletin.kind === 'newsletter' &&
      bulletin.recalledAt !== null &&
      !findOfThisMonth(db, group, config.timeZone, now),
    items: whole.items.map(item => ({ ...item, stands: stands.has(item.event.id) })),
    readers: isOut ? (bulletin.recipients ?? 0) : countReaders(db, whole, now),
    following: isOut ? [] : followingIn(deps, whole),
    mail: mail && { subject: mail.subject, text: maskLinks(mail.text) },
    form: emptyForm({ subject: bulletin.subject, intro: bulletin.intro, revision: String(bulletin.revision) }),
  }
}

/** By name, what most people follow first. */
function followingIn({ db, clock }: Deps, bulletin: ReturnType<typeof withItems>) {
  const { groups, themes } =
    bulletin.kind === 'newsletter' ? coverageOf(db, { id: bulletin.groupId }) : listAnnounceable(db)
  const names = new Map([
    ...groups.map(({ id, name }) => [`g${id}`, name] as const),
    ...themes.map(({ id, name }) => [`t${id}`, name] as const),
  ] as [string, string][])
  return listFollowing(db, bulletin, clock.now())
    .map(one => ({ ...one, name: names.get(one.key) ?? '' }))
    .sort((a, b) => b.followers - a.followers || a.name.localeCompare(b.name))
}
