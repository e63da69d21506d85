// The newsletter and announcements, for everybody: asking for them, and newsletters from before. Asking answers the same for every
// address; what comes of it travels by mail.
import { listItems } from '#src/domain/bulletin-items.ts'
import { type Bulletin, getPublished, listPublished } from '#src/domain/bulletins.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { listThemes } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'
import { type Choices, choicesIn, TopicFields, wishesIn } from './letter-topics.ts'
import { Email, type Limits, limitsOf } from './registration-form.ts'
import { type Row, rowsOf } from './rows.ts'

export interface NewsletterPages {
  'public/newsletter': { form: Form; limits: Limits; choices: Choices; isSent: boolean }
  'public/newsletter-archive': { rows: { bulletin: Bulletin; group: Group }[]; next: number | undefined }
  'public/newsletter-issue': { bulletin: Bulletin; group: Group; coming: Row[]; past: Row[] }
}

const AskForm = Type.Object({
  email: Email,
  ...TopicFields,
  /** Nobody sees this field; who fills it in is a robot. */
  website: Type.String({ maxLength: 500, default: '' }),
})
const AskQuery = Type.Object({
  sent: Type.Optional(Type.String({ maxLength: 1 })),
  group: Type.Optional(Type.String({ maxLength: 100 })),
  theme: Type.Optional(Type.String({ maxLength: 100 })),
})
const Before = Type.Object({ before: Type.Optional(Type.Integer({ minimum: 1 })) })
const PAGE = 24

export function newsletterRoutes(app: App, { db, write, clock }: Deps): void {
  const limits = limitsOf(AskForm)

  app.get('/newsletter', { schema: { querystring: AskQuery } }, (request, reply) => {
    const { sent, group, theme } = request.query
    const form = emptyForm(prefilled(group, theme))
    return reply.page('public/newsletter', { form, limits, choices: choicesIn(db), isSent: sent !== undefined })
  })

  app.post(
    '/newsletter',
    { schema: { body: AskForm }, attachValidation: true, config: FEW },
    async (request, reply) => {
      const choices = choicesIn(db)
      const problems = fieldProblems(request)
      const wishes = problems ? [] : wishesIn(request.body, choices)
      if (problems || !wishes.length) {
        const form = formAgain(request, problems ?? { tell: request.t.letters.nothingChosen })
        return reply.code(422).page('public/newsletter', { form, limits, choices, isSent: false })
      }
      const asked = { email: normaliseEmail(request.body.email), locale: request.locale, wishes }
      const isRobot = request.body.website !== ''
      if (!isRobot) await write(tx => requestSubscription(tx, asked, clock.now()))
      return reply.redirect(hrefFor(request, `${paths.newsletter()}?sent=1`), 303)
    },
  )

  app.get(
    '/newsletter/archive',
    { schema: { querystring: Before }, config: { content: 'programme' } },
    (request, reply) => {
      const rows = listPublished(db, request.query.before, PAGE)
      const next = rows.length === PAGE ? rows.at(-1)?.bulletin.id : undefined
      return reply.page('public/newsletter-archive', { rows, next })
    },
  )

  app.get('/newsletter/archive/:id', { schema: { params: Id }, config: { content: 'places' } }, (request, reply) => {
    const found = getPublished(db, request.params.id)
    const items = listItems(db, found.bulletin).filter(({ event, hiddenAt }) => !hiddenAt && event.publishedAt)
    request.tellsOf = items.map(({ event }) => event.id)
    const of = (part: 'coming' | 'past') =>
      rowsOf(
        db,
        items.filter(item => item.part === part).map(({ event }) => event),
        clock.now(),
      )
    return reply.page('public/newsletter-issue', { ...found, coming: of('coming'), past: of('past') })
  })

  /** Ticked already, for who comes from the page of a group or a theme. */
  function prefilled(groupSlug: string | undefined, themeSlug: string | undefined): Record<string, string> {
    const group = listGroups(db).find(({ slug }) => slug === groupSlug)
    const theme = listThemes(db).find(({ slug }) => slug === themeSlug)
    const keys = [...(group ? [`g${group.id}`] : []), ...(theme ? [`t${theme.id}`] : [])].join(',')
    return { news: keys, tell: keys }
  }
}
