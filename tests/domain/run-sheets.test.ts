// The lines of a run sheet: what everything begins with, and what an organiser makes of it.
import { describe, expect, test } from 'vitest'
import { auditEntries, tasks, taskTicks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent, deleteDraft } from '#src/domain/drafts.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import {
  addLine,
  changeLine,
  getLineWith,
  listLines,
  removeLine,
  type TaskValues,
  tick,
  versionOfLine,
} from '#src/domain/run-sheets.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { makeEvent, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const USUAL = [
  [-28, 'speaker'],
  [-21, 'text'],
  [-14, 'room'],
  [-7, 'host'],
  [-3, 'reminder'],
  [3, 'materials'],
]

function openSheets() {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const found = makeSeries(db, group)
  const me = writeNow(db, tx => {
    const made = createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
    grant(tx, made, group, 'organiser')
    return made
  })
  const add = (values: Partial<TaskValues>) =>
    writeNow(db, tx =>
      addLine(tx, { seriesId: found.id }, { title: 'Bel de zaal', days: -10, proof: null, ...values }, me.id, NOW),
    )
  const audited = () =>
    db
      .select()
      .from(auditEntries)
      .all()
      .map(({ action, detail }) => [action, detail])
  return { ...world, group, found, me, add, audited }
}

const linesOf = (db: ReturnType<typeof openSheets>['db'], of: Parameters<typeof listLines>[1]) =>
  listLines(db, of).map(({ days, proof }) => [days, proof])

test('a series begins with the usual six, and so does an event of no series; one of a series has them from there', () => {
  const { db, group, found } = openSheets()
  const alone = makeEvent(db, group)
  const member = makeEvent(db, group, { seriesId: found.id })
  expect(linesOf(db, { seriesId: found.id })).toEqual(USUAL)
  expect(linesOf(db, { eventId: alone.id })).toEqual(USUAL)
  expect(linesOf(db, { eventId: member.id })).toEqual([])
})

