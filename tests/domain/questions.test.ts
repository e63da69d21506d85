// Questions from practice: who recognises one counts once, whatever happens; what all may read was approved; what becomes of
// the names and addresses that came with one.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { questionFollowers, questions, recognitions } from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { listErasures } from '#src/domain/erasures.ts'
import { follow, proveFollower } from '#src/domain/followers.ts'
import { approveQuestion, editQuestion, rejectQuestion } from '#src/domain/moderating.ts'
import { eraseAttendee, exportAddress } from '#src/domain/own-data.ts'
import { mergeQuestions } from '#src/domain/question-doubles.ts'
import { answerQuestion, planQuestion, recallNews, unplanQuestion } from '#src/domain/question-plans.ts'
import {
  findKept,
  getListedQuestion,
  getPublicQuestion,
  getQuestion,
  listQuestions,
  type Question,
} from '#src/domain/questions.ts'
import { recognise, recognisedBy, takeBack } from '#src/domain/recognitions.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { dumpOf } from '../support/dump.ts'
import { sweepAt } from '../support/swept.ts'
import { listMessages, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const ASKED = { role: 'resident', place: 'Assen', name: 'Anna Vraagt', groupId: null, locale: 'nl' } as const
const editor = ({ revision }: Pick<Question, 'revision'>) => ({ organiserId: null, revision })

function ask(db: Db, text = 'Wie helpt mij hiermee?', email = ''): Question {
  return writeNow(db, tx => askQuestion(tx, { ...ASKED, text, email }, NOW))
}

function approve(db: Db, question: Question, text = question.text): Question {
  const wording = { text, place: question.place, groupId: null, themeIds: [] }
  return writeNow(db, tx => approveQuestion(tx, question, wording, editor(question), NOW))
}

const approved = (db: Db, text?: string, email?: string) => approve(db, ask(db, text, email))
const countOf = (db: Db, { id }: Question) => getListedQuestion(db, id).recognised

const mails = (db: Db) =>
  listMessages(db)
    .filter(({ state }) => state === 'queued')
    .map(({ kind, toAddress }) => `${kind} ${toAddress}`)

function followers(db: Db): string[] {
  return db
    .select()
    .from(questionFollowers)
    .all()
    .map(({ email, provenAt, questionId }) => `${email} ${questionId} ${provenAt ? 'yes' : 'no'}`)
}

describe('a question that was asked', () => {
  test('is read by nobody until it is approved, in the words that were approved; the typed ones stay for organisers', () => {
    const { db } = openWorld()
    const question = ask(db, 'Mijn buurvrouw Truus van nummer 3, wie helpt haar?')
    expect(listQuestions(db, {}, 10, 0)).toEqual([])
    expect(() => getPublicQuestion(db, question.id)).toThrow(NotFound)
    expect(() => writeNow(db, tx => recognise(tx, question.id, 'x', NOW))).toThrow(NotFound)
    approve(db, question, 'Wie helpt een buurvrouw?')
    expect(getPublicQuestion(db, question.id)).toMatchObject({
      text: 'Wie helpt een buurvrouw?',
      typed: 'Mijn buurvrouw Truus van nummer 3, wie helpt haar?',
      state: 'open',
    })
  })

  test('and is turned away, is read by nobody any more; approved after all, it is', () => {
    const { db } = openWorld()
    const question = approved(db)
    const gone = writeNow(db, tx => rejectQuestion(tx, question, 'Reclame', editor(question), NOW))
    expect(() => getPublicQuestion(db, question.id)).toThrow(NotFound)
    approve(db, gone)
    expect(getPublicQuestion(db, question.id).rejectReason).toBe('')
  })

  test('is not overwritten by who looked at an older version', () => {
    const { db } = openWorld()
    const question = ask(db)
    approve(db, question)
    const wording = { text: 'Anders', place: '', groupId: null, themeIds: [] }
    expect(() => writeNow(db, tx => editQuestion(tx, question, wording, editor(question), NOW))).toThrow(Refusal)
    expect(getQuestion(db, question.id).text).toBe('Wie helpt mij hiermee?')
  })

  test('is found by its words and place, by theme and group, those that most recognise first', () => {
    const { db } = openWorld()
    const noord = makeGroup(db)
    const zuid = makeGroup(db, { slug: 'zuid', parentId: noord.id })
    const [one, two] = [approved(db, 'Hoe bereik je jongeren?'), approved(db, 'Wie betaalt de één-ouder?')]
    db.update(questions).set({ groupId: zuid.id }).where(eq(questions.id, two.id)).run()
    writeNow(db, tx => recognise(tx, two.id, 'x', NOW))
    const found = (filter: Parameters<typeof listQuestions>[1]) => listQuestions(db, filter, 10, 0).map(({ id }) => id)
    expect(found({})).toEqual([two.id, one.id])
    expect(found({ q: 'JONGEREN assen' })).toEqual([one.id])
    expect(found({ q: 'een ouder' })).toEqual([two.id])
    expect(found({ q: '%' })).toEqual([two.id, one.id])
    expect(found({ group: 'zuid' })).toEqual([two.id])
    // What is put to no group in particular belongs to the one at the top.
    expect(found({ group: 'noord' })).toEqual([two.id, one.id])
    expect([found({ group: 'nergens' }), found({ theme: 'nergens' })]).toEqual([[], []])
  })
})

describe('recognising', () => {
  test('one of each visitor, however many press at once', async () => {
    const { db } = openWorld()
    const write = createWrite(db)
    const question = approved(db)
    const visitors = Array.from({ length: 60 }, (_, index) => `v${index % 7}`)
    await Promise.all(visitors.map(visitor => write(tx => recognise(tx, question.id, visitor, NOW))))
    expect(countOf(db, question)).toBe(7)
  })

  test('whatever visitors press in whatever order, and whatever is merged: each counts once, and knows what they pressed', () => {
    const step = fc.record({
      visitor: fc.integer({ min: 0, max: 4 }),
      question: fc.nat(3),
      act: fc.constantFrom('press', 'press', 'press', 'back', 'merge'),
      other: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const { db } = openWorld()
        const ids = [0, 1, 2, 3].map(number => approved(db, `Vraag ${number}`).id)
        /** Who recognises what, as a person would count it. */
        const model = ids.map(() => new Set<number>())
        const into = ids.map((_, index) => index)
        for (const { visitor, question, act, other } of steps) {
          const [at, to] = [into[question] ?? 0, into[other] ?? 0]
          const id = ids[at] ?? 0
          if (act === 'press') {
            writeNow(db, tx => recognise(tx, id, `v${visitor}`, NOW))
            model[at]?.add(visitor)
          } else if (act === 'back') {
            writeNow(db, tx => takeBack(tx, id, `v${visitor}`))
            model[at]?.delete(visitor)
          } else if (at !== to) {
            const [kept, gone] = [getQuestion(db, ids[to] ?? 0), getQuestion(db, id)]
            writeNow(db, tx => mergeQuestions(tx, kept, gone, editor(kept), NOW))
            for (const one of model[at] ?? []) model[to]?.add(one)
            model[at]?.clear()
            into.forEach((target, index) => {
              if (target === at) into[index] = to
            })
          }
        }
        ids.forEach((id, index) => {
          const at = into[index] ?? 0
          if (at !== index) expect(findKept(db, id)).toBe(ids[at])
          else expect(getListedQuestion(db, id).recognised).toBe(model[at]?.size)
        })
        for (const visitor of [0, 1, 2, 3, 4]) {
          const kept = ids.filter((_, index) => into[index] === index)
          const theirs = ids.filter((_, index) => into[index] === index && model[index]?.has(visitor))
          expect([...recognisedBy(db, `v${visitor}`, kept)].sort()).toEqual(theirs.sort())
        }
      }),
      { numRuns: 25, seed: Number(process.env.FC_SEED ?? 2026) },
    )
  })

  test('of what was answered is over', () => {
    const { db } = openWorld()
    const question = approved(db)
    writeNow(db, tx => answerQuestion(tx, question, 'Zo.', editor(question), NOW))
    expect(() => writeNow(db, tx => recognise(tx, question.id, 'x', NOW))).toThrow(Refusal)
  })

  test('a year later nobody can be known by it, and everybody still counts', () => {
    const { db } = openWorld()
    const [one, two] = [approved(db), approved(db)]
    for (const { id } of [one, two]) writeNow(db, tx => recognise(tx, id, 'x', NOW))
    sweepAt(db, Temporal.Instant.from('2027-11-21T09:00:00Z'))
    expect(recognisedBy(db, 'x', [one.id]).size).toBe(1)
    sweepAt(db, Temporal.Instant.from('2027-11-21T09:00:01Z'))
    expect(db.select({ hash: recognitions.visitorHash }).from(recognitions).all()).toEqual([
      { hash: null },
      { hash: null },
    ])
    // Of two that cannot be told apart any more, neither is taken for the other.
    writeNow(db, tx => mergeQuestions(tx, getQuestion(db, one.id), getQuestion(db, two.id), editor(one), NOW))
    expect(countOf(db, one)).toBe(2)
  })
})

