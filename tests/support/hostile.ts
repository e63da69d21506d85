// What an attacker types, and a world that has one of everything for it to be typed at.
import { asc, eq } from '#db/drizzle.ts'
import { bulletins, invitees, mailings, messages, organisations, questionFollowers, tasks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proofOf } from '#src/domain/addresses.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { addSession, createEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { setFormFields } from '#src/domain/form-fields.ts'
import { addInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { refill } from '#src/domain/newsletters.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { type openConsole, signIn } from './console.ts'
import { letterWish, subscribe } from './letters.ts'
import type { Words } from './shapes.ts'
import { makeContributor, makeEvent, makeRegistration, makeSeries, NOW } from './world.ts'

/** Markup that must never come back as markup: each names itself `fzz`, so that it is found wherever it is shown. */
export const SCRIPTS = [
  `"'><fzz onfzz=1>`,
  '<script>fzz</script>',
  'javascript:fzz//',
  '</title></script><fzz>',
  '[fzz](javascript:fzz)',
  '![fzz](https://evil.example/fzz)',
  '<https://evil.example/"onfzz=1>',
]
export const VALUES = [
  ['', ' ', '0', '-1', '1', '2', '1e400', 'NaN', '99999999999999999999', '2026-12-10', '2026-02-31', '0000-01-01'],
  ['9999-12-31', '12:00', '24:00', 'on', 'yes', 'nl', 'xx', 'zoe@example.org', 'a@b@c', 'practice', 'online', 'hybrid'],
  ['webinar', 'month', 'week', 'TH', '-1', '1,2,3', '\0', 'a\0b', '\r\nX: y', '%', '%ff', '\ud800', '😀', '<b>', "'"],
  ['https://meet.example.org/x', 'constructor', '__proto__', 'x'.repeat(600), '999999999999999-1'],
  ['../../secret', '..%2f..%2fsecret', '=1+1', '//evil.example', '\\\\evil.example', '{{7*7}}', '<%= 7 %>', '{titel}'],
  SCRIPTS,
].flat()
/** Names that are no field of ours. */
export const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '',
  'id',
  'isAdmin',
  'a[b]',
]

/** Fields that a form has at some events only, which its schema names by a pattern. */
export const SOMETIMES = ['field_1', 'round_1_first', 'round_1_second', 'round_2_first']

const TEXTS = ['Een titel', 'Zoë de Vries', 'De Zaal', '2027-01-14', '12:00', '#123456', 'A', '3', ...VALUES]
const BY_NAME: Words['byName'] = {
  email: ['zoe@example.org', 'iemand@example.org', 'nieuw@example.org'],
  name: ['Zoë de Vries', 'Ali'],
  revision: ['1', '2', '3'],
  recipients: ['0', '1', '2', '3'],
  date: ['2027-01-14', '2026-12-10'],
  time: ['12:00'],
  code: ['123456'],
  durationMinutes: ['60'],
  website: [''],
  news: ['g1', 't1'],
  tell: ['g1'],
  eyes: ['', 'g1'],
  roomUrl: ['', 'https://meet.example.org/x'],
  title: ['Een titel', ...SCRIPTS],
  locale: ['nl', 'en'],
}

type Console = Awaited<ReturnType<typeof openConsole>>
export type Stage = Awaited<ReturnType<typeof setStage>>

/** One that all may read, and one that nobody has read yet; the first with a follower who has yet to prove an address. */
function layQuestions(db: Console['db'], number: number) {
  return writeNow(db, tx => {
    const asked = {
      text: 'Wie helpt mij hiermee?',
      role: 'resident',
      place: 'Assen',
      name: 'Zoë',
      groupId: null,
    } as const
    const question = askQuestion(tx, { ...asked, email: `vraag${number}@example.org`, locale: 'nl' }, NOW)
    askQuestion(tx, { ...asked, email: '', locale: 'nl' }, NOW)
    const wording = { text: question.text, place: '', groupId: null, themeIds: [] }
    return approveQuestion(tx, question, wording, { organiserId: null, revision: 1 }, NOW)
  })
}

const findQuestionFollower = (db: Console['db'], questionId: number) =>
  db.select().from(questionFollowers).where(eq(questionFollowers.questionId, questionId)).get()?.id ?? 0