describe('a line', () => {
  test('stands where its days put it, is changed and is removed with what was ticked', () => {
    const { db, group, found, me, add, audited } = openSheets()
    const made = add({ title: '  Bel  de zaal ' })
    expect(made).toMatchObject({ title: 'Bel de zaal', days: -10, proof: null, seriesId: found.id, eventId: null })
    expect(linesOf(db, { seriesId: found.id })[3]).toEqual([-10, null])
    const to = { title: '', days: 0, proof: 'host' as const, version: versionOfLine(made) }
    writeNow(db, tx => changeLine(tx, made, to, me.id, NOW))
    expect(linesOf(db, { seriesId: found.id })[5]).toEqual([0, 'host'])
    const event = makeEvent(db, group, { seriesId: found.id })
    writeNow(db, tx => tick(tx, event, made.id, me.id, NOW))
    writeNow(db, tx => removeLine(tx, made, me.id, NOW))
    expect(linesOf(db, { seriesId: found.id })).toEqual(USUAL)
    expect(db.select().from(taskTicks).all()).toEqual([])
    expect(audited()).toEqual([
      ['task_added', ''],
      ['task_changed', ''],
      ['event_published', ''],
      ['task_ticked', 'host'],
      ['task_removed', ''],
    ])
  })

  test('has a title where nothing else names it, and a day within reach', () => {
    const { add } = openSheets()
    const problemsOf = (values: Partial<TaskValues>) => {
      try {
        add(values)
      } catch (error) {
        return error instanceof Invalid ? error.problems : error
      }
    }
    expect(problemsOf({ title: ' ' })).toEqual({ title: 'required' })
    expect(problemsOf({ title: '', proof: 'text' })).toBeUndefined()
    for (const days of [-366, 91, 1.5]) expect(problemsOf({ days })).toEqual({ days: 'task_days' })
    for (const days of [-365, 0, 90]) expect(problemsOf({ days })).toBeUndefined()
  })

  test('that somebody else changed meanwhile is not overwritten', () => {
    const { db, me, add } = openSheets()
    const made = add({})
    const change = (title: string, version: string) =>
      writeNow(db, tx => {
        const { task } = getLineWith(tx, me, made.id)
        changeLine(tx, task, { title, days: -9, proof: null, version }, me.id, NOW)
      })
    change('Eerst', versionOfLine(made))
    expect(() => change('Later', versionOfLine(made))).toThrow(new Refusal('changed_meanwhile'))
    expect(getLineWith(db, me, made.id).task.title).toBe('Eerst')
  })

  test('is for who organises where it stands, and for nobody else', () => {
    const { db, group, me, add } = openSheets()
    const other = writeNow(db, tx => {
      const made = createOrganiser(tx, 'sam@example.org', 'Sam', NOW)
      grant(tx, made, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
      return made
    })
    const host = writeNow(db, tx => {
      const made = createOrganiser(tx, 'hella@example.org', 'Hella', NOW)
      grant(tx, made, group, 'host')
      return made
    })
    const event = makeEvent(db, group)
    const [own] = listLines(db, { eventId: event.id })
    for (const id of [add({}).id, own?.id ?? 0]) {
      expect(getLineWith(db, me, id).task.id).toBe(id)
      for (const stranger of [other, host]) expect(() => getLineWith(db, stranger, id)).toThrow(NotFound)
    }
    expect(() => getLineWith(db, me, 999)).toThrow(NotFound)
  })
})

test('a line of another series or event is no line of this event', () => {
  const { db, group, found, me } = openSheets()
  const [one, two] = [makeEvent(db, group), makeEvent(db, group, { seriesId: found.id, title: 'Twee' })]
  const [ofOne] = listLines(db, { eventId: one.id })
  const [ofSeries] = listLines(db, { seriesId: found.id })
  expect(() => writeNow(db, tx => tick(tx, two, ofOne?.id ?? 0, me.id, NOW))).toThrow(NotFound)
  expect(() => writeNow(db, tx => tick(tx, one, ofSeries?.id ?? 0, me.id, NOW))).toThrow(NotFound)
})

test('a draft that is deleted takes its lines and what was ticked with it', () => {
  const { db, group, found, me } = openSheets()
  const { kind, timeZone, durationMinutes, attendance } = makeEvent(db, group)
  const before = db.select().from(tasks).all()
  const draft = { groupId: group.id, kind, timeZone, durationMinutes, attendance, localStart: '2027-01-07T12:00' }
  for (const seriesId of [null, found.id]) {
    const made = writeNow(db, tx => createEvent(tx, { ...draft, title: 'Concept', seriesId }, NOW))
    const [line] = listLines(db, seriesId === null ? { eventId: made.id } : { seriesId })
    writeNow(db, tx => tick(tx, made, line?.id ?? 0, me.id, NOW))
    writeNow(db, tx => deleteDraft(tx, made, { organiserId: me.id, revision: made.revision }, NOW))
  }
  expect(db.select().from(tasks).all()).toEqual(before)
  expect(db.select().from(taskTicks).all()).toEqual([])
})

test('no line holds the room of its series, or of any of its events, nor their host’s door', () => {
  const { db, group, found, me, add } = openSheets()
  const event = makeEvent(db, group, {
    seriesId: found.id,
    ...{ roomUrl: 'https://meet.example.org/eigen', hostUrl: 'https://meet.example.org/host' },
  })
  for (const room of ['eerste-donderdag', 'eigen', 'host']) {
    expect(() => add({ title: `Open meet.example.org/${room}` })).toThrow(new Invalid({ title: 'room_in_text' }))
  }
  const task = add({ title: 'Open de kamer' })
  const changed = { title: event.roomUrl ?? '', days: -1, proof: null, version: versionOfLine(task) }
  expect(() => writeNow(db, tx => changeLine(tx, task, changed, me.id, NOW))).toThrow(Invalid)
  const own = { title: 'https://meet.example.org/host', days: -1, proof: null }
  expect(() => writeNow(db, tx => addLine(tx, { eventId: event.id }, own, me.id, NOW))).toThrow(Invalid)
})
