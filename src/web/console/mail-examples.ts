// A kind of mail as it would leave, with real data: its texts are kept, its scene is set and it is written in a transaction
// that is rolled back, by the same way as every mail that leaves.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { preview } from '#db/write.ts'
import { getListedEvent } from '#src/domain/events.ts'
import { exampleInvitation } from '#src/domain/invitations.ts'
import { exampleInvitee } from '#src/domain/invitees.ts'
import { listComing } from '#src/domain/newsletters.ts'
import type { Organiser } from '#src/domain/organisers.ts'
import { readOwnTexts } from '#src/domain/own-texts.ts'
import { exampleWorkshop } from '#src/domain/own-workshops.ts'
import { findOrCreatePerson } from '#src/domain/people.ts'
import { PLACEHOLDERS, type Placeholder } from '#src/domain/placeholders.ts'
import { type Scene, type Staged, scenesOf, stage } from '#src/domain/scenes.ts'
import { stageEnrolment } from '#src/domain/series-scenes.ts'
import { exampleArrears } from '#src/domain/summaries.ts'
import { readWordings, saveTemplate, type Template, versionOf } from '#src/domain/templates.ts'
import { placeholderNamed } from '#src/domain/wording.ts'
import { type Locale, type Messages, messagesIn } from '#src/i18n/index.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { fill, placeholdersIn } from '#src/lib/placeholders.ts'
import { cleanLine } from '#src/lib/text.ts'
import { exampleAsking, exampleFollowing, exampleIssue, readAbout, readAboutEnrolment } from '#src/mail/about.ts'
import {
  contentOf,
  isAboutQuestion,
  isAboutRegistration,
  isAboutSeries,
  isAboutWorkshop,
  type Occasion,
  valuesIn,
} from '#src/mail/messages.ts'
import { type Rendered, render } from '#src/mail/render.ts'
import type { Deps } from '../deps.ts'
import { typedValues } from '../forms.ts'
import { organiserOf } from './access.ts'
import type { MailExample, ShownMails } from './pages.ts'

interface Played {
  scene: Scene
  mail: Rendered
  values: Partial<Record<Placeholder, string>>
  /** What its texts ask for, as it is written in them; one that this situation does not say, asks for nothing. */
  used: string[]
  /** Nothing for a mail about no event. */
  staged: Staged | undefined
}

/** What placeholders stand for, and with whose data. */
export function exampleOf(deps: Deps, request: FastifyRequest, template: Template): MailExample {
  const [scene] = scenesOf(template.kind)
  const { values, staged } = play(deps, organiserOf(request), template, scene, undefined)
  return { values, note: noteOn(request.t.console.mails.example, staged) }
}

/** The mail in every situation; with what was typed instead of what is kept, if the request brings it. */
export function showMails(deps: Deps, request: FastifyRequest, template: Template): ShownMails {
  const isTyped = request.method === 'POST'
  const typed = isTyped ? typedValues(request.body) : undefined
  const words = request.t.console.mails
  const scenes = scenesOf(template.kind)
  const played = scenes.map(scene => play(deps, organiserOf(request), template, scene, typed))
  return {
    isSaved: !isTyped,
    fields: Object.entries(typed ?? {}),
    mails: played.map(({ scene, mail, values, used }) => ({
      caption: scenes.length > 1 ? words.scenes[scene.name] : '',
      subject: mail.subject,
      text: maskLinks(mail.text),
      empty: used.filter(name => isEmpty(values, template, name)).map(name => `{${name}}`),
    })),
  }
}

/** The HTML of the usual situation. */
export function exampleHtml(deps: Deps, request: FastifyRequest, template: Template): string {
  const [scene] = scenesOf(template.kind)
  const typed = request.method === 'POST' ? typedValues(request.body) : undefined
  return play(deps, organiserOf(request), template, scene, typed).mail.html
}

function play(
  deps: Deps,
  organiser: Organiser,
  template: Template,
  scene: Scene,
  typed: Record<string, string> | undefined,
): Played {
  const now = deps.clock.now()
  return preview(deps.db, tx => {
    const reviser = { organiserId: organiser.id, version: versionOf(tx, template) }
    if (typed) saveTemplate(tx, template, typed, reviser, now)
    const { occasion, staged } = setUp(tx, deps, organiser, template, scene)
    const values = valuesIn(occasion, deps)
    const known = PLACEHOLDERS[template.kind].map(name => [name, maskLinks(values[name]?.() ?? '')])
    const mail = render(contentOf(occasion, deps, now))
    const texts = readWordings(tx, template).map(({ own, inherited }) => own ?? inherited)
    return {
      scene,
      staged,
      mail,
      values: Object.fromEntries(known),
      used: usedIn(mail, texts, values, template.locale),
    }
  })
}