describe('merging', () => {
  test('takes followers along once, with their proof, and the event that was planned', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const [kept, gone] = [approved(db, 'Een', 'beide@example.org'), approved(db, 'Twee', 'beide@example.org')]
    const also = { kind: 'recognised', email: 'ander@example.org', locale: 'nl' } as const
    writeNow(db, tx => {
      follow(tx, gone, also, NOW)
      proveFollower(tx, { id: 2 }, NOW)
      planQuestion(tx, gone, event, editor(gone), NOW)
    })
    expect(followers(db)).toEqual(['beide@example.org 1 no', 'beide@example.org 2 yes', 'ander@example.org 2 no'])
    writeNow(db, tx => mergeQuestions(tx, kept, getQuestion(db, gone.id), editor(kept), NOW))
    expect(followers(db)).toEqual(['beide@example.org 1 yes', 'ander@example.org 1 no'])
    expect(getListedQuestion(db, kept.id)).toMatchObject({ eventId: event.id, state: 'planned' })
    expect(getQuestion(db, gone.id)).toMatchObject({ mergedIntoId: kept.id, eventId: null })
  })

  test('tells who followed one of them what was told of the other, and nobody twice', () => {
    const { db } = openWorld()
    const group = makeGroup(db)
    const pair = (): [Question, Question] => {
      const both = [approved(db, 'Een', 'een@example.org'), approved(db, 'Twee', 'twee@example.org')] as const
      for (const { id } of db.select().from(questionFollowers).all()) writeNow(db, tx => proveFollower(tx, { id }, NOW))
      return [...both]
    }
    const fresh = ({ id }: Question) => getQuestion(db, id)
    const merge = (kept: Question, gone: Question, moment = NOW.add({ minutes: 30 })) =>
      writeNow(db, tx => mergeQuestions(tx, fresh(kept), fresh(gone), editor(fresh(kept)), moment))
    const told = (kind: string) => mails(db).filter(mail => mail.startsWith(kind))

    const [kept, gone] = pair()
    const event = makeEvent(db, group)
    writeNow(db, tx => planQuestion(tx, gone, event, editor(gone), NOW))
    expect(told('question_planned')).toEqual([expect.stringContaining('twee@')])
    merge(kept, gone)
    expect(told('question_planned')).toEqual([expect.stringContaining('twee@'), expect.stringContaining('een@')])

    const [answered, other] = pair()
    writeNow(db, tx => answerQuestion(tx, answered, 'Zo.', editor(answered), NOW))
    merge(answered, other)
    expect(told('question_answered')).toEqual([expect.stringContaining('een@'), expect.stringContaining('twee@')])
    // What is called back of that leaves the answer where it is.
    const { revision } = fresh(answered)
    expect(writeNow(db, tx => recallNews(tx, fresh(answered), { organiserId: null, revision }, NOW))).toBe(1)
    expect(fresh(answered).answeredAt).toEqual(NOW)
  })

  test('never makes words public that nobody read, and nothing is merged twice', () => {
    const { db } = openWorld()
    const [read, unread] = [approved(db), ask(db)]
    const merge = (kept: Question, gone: Question) => () =>
      writeNow(db, tx =>
        mergeQuestions(tx, getQuestion(db, kept.id), getQuestion(db, gone.id), editor(getQuestion(db, kept.id)), NOW),
      )
    expect(merge(unread, read)).toThrow(Refusal)
    expect(merge(read, read)).toThrow(Refusal)
    merge(read, unread)()
    expect(merge(read, unread)).toThrow(Refusal)
    expect(findKept(db, unread.id)).toBe(read.id)
  })
})

