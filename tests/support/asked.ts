// Questions from practice in every state that they can be in, long ones too, as pages to open in a browser.
import { eq } from '#db/drizzle.ts'
import { questionFollowers, questions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import type { Event } from '#src/domain/events.ts'
import { proveFollower } from '#src/domain/followers.ts'
import { approveQuestion, rejectQuestion } from '#src/domain/moderating.ts'
import { mergeQuestions } from '#src/domain/question-doubles.ts'
import { planQuestion } from '#src/domain/question-plans.ts'
import { findQuestion, getQuestion, type Question } from '#src/domain/questions.ts'
import type { Address } from './pages/address.ts'
import type { Site } from './site.ts'

const LONG = `Hoe bereik je wie nooit komt, en ${'onuitsprekelijk'.repeat(6)} wil meedoen? ${'Iedereen in de buurt heeft er een mening over. '.repeat(7)}`

export function askedPages(site: Site, event: Event): Address[] {
  const { db, tokens } = site
  const laid = lay(site, event)
  const page = ({ id }: Pick<Question, 'id'>, state: string): Address => ['/questions/:id', `/questions/${id}`, state]
  const own = ({ id }: Pick<Question, 'id'>, state: string): Address => [
    '/console/questions/:id',
    `/console/questions/${id}`,
    state,
  ]
  const follower = (email: string) =>
    db.select().from(questionFollowers).where(eq(questionFollowers.email, email)).get()?.id ?? 0
  const proof = (email: string) => `/followers/${tokens.sign('follower', { id: follower(email), version: 1 })}`
  const views = ['open', 'planned', 'answered', 'gone']
  return [
    ['/questions', '/questions?q=xyzzy', 'nothing found'],
    ['/questions', '/questions?theme=armoede&order=new&lang=en', 'English'],
    ['/questions', '/questions?page=900', 'beyond the last'],
    page(laid.open, 'open'),
    page(laid.long, 'long'),
    page(laid.planned, 'planned'),
    page(laid.answered, 'answered'),
    ['/questions/:id', `/questions/${laid.open.id}?sent=1`, 'sent'],
    ['/followers/:token', proof('vraagt@example.org'), 'of one that nobody read'],
    ['/followers/:token', proof('volgt@example.org'), 'proven'],
    [
      '/unsubscribe/:token',
      `/unsubscribe/${tokens.sign('following', { id: follower('volgt@example.org'), version: 1 })}`,
      'question',
    ],
    ...views.map((view): Address => ['/console/questions', `/console/questions?view=${view}`, view]),
    own(laid.fresh, 'new'),
    own(laid.long, 'long, held'),
    own(laid.planned, 'planned'),
    own(laid.answered, 'answered'),
    own(laid.rejected, 'rejected'),
    own(laid.merged, 'merged'),
    ['/console/questions/:id/merge', `/console/questions/${laid.fresh.id}/merge?other=${laid.open.id}`],
    ['/console/events/new', `/console/events/new?question=${laid.open.id}`, 'from a question'],
    ['/events/:slug', `/events/${event.slug}`, 'began with a question'],
  ]
}

function lay({ db, clock }: Site, event: Event) {
  const now = clock.now()
  const revised = (question: Question) => ({ organiserId: null, revision: question.revision })
  const asked = { role: 'practice', place: 'Delfzijl', name: 'Anna Vraagt', groupId: null, locale: 'nl' } as const
  const ofFile = (start: string) =>
    db
      .select()
      .from(questions)
      .all()
      .find(({ text }) => text.startsWith(start)) as Question
  return writeNow(db, tx => {
    const ask = (text: string, email = '') => askQuestion(tx, { ...asked, text, email }, now)
    const approve = (question: Question) => {
      const wording = { text: question.text, place: question.place, groupId: null, themeIds: [1, 2] }
      return approveQuestion(tx, question, wording, revised(question), now)
    }
    const fresh = ask('Wat doe je als een buurvrouw zegt dat ze niets nodig heeft?', 'vraagt@example.org')
    const long = approve(ask(LONG.slice(0, 500), 'volgt@example.org'))
    const followers = tx.select().from(questionFollowers).all()
    proveFollower(tx, { id: followers.at(-1)?.id ?? 0 }, now)
    const second = approve(ask('Hoe betrek je de hele straat?', 'ook@example.org'))
    const rejected = rejectQuestion(tx, approve(ask('Koop hier!')), 'Reclame.', { organiserId: null, revision: 2 }, now)
    mergeQuestions(tx, long, second, revised(long), now)
    planQuestion(tx, getQuestion(tx, long.id), event, revised(getQuestion(tx, long.id)), now)
    const merged = findQuestion(tx, second.id) as Question
    const known = { open: ofFile('Hoe krijg ik'), planned: ofFile('Wat helpt'), answered: ofFile('Wie mag') }
    return { fresh, long, rejected, merged, ...known }
  })
}