function usedIn(
  { subject, text }: Rendered,
  texts: string[],
  values: ReturnType<typeof valuesIn>,
  locale: Locale,
): string[] {
  const said = inOneLine(`${subject} ${text}`)
  const standsFor = (name: string) => {
    const placeholder = placeholderNamed(name, locale)
    return placeholder && cleanLine(values[placeholder]?.() ?? '')
  }
  const lines = texts.flatMap(each => each.split('\n')).filter(line => said.includes(inOneLine(fill(line, standsFor))))
  return [...new Set(lines.flatMap(placeholdersIn))]
}

const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

function setUp(
  tx: Tx,
  { clock, config }: Deps,
  organiser: Organiser,
  { group, locale, kind: asked }: Template,
  scene: Scene,
): { occasion: Occasion; staged?: Staged } {
  const now = clock.now()
  const own = readOwnTexts(tx, group.id, locale)
  const to = { email: organiser.email, locale, own }
  // What stands in more than one mail is shown in the one that everybody gets.
  const kind = asked === 'shared' ? 'confirmed' : asked
  if (kind === 'test') return { occasion: { kind, ...to } }
  if (kind === 'sign_in') {
    const signIn = { token: '•'.repeat(3), code: '123456', expiresAt: now.add({ minutes: 15 }) }
    return { occasion: { kind, signIn, ...to } }
  }
  if (kind === 'invitation') return { occasion: { kind, invitation: exampleInvitation(group, organiser, now), ...to } }
  if (kind === 'my') return { occasion: { kind, person: findOrCreatePerson(tx, organiser.email, now), ...to } }
  if (kind === 'subscription_proof') return { occasion: { kind, asking: exampleAsking(group, now), ...to } }
  if (isAboutSeries(kind)) {
    const enrolment = stageEnrolment(tx, { group, locale, organiser, timeZone: config.timeZone }, scene, now)
    const enrolled = readAboutEnrolment(tx, enrolment, now, locale)
    if (!enrolled) throw new Error('the example has no address')
    return { occasion: { kind, enrolled: { ...enrolled, own } } }
  }
  const staged = stage(tx, { group, locale, organiser, timeZone: config.timeZone }, scene, now)
  if (kind === 'tasks') {
    const arrears = exampleArrears(staged.event, now)
    return { occasion: { kind, summary: { organiserId: organiser.id, arrears, ...to } } }
  }
  if (kind === 'announcement' || kind === 'newsletter') {
    const issue = { ...exampleIssue(getListedEvent(tx, staged.event.id), to), group }
    const coming = kind === 'newsletter' ? listComing(tx, group.slug, now) : []
    const items = coming.map(event => ({ event, part: 'coming' as const }))
    return { occasion: { kind, issue: { ...issue, items: items.length ? items : issue.items } } }
  }
  if (kind === 'invited') {
    const invitee = exampleInvitee(staged.event, { ...organiser, locale }, now)
    return { occasion: { kind, invited: { invitee, event: getListedEvent(tx, staged.event.id), own } } }
  }
  if (isAboutQuestion(kind)) {
    return { occasion: { kind, about: exampleFollowing(to, getListedEvent(tx, staged.event.id), own, now) } }
  }
  const about = readAbout(tx, staged.registration, locale)
  if (!about) throw new Error('the example has no address')
  const cast = { ...about, own }
  if (isAboutRegistration(kind)) return { occasion: { kind, about: cast }, staged }
  if (isAboutWorkshop(kind)) {
    const workshop = exampleWorkshop(about, messagesIn(locale).example.workshop, now)
    return { occasion: { kind, about: cast, workshop }, staged }
  }
  if (kind === 'mailing') {
    const mailed = { ...messagesIn(locale).example.mailing, isUrgent: false }
    return { occasion: { kind, about: cast, mailed }, staged }
  }
  return { occasion: { kind, about: cast, ...to }, staged }
}

function isEmpty(values: Played['values'], { locale }: Template, name: string): boolean {
  const placeholder = placeholderNamed(name, locale)
  return placeholder !== undefined && values[placeholder] === ''
}

function noteOn(words: Messages['console']['mails']['example'], staged: Staged | undefined): string {
  if (!staged) return words.account
  const { isRealEvent, isRealPerson, event, registration } = staged
  if (!isRealEvent) return words.madeUp
  return isRealPerson ? words.real(event.title, registration.name) : words.you(event.title)
}