describe('mail', () => {
  test('goes to no address that was not proven but the one that asks for it, whatever happens', () => {
    const emails = ['a@example.org', 'b@example.org', 'c@example.org']
    const step = fc.record({
      act: fc.constantFrom('ask', 'follow', 'prove', 'plan', 'unplan', 'answer', 'merge', 'reject'),
      pick: fc.nat(20),
      email: fc.constantFrom(...emails),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        const { db } = openWorld()
        const event = makeEvent(db, makeGroup(db))
        const proven = new Set<string>()
        const list = [approved(db).id]
        for (const { act, pick, email } of steps) {
          const question = getQuestion(db, list[pick % list.length] ?? 1)
          try {
            writeNow(db, tx => {
              if (act === 'follow') follow(tx, question, { kind: 'recognised', email, locale: 'nl' }, NOW)
              if (act === 'plan') planQuestion(tx, question, event, editor(question), NOW)
              if (act === 'unplan') unplanQuestion(tx, question, editor(question), NOW)
              if (act === 'answer') answerQuestion(tx, question, 'Zo.', editor(question), NOW)
              if (act === 'reject') rejectQuestion(tx, question, '', editor(question), NOW)
              if (act === 'merge') mergeQuestions(tx, question, getQuestion(tx, list[0] ?? 1), editor(question), NOW)
              if (act !== 'prove') return
              const all = tx.select().from(questionFollowers).all()
              const one = all[pick % Math.max(1, all.length)]
              if (!one) return
              proveFollower(tx, one, NOW)
              proven.add(one.email)
            })
          } catch (error) {
            if (!(error instanceof Refusal)) throw error
          }
          if (act === 'ask') list.push(approved(db, `Vraag ${list.length}`, email).id)
          const told = listMessages(db).filter(({ kind }) => kind !== 'question_proof')
          expect(told.filter(({ toAddress }) => !proven.has(toAddress))).toEqual([])
        }
        const planned = listMessages(db).filter(({ kind }) => kind === 'question_planned')
        expect(new Set(planned.map(({ toAddress }) => toAddress)).size).toBe(planned.length)
      }),
      { numRuns: 30, seed: Number(process.env.FC_SEED ?? 2026) },
    )
  })

  test('tells of an event once, also who follows two of its questions, and once it has a page', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const [one, two] = [approved(db, 'Een', 'volgt@example.org'), approved(db, 'Twee', 'volgt@example.org')]
    writeNow(db, tx => {
      for (const id of [1, 2]) proveFollower(tx, { id }, NOW)
      planQuestion(tx, one, event, editor(one), NOW)
      planQuestion(tx, two, event, editor(two), NOW)
    })
    expect(mails(db).filter(mail => mail.startsWith('question_planned'))).toHaveLength(1)
  })

  test('of proofs: three in an hour to one address, and none to who has proven', () => {
    const { db } = openWorld()
    const question = approved(db)
    const press = (email: string, at = NOW) =>
      writeNow(db, tx => follow(tx, question, { kind: 'recognised', email, locale: 'nl' }, at))
    for (let time = 0; time < 6; time++) press('druk@example.org', NOW.add({ minutes: time }))
    expect(mails(db)).toHaveLength(3)
    press('druk@example.org', NOW.add({ minutes: 62 }))
    expect(mails(db)).toHaveLength(4)
    writeNow(db, tx => proveFollower(tx, { id: 1 }, NOW))
    press('druk@example.org', NOW.add({ hours: 5 }))
    expect(mails(db)).toHaveLength(4)
  })

  test('comes back from an address that does not work: that follows nothing any more', () => {
    const { db } = openWorld()
    approved(db, 'Een', 'weg@example.org')
    const [sent] = listMessages(db)
    const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 unknown' } as const
    writeNow(db, tx => recordBounce(tx, { id: sent?.id ?? 0 }, report, NOW))
    expect(followers(db)).toEqual([])
  })
})