/** One of everything, new; somebody who may do all of it; and by which words a route's parameters lead there. */
export function setStage({ db, group, tokens }: Console, number: number) {
  const series = makeSeries(db, group, { slug: `reeks-${number}` })
  const event = makeEvent(db, group, { seriesId: series.id, capacityOnline: 1, title: `Titel ${number}` })
  const zoe = makeRegistration(db, event)
  makeRegistration(db, event, { email: 'wacht@example.org' })
  const speaker = makeContributor(db, event, { email: `spreker${number}@example.org` })
  const draft = writeNow(db, tx => {
    const gast = { email: `gast${number}@example.org`, name: 'Gast', organisation: 'Buurthuis' }
    addInvitees(tx, event, [gast], 'nl', NOW)
    const question = { id: null, kind: 'text' as const, label: 'Wat?', hint: '', options: [] }
    setFormFields(tx, event.id, [{ ...question, isRequired: false, deleteAfterDays: 30 }])
    for (const title of ['Een workshop', SCRIPTS[0] ?? '']) {
      const at = { localStart: event.localStart, durationMinutes: 30, capacity: 1 }
      addSession(tx, { ...at, eventId: event.id, kind: 'workshop', round: 1, title })
    }
    createMailing(tx, event, { audience: 'confirmed', subject: 'Hallo', body: 'Tot dan.' }, 1, NOW)
    const { groupId, kind, timeZone, durationMinutes, attendance } = event
    const plan = { groupId, kind, timeZone, durationMinutes, attendance, localStart: '2027-12-02T12:00' }
    return createEvent(tx, { ...plan, title: 'Een concept' }, NOW)
  })
  const question = layQuestions(db, number)
  const letters = subscribe(db, `abonnee${number}@example.org`, [
    letterWish('newsletter', `g${group.id}`),
    letterWish('announcement', `g${group.id}`),
  ])
  const bulletin = writeNow(db, tx => {
    const wishes = [letterWish('newsletter', `g${group.id}`)]
    requestSubscription(tx, { email: `straks${number}@example.org`, locale: 'nl', wishes }, NOW)
    const values = { kind: 'newsletter' as const, groupId: group.id, month: `${2100 + number}-01`, createdAt: NOW }
    const made = tx.insert(bulletins).values(values).returning().get()
    refill(tx, made, NOW)
    return made
  })
  const last = (table: typeof invitees | typeof mailings | typeof messages | typeof tasks | typeof organisations) =>
    db.select({ id: table.id }).from(table).orderBy(asc(table.id)).all().slice(-2)
  const ids: Record<string, number[]> = {
    events: [event.id, draft.id],
    registrations: [zoe.id, zoe.id + 1],
    contributors: [speaker.id],
    mailings: last(mailings).map(({ id }) => id),
    outbox: last(messages).map(({ id }) => id),
    invitees: last(invitees).map(({ id }) => id),
    organisations: last(organisations).map(({ id }) => id),
    tasks: last(tasks).map(({ id }) => id),
    bulletins: [bulletin.id],
    groups: [1, 2],
    questions: [question.id, question.id + 1],
  }
  const link = { id: zoe.id, version: 1 }
  const answer = {
    email: "'onfzz=1@example.org",
    status: 'confirmed',
    colleague: { email: SCRIPTS[1], status: 'waitlisted' },
  }
  const sealed = [{ undo: event.id }, null, { email: 'x', status: 'x', colleague: 1 }, answer].map(tokens.seal)
  const slugs: Record<string, string> = { groups: group.slug, series: series.slug, events: getEvent(db, event.id).slug }
  /** By the first word of an address: whose link stands there. */
  const links: Record<string, string> = {
    ...{ registrations: tokens.sign('registration', link), join: tokens.sign('join', link) },
    ...{ 'check-in': tokens.sign('check-in', link), unsubscribe: tokens.sign('unsubscribe', link) },
    ...{
      my: tokens.sign('my', { ...link, id: zoe.personId }),
      people: tokens.sign('feed', { ...link, id: zoe.personId }),
    },
    invited: tokens.sign('invitee', { id: last(invitees).at(-1)?.id ?? 0, version: 1 }),
    invitations: tokens.sign('invitation', { id: 1, version: 1 }),
    feedback: tokens.sign('feedback', link),
    followers: tokens.sign('follower', { id: findQuestionFollower(db, question.id), version: 1 }),
    subscriptions: tokens.sign('subscription', { id: letters.id, version: 1 }),
    'subscription-proofs': tokens.sign('subscription-proof', { id: number + 1, version: 1 }),
    addresses: tokens.seal(proofOf(zoe, 'nieuw@example.org')),
  }
  return {
    me: signIn(db, 'otto@example.org', group, 'owner'),
    /** Of a route's parameters: those that lead somewhere. */
    paramsOf: (url: string): Words['byName'] => {
      const [, first = '', second = ''] = url.split('/')
      const noun = first === 'console' ? second : first
      const id = (ids[noun] ?? [1]).map(String)
      return {
        id,
        slug: [slugs[noun] ?? 'x'],
        token: [links[first] ?? 'x'],
        locale: ['nl', 'en'],
        event: [String(event.id)],
        kind: ['confirmed', 'shared'],
      }
    },
    words: { texts: [...TEXTS, ...sealed], byName: { ...BY_NAME, v: sealed, groupId: [String(group.id)] } },
  }
}