describe('what is kept of people', () => {
  test('an address that was not proven goes after a week, a question that nobody approved after a year, whole', () => {
    const { db } = openWorld()
    ask(db, 'Een', 'nooit@example.org')
    sweepAt(db, NOW.add({ hours: 24 * 7 }))
    expect(followers(db)).toHaveLength(1)
    sweepAt(db, NOW.add({ hours: 24 * 7, seconds: 1 }))
    expect([followers(db), dumpOf(db).includes('Anna Vraagt')]).toEqual([[], true])
    sweepAt(db, Temporal.Instant.from('2027-11-21T09:00:01Z'))
    expect(db.select().from(questions).all()).toEqual([])
  })

  test('one that was turned away goes after a month, with what was merged into it', () => {
    const { db } = openWorld()
    const [kept, gone] = [approved(db, 'Een', 'een@example.org'), approved(db, 'Twee')]
    writeNow(db, tx => recognise(tx, gone.id, 'x', NOW))
    const merged = writeNow(db, tx => mergeQuestions(tx, kept, gone, editor(kept), NOW))
    writeNow(db, tx => rejectQuestion(tx, merged, 'Toch niet', editor(merged), NOW))
    sweepAt(db, NOW.add({ hours: 24 * 30, seconds: 1 }))
    expect([questions, recognitions, questionFollowers].map(table => db.select().from(table).all().length)).toEqual([
      0, 0, 0,
    ])
  })

  test('who waits for an event about it is known until a year after that, and the question stays', () => {
    const { db } = openWorld()
    const question = approved(db, 'Een', 'wacht@example.org')
    const event = makeEvent(db, makeGroup(db), { localStart: '2027-06-03T12:00' })
    writeNow(db, tx => {
      proveFollower(tx, { id: 1 }, NOW)
      planQuestion(tx, question, event, editor(question), NOW)
    })
    sweepAt(db, Temporal.Instant.from('2028-06-03T11:00:00Z'))
    expect(followers(db)).toHaveLength(1)
    sweepAt(db, Temporal.Instant.from('2028-06-03T11:00:01Z'))
    expect(followers(db)).toEqual([])
    expect(getPublicQuestion(db, question.id)).toMatchObject({ text: 'Een', name: '', typed: '' })
  })

  test('is told to whoever asks for their data, and erased: what all may read stays', () => {
    const { db } = openWorld()
    const question = approved(db, 'Een vraag', 'vraagt@example.org')
    const other = approved(db, 'Andermans vraag', 'ander@example.org')
    writeNow(db, tx => follow(tx, other, { kind: 'recognised', email: 'vraagt@example.org', locale: 'nl' }, NOW))
    expect(exportAddress(db, 'vraagt@example.org')?.questions).toMatchObject([
      {
        question: 'Een vraag',
        kind: 'asked',
        email: 'vraagt@example.org',
        asked: { name: 'Anna Vraagt', typed: 'Een vraag' },
      },
      { question: 'Andermans vraag', kind: 'recognised' },
    ])
    expect(writeNow(db, tx => eraseAttendee(tx, 'vraagt@example.org', NOW))).toBe(true)
    expect(dumpOf(db)).not.toContain('vraagt@example.org')
    expect(getPublicQuestion(db, question.id)).toMatchObject({ text: 'Een vraag', name: '', typed: '' })
    expect([getQuestion(db, other.id).name, followers(db)]).toEqual(['Anna Vraagt', ['ander@example.org 2 no']])
    expect(listErasures(db)).toHaveLength(1)
  })
})
