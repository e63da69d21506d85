// Who may do what: every console route, tried by nobody, by owners elsewhere and below, and by each right up to that of an
// owner above. The list of routes is the app's own: a new route fails here until it says who may use it.
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { bulletins, groups } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { addSession, createEvent } from '#src/domain/drafts.ts'
import { enrol } from '#src/domain/enrolling.ts'
import type { Group } from '#src/domain/groups.ts'
import { invite } from '#src/domain/invitations.ts'
import { addInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { composeNow } from '#src/domain/newsletters.ts'
import { createOrganiser, grant, isAtLeast, type Right } from '#src/domain/organisers.ts'
import { sealOf } from '#src/domain/selections.ts'
import { hash } from '#src/lib/tokens.ts'
import { forOrganisers } from '#src/web/console/access.ts'
import { versionOfYield } from '#src/web/console/materials-page.ts'
import type { App } from '#src/web/deps.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { letterWish, subscribe } from '../../support/letters.ts'
import {
  applicant,
  makeContributor,
  makeEvent,
  makeGroup,
  makeRegistration,
  makeSeries,
  NOW,
} from '../../support/world.ts'

type Fields = Record<string, string>

const EVENT = { title: 'Anders', kind: 'webinar', groupId: '1', revision: '2' }
const MOVE = { revision: '2', date: '2026-12-10', time: '12:00', durationMinutes: '60', attendance: 'online' }
const SERIES = {
  ...{ title: 'R', kind: 'webinar', groupId: '1', durationMinutes: '60', attendance: 'online', every: 'month' },
  ...{ ordinal: '1', weekday: 'TH', months: '1,2', interval: '2', weeklyDay: 'TH', localTime: '12:00' },
  ...{ promoteHoursOnline: '1', promoteHoursInPerson: '48' },
}
/** As the page sends it that showed what follows. */
const PRESENT = { act: 'present', ids: '1', recipients: '0', seal: sealOf({ done: [1], left: [] }) }
const ADD = { name: 'Bea', email: '', role: 'other', attendance: 'online' }
const ASK = { name: 'Bea', email: '', organisation: '', part: 'host', attendance: 'online' }

/** What phones send is JSON: a form is none of it, and changes nothing. */
const NO_JSON = { marks: 'x' }

const LINE = { title: 'Bel de zaal', days: '5', side: 'before', proof: 'none', version: '' }

const PART = { revision: '2', kind: 'workshop', round: '1', title: 'Anders', start: '12:00', end: '13:00' }
const CHOOSING = { revision: '2', allocation: 'by_preference' }
/** The version is that of another form: whoever may change it is told so. */
const FEEDBACK = { question1_label: 'Hoe was het?', version: 'x' }

const MAIL = '/console/groups/noord/mails/nl/confirmed'

const LETTER = { audience: 'confirmed', subject: 'Anders', body: 'Tot dan.' }
const LATER = { revision: '1', date: '2026-12-01', time: '09:00' }

const ASKED = { question: 'Wie helpt mij hiermee?', groupId: '1' }
const LINK = { kind: 'recording', title: 'Film', url: 'https://v.example.org/1' }
const NO_YIELD = versionOfYield({ yield: '' })

const INVITE = { email: 'nieuw@example.org', right: 'organiser', locale: 'nl', recipients: '1' }

/** What the page sends along, in short, so that nothing else leaves than was looked at. */
const ANNOUNCE = { intro: '', recipients: '1', seal: hash(JSON.stringify([[], ''])) }

/** Route, address, what a form would send, and the least right. 1 is the published event, 2 the draft. */
const ROUTES: [string, string, Fields | undefined, 'anyone' | Right][] = [
  ['GET /console', '/console', undefined, 'anyone'],
  ['GET /console/events', '/console/events', undefined, 'anyone'],
  ['GET /console/outbox', '/console/outbox', undefined, 'anyone'],
  ['GET /console/account', '/console/account', undefined, 'anyone'],
  ['POST /console/account', '/console/account', { name: 'Iemand', locale: 'nl' }, 'anyone'],
  ['POST /console/account/passkeys/options', '/console/account/passkeys/options', {}, 'anyone'],
  ['POST /console/account/passkeys', '/console/account/passkeys', { answer: '{}' }, 'anyone'],
  ['POST /console/account/passkeys/name', '/console/account/passkeys/name', { id: 'x', title: 'Mijn' }, 'anyone'],
  ['POST /console/account/passkeys/removal', '/console/account/passkeys/removal', { id: 'x' }, 'anyone'],
  ['POST /console/account/sessions/end', '/console/account/sessions/end', { id: 'x' }, 'anyone'],
  ['POST /console/account/sessions/end-others', '/console/account/sessions/end-others', {}, 'anyone'],
  ['GET /console/groups', '/console/groups', undefined, 'anyone'],
  ['GET /console/groups/:slug/new', '/console/groups/noord/new', undefined, 'owner'],
  ['POST /console/groups/:slug/new', '/console/groups/noord/new', { title: 'Eronder' }, 'owner'],
  ['GET /console/groups/:slug/members', '/console/groups/noord/members', undefined, 'owner'],
  [
    'POST /console/groups/:slug/members/:id',
    '/console/groups/noord/members/1',
    { was: 'organiser', right: 'host' },
    'owner',
  ],
  [
    'POST /console/groups/:slug/members/:id/removal',
    '/console/groups/noord/members/1/removal',
    { was: 'organiser' },
    'owner',
  ],
  ['POST /console/groups/:slug/invitations', '/console/groups/noord/invitations', INVITE, 'owner'],
  [
    'POST /console/groups/:slug/invitations/:id/again',
    '/console/groups/noord/invitations/1/again',
    { recipients: '1' },
    'owner',
  ],
  [
    'POST /console/groups/:slug/invitations/:id/revocation',
    '/console/groups/noord/invitations/1/revocation',
    {},
    'owner',
  ],
  ['GET /console/groups/:slug/retention', '/console/groups/noord/retention', undefined, 'owner'],
  ['POST /console/groups/:slug/retention', '/console/groups/noord/retention', { months: '6' }, 'owner'],
  ['GET /console/groups/:slug/handover', '/console/groups/noord/handover', undefined, 'owner'],
  ['POST /console/groups/:slug/handover', '/console/groups/noord/handover', INVITE, 'owner'],
  ['GET /console/series/:slug/handover', '/console/series/eerste-donderdag/handover', undefined, 'organiser'],
  [
    'POST /console/series/:slug/handover',
    '/console/series/eerste-donderdag/handover',
    { ...INVITE, stops: 'on' },
    'organiser',
  ],
  ['POST /console/series/:slug/group', '/console/series/eerste-donderdag/group', { groupId: '1' }, 'organiser'],
  ['GET /console/groups/:slug', '/console/groups/noord', undefined, 'owner'],
  ['POST /console/groups/:slug', '/console/groups/noord', { title: 'Anders' }, 'owner'],
  ['GET /console/groups/:slug/mails', '/console/groups/noord/mails', undefined, 'owner'],
  ['GET /console/groups/:slug/mails/:locale/:kind', MAIL, undefined, 'owner'],
  ['POST /console/groups/:slug/mails/:locale/:kind', MAIL, { subject: 'Anders' }, 'owner'],
  ['POST /console/groups/:slug/mails/:locale/:kind/reset', `${MAIL}/reset`, {}, 'owner'],
  ['GET /console/groups/:slug/mails/:locale/:kind/preview', `${MAIL}/preview`, undefined, 'owner'],
  ['POST /console/groups/:slug/mails/:locale/:kind/preview', `${MAIL}/preview`, {}, 'owner'],
  ['GET /console/groups/:slug/mails/:locale/:kind/preview.html', `${MAIL}/preview.html`, undefined, 'owner'],
  ['POST /console/groups/:slug/mails/:locale/:kind/preview.html', `${MAIL}/preview.html`, {}, 'owner'],
  ['GET /console/series/new', '/console/series/new', undefined, 'organiser'],
  ['POST /console/series/new', '/console/series/new', SERIES, 'organiser'],
  ['GET /console/series/:slug', '/console/series/eerste-donderdag', undefined, 'organiser'],
  ['POST /console/series/:slug', '/console/series/eerste-donderdag', SERIES, 'organiser'],
  ['GET /console/series/:slug/enrolments', '/console/series/eerste-donderdag/enrolments', undefined, 'organiser'],
  [
    'GET /console/series/:slug/enrolments.xlsx',
    '/console/series/eerste-donderdag/enrolments.xlsx',
    undefined,
    'organiser',
  ],
  ['POST /console/series/:slug/enrolments', '/console/series/eerste-donderdag/enrolments', ADD, 'organiser'],
  [
    'POST /console/series/:slug/enrolments/rules',
    '/console/series/eerste-donderdag/enrolments/rules',
    { enrolmentRule: 'only' },
    'organiser',
  ],
  ['POST /console/enrolments/:id/cancellation', '/console/enrolments/1/cancellation', {}, 'organiser'],
  ['GET /console/series/:slug/planning', '/console/series/eerste-donderdag/planning', undefined, 'organiser'],
  ['POST /console/series/:slug/planning', '/console/series/eerste-donderdag/planning', {}, 'organiser'],
  [
    'POST /console/series/:slug/planning/unskip',
    '/console/series/eerste-donderdag/planning/unskip',
    { date: '2027-05-06' },
    'organiser',
  ],
  ['POST /console/series/:slug/swaps', '/console/series/eerste-donderdag/swaps', { one: '1', other: '2' }, 'organiser'],
  ['GET /console/school-holidays', '/console/school-holidays', undefined, 'owner'],
  ['POST /console/school-holidays', '/console/school-holidays', {}, 'owner'],
  ['POST /console/school-holidays/fetch', '/console/school-holidays/fetch', {}, 'owner'],
  ['GET /console/events/new', '/console/events/new', undefined, 'organiser'],
  ['POST /console/events/new', '/console/events/new', { ...EVENT, ...MOVE }, 'organiser'],
  ['GET /console/events/:id', '/console/events/1', undefined, 'organiser'],
  ['POST /console/events/:id', '/console/events/1', EVENT, 'organiser'],
  ['GET /console/events/:id/preview', '/console/events/2/preview', undefined, 'organiser'],
  ['POST /console/events/:id/preview', '/console/events/1/preview', EVENT, 'organiser'],
  ['POST /console/events/:id/duplicate', '/console/events/1/duplicate', { date: '2027-02-04' }, 'organiser'],
  ['POST /console/events/:id/cover', '/console/events/1/cover', { coverAlt: 'Een tafel' }, 'organiser'],
  ['POST /console/events/:id/cover/removal', '/console/events/1/cover/removal', {}, 'organiser'],
  ['POST /console/events/:id/publication', '/console/events/2/publication', { revision: '1' }, 'organiser'],
  ['POST /console/events/:id/deletion', '/console/events/2/deletion', { revision: '1' }, 'organiser'],
  ['GET /console/events/:id/programme', '/console/events/1/programme', undefined, 'viewer'],
  ['POST /console/events/:id/programme', '/console/events/1/programme', PART, 'organiser'],
  ['POST /console/events/:id/choosing', '/console/events/1/choosing', CHOOSING, 'organiser'],
  ['POST /console/events/:id/allocation', '/console/events/1/allocation', { revision: '2' }, 'organiser'],
  ['POST /console/events/:id/allocation/recall', '/console/events/1/allocation/recall', { revision: '2' }, 'organiser'],
  ['GET /console/sessions/:id', '/console/sessions/1', undefined, 'organiser'],
  ['POST /console/sessions/:id', '/console/sessions/1', PART, 'organiser'],
  ['POST /console/sessions/:id/removal', '/console/sessions/1/removal', { revision: '2' }, 'organiser'],
  ['POST /console/sessions/:id/cancellation', '/console/sessions/1/cancellation', { revision: '2' }, 'organiser'],
  ['POST /console/sessions/:id/reinstatement', '/console/sessions/1/reinstatement', { revision: '2' }, 'organiser'],
  ['GET /console/events/:id/workshop-lists', '/console/events/1/workshop-lists', undefined, 'host'],
  ['GET /console/events/:id/workshop-lists.csv', '/console/events/1/workshop-lists.csv', undefined, 'organiser'],
  ['GET /console/events/:id/workshop-lists.xlsx', '/console/events/1/workshop-lists.xlsx', undefined, 'organiser'],
  ['GET /console/events/:id/move', '/console/events/1/move', undefined, 'organiser'],
  ['POST /console/events/:id/move', '/console/events/1/move', MOVE, 'organiser'],
  ['GET /console/events/:id/cancellation', '/console/events/1/cancellation', undefined, 'organiser'],
  ['POST /console/events/:id/cancellation', '/console/events/1/cancellation', { revision: '2' }, 'organiser'],
  ['GET /console/events/:id/reinstatement', '/console/events/1/reinstatement', undefined, 'organiser'],
  ['POST /console/events/:id/reinstatement', '/console/events/1/reinstatement', { revision: '2' }, 'organiser'],
  ['GET /console/events/:id/run-sheet', '/console/events/1/run-sheet', undefined, 'viewer'],
  ['POST /console/events/:id/run-sheet', '/console/events/1/run-sheet', LINE, 'organiser'],
  ['POST /console/events/:id/ticks/:task', '/console/events/1/ticks/1', { done: 'yes' }, 'organiser'],
  ['POST /console/tasks/:id', '/console/tasks/1', LINE, 'organiser'],
  ['POST /console/tasks/:id/deletion', '/console/tasks/1/deletion', {}, 'organiser'],
  ['GET /console/series/:slug/run-sheet', '/console/series/eerste-donderdag/run-sheet', undefined, 'organiser'],
  ['POST /console/series/:slug/run-sheet', '/console/series/eerste-donderdag/run-sheet', LINE, 'organiser'],
  ['GET /console/events/:id/feedback', '/console/events/1/feedback', undefined, 'organiser'],
  ['GET /console/events/:id/feedback.xlsx', '/console/events/1/feedback.xlsx', undefined, 'organiser'],
  ['GET /console/events/:id/feedback/questions', '/console/events/1/feedback/questions', undefined, 'organiser'],
  ['POST /console/events/:id/feedback/questions', '/console/events/1/feedback/questions', FEEDBACK, 'organiser'],
  ['GET /console/series/:slug/feedback', '/console/series/eerste-donderdag/feedback', undefined, 'organiser'],
  ['POST /console/series/:slug/feedback', '/console/series/eerste-donderdag/feedback', FEEDBACK, 'organiser'],
  ['POST /console/summaries', '/console/summaries', { wanted: 'yes' }, 'anyone'],
  ['GET /console/events/:id/registrations', '/console/events/1/registrations', undefined, 'host'],
  ['POST /console/events/:id/registrations', '/console/events/1/registrations', ADD, 'organiser'],
  ['GET /console/events/:id/invitees', '/console/events/1/invitees', undefined, 'organiser'],
  ['POST /console/events/:id/invitees', '/console/events/1/invitees', { list: 'x@example.org' }, 'organiser'],
  ['POST /console/events/:id/invitees/asking', '/console/events/1/invitees/asking', { which: 'new' }, 'organiser'],
  ['POST /console/events/:id/invitees/recall', '/console/events/1/invitees/recall', {}, 'organiser'],
  ['POST /console/invitees/:id/removal', '/console/invitees/1/removal', {}, 'organiser'],
  ['GET /console/import', '/console/import', undefined, 'organiser'],
  ['POST /console/import', '/console/import', {}, 'organiser'],
  ['POST /console/import/confirmation', '/console/import/confirmation', { rows: '[]', groupId: '1' }, 'organiser'],
  ['GET /console/events/:id/people-import', '/console/events/1/people-import', undefined, 'organiser'],
  ['POST /console/events/:id/people-import', '/console/events/1/people-import', {}, 'organiser'],
  [
    'POST /console/events/:id/people-import/confirmation',
    '/console/events/1/people-import/confirmation',
    { rows: '[]' },
    'organiser',
  ],
  ['GET /console/events/:id/attendance-report', '/console/events/1/attendance-report', undefined, 'organiser'],
  ['POST /console/events/:id/attendance-report', '/console/events/1/attendance-report', {}, 'organiser'],
  [
    'POST /console/events/:id/attendance-report/confirmation',
    '/console/events/1/attendance-report/confirmation',
    { who: '1', minutes: '60' },
    'organiser',
  ],
  ['GET /console/events/:id/registrations.csv', '/console/events/1/registrations.csv', undefined, 'organiser'],
  ['GET /console/events/:id/registrations.xlsx', '/console/events/1/registrations.xlsx', undefined, 'organiser'],
  ['POST /console/events/:id/registrations/selection', '/console/events/1/registrations/selection', PRESENT, 'host'],
  ['GET /console/events/:id/doubles', '/console/events/1/doubles', undefined, 'organiser'],
  ['GET /console/events/:id/check-in', '/console/events/1/check-in', undefined, 'host'],
  ['POST /console/events/:id/check-in', '/console/events/1/check-in', { registration: '1', present: 'yes' }, 'host'],
  ['GET /console/events/:id/check-ins', '/console/events/1/check-ins', undefined, 'host'],
  ['POST /console/events/:id/check-ins', '/console/events/1/check-ins', NO_JSON, 'host'],
  ['GET /console/events/:id/attendance-list', '/console/events/1/attendance-list', undefined, 'host'],
  ['GET /console/events/:id/badges', '/console/events/1/badges', undefined, 'host'],
  ['GET /console/events/:id/contributors', '/console/events/1/contributors', undefined, 'organiser'],
  ['POST /console/events/:id/contributors', '/console/events/1/contributors', ASK, 'organiser'],
  ['POST /console/events/:id/briefing', '/console/events/1/briefing', { briefing: 'Tot dan.' }, 'organiser'],
  ['POST /console/events/:id/briefings', '/console/events/1/briefings', {}, 'organiser'],
  ['POST /console/events/:id/briefings/recall', '/console/events/1/briefings/recall', {}, 'organiser'],
  ['GET /console/contributors/:id', '/console/contributors/2', undefined, 'organiser'],
  ['POST /console/contributors/:id', '/console/contributors/2', ASK, 'organiser'],
  ['POST /console/contributors/:id/removal', '/console/contributors/2/removal', {}, 'organiser'],
  ['POST /console/contributors/:id/reminder', '/console/contributors/2/reminder', {}, 'organiser'],
  ['POST /console/contributors/:id/confirmation', '/console/contributors/2/confirmation', {}, 'organiser'],
  ['POST /console/contributors/:id/attendee', '/console/contributors/2/attendee', {}, 'organiser'],
  ['GET /console/registrations/:id', '/console/registrations/1', undefined, 'organiser'],
  ['POST /console/registrations/:id/note', '/console/registrations/1/note', { note: 'Belde.' }, 'organiser'],
  ['POST /console/registrations/:id/details', '/console/registrations/1/details', ADD, 'organiser'],
  ['POST /console/registrations/:id/choices', '/console/registrations/1/choices', {}, 'organiser'],
  [
    'POST /console/registrations/:id/address',
    '/console/registrations/1/address',
    { email: 'z@example.org' },
    'organiser',
  ],
  ['GET /console/registrations/:id/merge', '/console/registrations/1/merge?other=2', undefined, 'organiser'],
  ['POST /console/registrations/:id/merge', '/console/registrations/1/merge', { other: '2', stays: '1' }, 'organiser'],
  ['POST /console/registrations/:id/cancellation', '/console/registrations/1/cancellation', {}, 'organiser'],
  ['POST /console/registrations/:id/promotion', '/console/registrations/1/promotion', {}, 'organiser'],
  ['POST /console/registrations/:id/delivery', '/console/registrations/1/delivery', {}, 'organiser'],
  ['POST /console/registrations/:id/attendance', '/console/registrations/1/attendance', { present: 'yes' }, 'host'],
  ['GET /console/events/:id/mailings', '/console/events/1/mailings', undefined, 'organiser'],
  ['GET /console/events/:id/mailings/new', '/console/events/1/mailings/new', undefined, 'organiser'],
  ['POST /console/events/:id/mailings', '/console/events/1/mailings', LETTER, 'organiser'],
  ['GET /console/events/:id/urgent', '/console/events/1/urgent', undefined, 'organiser'],
  ['POST /console/events/:id/urgent', '/console/events/1/urgent', { revision: '2', message: 'soon' }, 'organiser'],
  ['GET /console/mailings/:id', '/console/mailings/1', undefined, 'organiser'],
  ['GET /console/mailings/:id/mail.html', '/console/mailings/1/mail.html', undefined, 'organiser'],
  ['GET /console/mailings/:id/edit', '/console/mailings/1/edit', undefined, 'organiser'],
  ['POST /console/mailings/:id', '/console/mailings/1', { revision: '1', ...LETTER }, 'organiser'],
  ['POST /console/mailings/:id/test', '/console/mailings/1/test', {}, 'organiser'],
  [
    'POST /console/mailings/:id/release',
    '/console/mailings/1/release',
    { revision: '1', recipients: '1' },
    'organiser',
  ],
  ['POST /console/mailings/:id/schedule', '/console/mailings/1/schedule', LATER, 'organiser'],
  ['POST /console/mailings/:id/withdrawal', '/console/mailings/1/withdrawal', { revision: '1' }, 'organiser'],
  ['POST /console/mailings/:id/departure', '/console/mailings/1/departure', {}, 'organiser'],
  ['POST /console/mailings/:id/recall', '/console/mailings/1/recall', {}, 'organiser'],
  ['POST /console/mailings/:id/copy', '/console/mailings/1/copy', {}, 'organiser'],
  ['POST /console/mailings/:id/deletion', '/console/mailings/1/deletion', { revision: '1' }, 'organiser'],
  ['GET /console/questions', '/console/questions', undefined, 'anyone'],
  ['GET /console/questions/:id', '/console/questions/1', undefined, 'organiser'],
  ['POST /console/questions/:id', '/console/questions/1', { revision: '2', ...ASKED }, 'organiser'],
  ['POST /console/questions/:id/approval', '/console/questions/2/approval', { revision: '1', ...ASKED }, 'organiser'],
  ['POST /console/questions/:id/rejection', '/console/questions/1/rejection', { revision: '2' }, 'organiser'],
  ['GET /console/questions/:id/merge', '/console/questions/1/merge?other=2', undefined, 'organiser'],
  ['POST /console/questions/:id/merge', '/console/questions/1/merge', { other: '2', stays: '1-2' }, 'organiser'],
  ['POST /console/questions/:id/plan', '/console/questions/1/plan', { revision: '2', eventId: '1' }, 'organiser'],
  ['POST /console/questions/:id/plan/removal', '/console/questions/1/plan/removal', { revision: '2' }, 'organiser'],
  [
    'POST /console/questions/:id/answer',
    '/console/questions/1/answer',
    { revision: '2', answer: 'Zo.', recipients: '0' },
    'organiser',
  ],
  ['POST /console/questions/:id/recall', '/console/questions/1/recall', { revision: '2' }, 'organiser'],
  ['GET /console/events/:id/materials', '/console/events/1/materials', undefined, 'organiser'],
  ['POST /console/events/:id/materials', '/console/events/1/materials', LINK, 'organiser'],
  // Of who may not send one no file is read.
  ['POST /console/events/:id/materials/files', '/console/events/1/materials/files', LINK, 'organiser'],
  ['POST /console/events/:id/yield', '/console/events/1/yield', { yield: 'Veel.', version: NO_YIELD }, 'organiser'],
  ['POST /console/events/:id/follow-up', '/console/events/1/follow-up', {}, 'organiser'],
  ['POST /console/events/:id/follow-up/schedule', '/console/events/1/follow-up/schedule', LATER, 'organiser'],
  ['POST /console/events/:id/follow-up/withdrawal', '/console/events/1/follow-up/withdrawal', {}, 'organiser'],
  ['POST /console/materials/:id', '/console/materials/1', LINK, 'organiser'],
  ['POST /console/materials/:id/place', '/console/materials/1/place', { to: 'up' }, 'organiser'],
  ['POST /console/materials/:id/removal', '/console/materials/1/removal', {}, 'organiser'],
  ['GET /console/bulletins', '/console/bulletins', undefined, 'anyone'],
  [
    'POST /console/groups/:slug/newsletter',
    '/console/groups/noord/newsletter',
    { monthDay: '5', isOn: 'on' },
    'organiser',
  ],
  [
    'POST /console/groups/:slug/newsletter/composition',
    '/console/groups/noord/newsletter/composition',
    {},
    'organiser',
  ],
  ['GET /console/bulletins/:id', '/console/bulletins/1', undefined, 'organiser'],
  ['GET /console/bulletins/:id/mail.html', '/console/bulletins/1/mail.html', undefined, 'organiser'],
  ['POST /console/bulletins/:id', '/console/bulletins/1', { revision: '1', subject: 'Anders', intro: '' }, 'organiser'],
  ['POST /console/bulletins/:id/items', '/console/bulletins/1/items', {}, 'organiser'],
  [
    'POST /console/bulletins/:id/items/:event',
    '/console/bulletins/1/items/1',
    { revision: '1', act: 'hide' },
    'organiser',
  ],
  ['POST /console/bulletins/:id/test', '/console/bulletins/1/test', {}, 'organiser'],
  [
    'POST /console/bulletins/:id/release',
    '/console/bulletins/1/release',
    { revision: '1', recipients: '1' },
    'organiser',
  ],
  ['POST /console/bulletins/:id/recall', '/console/bulletins/1/recall', {}, 'organiser'],
  ['POST /console/bulletins/:id/deletion', '/console/bulletins/1/deletion', { revision: '1' }, 'organiser'],
  ['GET /console/events/:id/announcement', '/console/events/1/announcement', undefined, 'organiser'],
  ['POST /console/events/:id/announcement', '/console/events/1/announcement', ANNOUNCE, 'organiser'],
  // For who owns every group; here nobody does.
  ['GET /console/held-mail', '/console/held-mail', undefined, 'anyone'],
  ['POST /console/held-mail', '/console/held-mail', { release: 'all', recipients: '0' }, 'anyone'],
  ['GET /console/organisations', '/console/organisations', undefined, 'anyone'],
  ['POST /console/organisations', '/console/organisations', { name: 'A', spelling: 'b' }, 'anyone'],
  ['POST /console/organisations/apart', '/console/organisations/apart', { spelling: 'b' }, 'anyone'],
  ['POST /console/organisations/:id', '/console/organisations/1', { name: 'A' }, 'anyone'],
  ['POST /console/organisations/:id/separation', '/console/organisations/1/separation', { spelling: 'b' }, 'anyone'],
  ['GET /console/reach', '/console/reach', undefined, 'anyone'],
  ['GET /console/reach.xlsx', '/console/reach.xlsx', undefined, 'anyone'],
  ['GET /console/events/:id/reach', '/console/events/1/reach', undefined, 'viewer'],
  ['GET /console/events/:id/reach.xlsx', '/console/events/1/reach.xlsx', undefined, 'viewer'],
  ['GET /console/events/:id/certificates', '/console/events/1/certificates', undefined, 'organiser'],
  [
    'POST /console/events/:id/certificates',
    '/console/events/1/certificates',
    { areGiven: 'on', signer: 'Projectleider' },
    'organiser',
  ],
  ['GET /console/events/:id/certificates.xlsx', '/console/events/1/certificates.xlsx', undefined, 'organiser'],
  ['GET /console/events/:id/history', '/console/events/1/history', undefined, 'organiser'],
  ['GET /console/events/:id/history.csv', '/console/events/1/history.csv', undefined, 'organiser'],
  ['GET /console/events/:id/history.xlsx', '/console/events/1/history.xlsx', undefined, 'organiser'],
  ['GET /console/groups/:slug/history', '/console/groups/noord/history', undefined, 'owner'],
  ['GET /console/groups/:slug/history.csv', '/console/groups/noord/history.csv', undefined, 'owner'],
  ['GET /console/groups/:slug/history.xlsx', '/console/groups/noord/history.xlsx', undefined, 'owner'],
  ['GET /console/outbox/:id', '/console/outbox/1', undefined, 'organiser'],
  ['GET /console/outbox/:id/mail.html', '/console/outbox/1/mail.html', undefined, 'organiser'],
  ['POST /console/outbox/:id/retry', '/console/outbox/1/retry', {}, 'organiser'],
]

/** Everybody may change their own name, and be asked for their own key. */
const EVERYBODYS = ['organisers', 'challenges']

async function openAll() {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group)
  const { kind, timeZone, durationMinutes, attendance } = event
  const draft = { groupId: group.id, kind, timeZone, durationMinutes, attendance, localStart: '2027-01-07T12:00' }
  writeNow(db, tx => createEvent(tx, { ...draft, title: 'Nog geheim' }, NOW))
  const whole = makeSeries(db, group, { enrolmentRule: 'beside' })
  makeRegistration(db, event, { accessNeeds: 'Een tolk' })
  const workshop = { kind: 'workshop' as const, round: 1, title: 'Zoë’s workshop', durationMinutes: 60 }
  writeNow(db, tx => addSession(tx, { ...workshop, eventId: event.id, localStart: event.localStart }))
  writeNow(db, tx => createMailing(tx, event, { audience: 'all', subject: 'Voor Zoë', body: 'Dag.' }, 1, NOW))
  writeNow(db, tx => addMaterial(tx, { eventId: event.id, ...LINK, kind: 'recording' }))
  makeContributor(db, event, { name: 'Sara Spreker', email: 'sara@example.org' })
  writeNow(db, tx => {
    const owner = createOrganiser(tx, 'olga@example.org', 'Olga', NOW)
    grant(tx, owner, group, 'owner')
    enrol(tx, whole, { ...applicant({ email: null, addedBy: owner.id }), wantsInvites: false }, NOW)
    invite(tx, owner, group.slug, { email: 'ilse@example.org', right: 'viewer', locale: 'nl' }, NOW)
  })
  writeNow(db, tx =>
    addInvitees(tx, event, [{ email: 'gast@example.org', name: 'Zoë Gast', organisation: '' }], 'nl', NOW),
  )
  writeNow(db, tx => {
    const asked = { text: 'Wie helpt Zoë?', role: 'resident', place: '', name: 'Zoë', groupId: group.id } as const
    const question = askQuestion(tx, { ...asked, email: 'vraag@example.org', locale: 'nl' }, NOW)
    askQuestion(tx, { ...asked, email: '', locale: 'nl' }, NOW)
    const wording = { text: asked.text, place: '', groupId: group.id, themeIds: [] }
    approveQuestion(tx, question, wording, { organiserId: null, revision: 1 }, NOW)
  })
  const letters = (['newsletter', 'announcement'] as const).map(letter => letterWish(letter, `g${group.id}`))
  subscribe(db, 'abonnee@example.org', letters)
  writeNow(db, tx => composeOf(tx, group, '2026-10'))
  const host = signIn(db, 'hella@example.org', group, 'host')
  const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
  const ask = (url: string, form: Fields | undefined, headers: Record<string, string>) =>
    form ? world.post(url, form, headers) : world.app.inject({ url, headers })
  const { $client } = db
  const tables = $client.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
  const kept = tables.filter(name => !EVERYBODYS.includes(name))
  const readers = kept.map(name => $client.prepare(`select * from ${name}`).raw())
  /** All that is kept: what somebody may not change, they change nowhere. */
  const state = () => JSON.stringify(readers.map(reader => reader.all()))
  return { ...world, host, stranger, ask, state }
}

/** A newsletter of another month than this one, so that this one can still be made. */
function composeOf(tx: Tx, group: Group, month: string) {
  const bulletin = composeNow(tx, group, { timeZone: 'Europe/Amsterdam', organiserId: 1 }, NOW)
  tx.update(bulletins).set({ month }).where(eq(bulletins.id, bulletin.id)).run()
}

test('the list names every console route', async () => {
  const { routes } = await openAll()
  const real = routes
    .filter(({ method, url }) => url.startsWith('/console') && method !== 'HEAD')
    .map(({ method, url }) => `${method} ${url}`)
  expect(ROUTES.map(([route]) => route).sort()).toEqual(real.sort())
})

test('what is for organisers only stands under /console, and asking for the head alone opens no other door', async () => {
  const { routes, app, stranger } = await openAll()
  const inConsole = (wanted: string) =>
    routes.flatMap(({ method, url }) => (method === wanted && url.startsWith('/console') ? [url] : [])).sort()
  expect(inConsole('HEAD')).toEqual(inConsole('GET'))
  for (const [route, url] of ROUTES.filter(([name]) => name.startsWith('GET '))) {
    const visits = [{}, stranger].map(headers => app.inject({ method: 'HEAD', url, headers }))
    const codes = (await Promise.all(visits)).map(({ statusCode, body }) => [statusCode, body])
    expect([route, codes]).toEqual([
      route,
      [
        [303, ''],
        [OWN[route] ?? 404, ''],
      ],
    ])
  }
})

test('a route for organisers at another address stops the start', async () => {
  const app = fastify() as unknown as App
  forOrganisers(app, scope => scope.get('/elders', async () => ''))
  await expect(app.ready()).rejects.toThrow('/elders stands outside the console')
})

type World = Awaited<ReturnType<typeof openAll>>
type Headers = Record<string, string>

describe('somebody who is not signed in', () => {
  const { same } = shared(() => ({}))
  test.each(ROUTES)('%s', async (_route, url, form) => {
    const { ask, state } = await same()
    const before = state()
    const { statusCode, headers } = await ask(url, form, {})
    expect([statusCode, headers.location]).toEqual(form ? [403, undefined] : [303, '/sign-in'])
    expect(headers['cache-control']).toBe('no-store')
    expect(state()).toBe(before)
  })
})

/** What belongs to nobody else: one's own lists and account, and new things in one's own group (not in this one: 422). */
const OWN: Record<string, number> = {
  'GET /console': 200,
  'GET /console/events': 200,
  'GET /console/outbox': 200,
  'GET /console/questions': 200,
  'GET /console/bulletins': 200,
  'GET /console/reach': 200,
  'GET /console/reach.xlsx': 200,
  'GET /console/held-mail': 404,
  'POST /console/held-mail': 404,
  'GET /console/organisations': 404,
  'POST /console/organisations': 404,
  'POST /console/organisations/apart': 404,
  'POST /console/organisations/:id': 404,
  'POST /console/organisations/:id/separation': 404,
  'GET /console/series/new': 200,
  'POST /console/series/new': 422,
  'GET /console/events/new': 200,
  'POST /console/events/new': 422,
  'POST /console/summaries': 303,
  'GET /console/import': 200,
  'POST /console/import': 422,
  'POST /console/import/confirmation': 409,
  'GET /console/school-holidays': 200,
  'POST /console/school-holidays': 422,
  'POST /console/school-holidays/fetch': 422,
  'GET /console/groups': 200,
  'GET /console/account': 200,
  'POST /console/account': 303,
  'POST /console/account/passkeys/options': 200,
  'POST /console/account/passkeys': 422,
  'POST /console/account/passkeys/name': 404,
  'POST /console/account/passkeys/removal': 404,
  'POST /console/account/sessions/end': 404,
  'POST /console/account/sessions/end-others': 303,
}
const SECRETS = /Eén gezin|Zoë|Nog geheim|Webinar van de eerste|zoe@|olga@|ilse@/

/** A world that is opened once, for requests that change nothing, with somebody signed in. */
function shared(cast: (world: World) => Headers | undefined) {
  let opened: ReturnType<typeof open> | undefined
  const open = async () => {
    const world = await openAll()
    return { ...world, me: cast(world) ?? {} }
  }
  return { open, same: () => (opened ??= open()) }
}

const below = ({ db, group }: World) =>
  signIn(db, 'kim@example.org', makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id }), 'owner')

describe.each([
  ['an owner of another group', ({ stranger }: World) => stranger],
  ['an owner of a group under this one', below],
] as const)('%s', (_who, cast) => {
  const { same } = shared(cast)
  test.each(ROUTES)('%s', async (route, url, form) => {
    const { ask, state, me } = await same()
    const before = state()
    const { statusCode, body, headers } = await ask(url, form, me)
    expect(statusCode).toBe(OWN[route] ?? 404)
    expect(body).not.toMatch(SECRETS)
    expect(headers['cache-control']).toBe('no-store')
    expect(state()).toBe(before)
  })
})

describe.each(['viewer', 'host'] as const)('a %s', mine => {
  const { open, same } = shared(({ db, group }) => signIn(db, 'vera@example.org', group, mine))
  test.each(ROUTES)('%s', async (route, url, form, right) => {
    const may = right !== 'anyone' && isAtLeast(mine, right)
    const { ask, state, me } = await (may && form ? open() : same())
    const before = state()
    const { statusCode } = await ask(url, form, me)
    if (right === 'anyone') expect(statusCode).toBe(OWN[route] ?? (form ? 303 : 200))
    else if (may) expect(statusCode).toBe(form === NO_JSON ? 400 : form ? 303 : 200)
    // Without a group to make something in there is nothing to find.
    else expect(statusCode).toBe(form && /new$/.test(url) && right === 'organiser' ? 422 : 404)
    if (!may || !form) expect(state()).toBe(before)
  })
})

describe.each([
  ['an organiser', 'organiser', 'noord'],
  ['an owner', 'owner', 'noord'],
  ['an owner of the group above', 'owner', 'netwerk'],
] as const)('%s', (_who, mine, slug) => {
  const { open, same } = shared(({ db, group }) => {
    const above = makeGroup(db, { slug: 'netwerk', name: 'Netwerk' })
    db.update(groups).set({ parentId: above.id }).where(eq(groups.id, group.id)).run()
    return signIn(db, 'vera@example.org', slug === 'noord' ? group : above, mine)
  })
  test.each(ROUTES)('%s', async (route, url, form, right) => {
    const may = right === 'anyone' || isAtLeast(mine, right)
    const { ask, state, me } = await (may && form ? open() : same())
    const before = state()
    const { statusCode } = await ask(url, form, me)
    if (right === 'anyone') expect(statusCode).toBe(OWN[route] ?? (form ? 303 : 200))
    // Whatever comes of it (a form may not fit, a moment may have passed), it is theirs to ask.
    else if (may) expect([404, 403]).not.toContain(statusCode)
    else expect(statusCode).toBe(404)
    if (!may || !form) expect(state()).toBe(before)
  })
})

describe('a viewer', () => {
  test('sees what there is and how many come, and not who', async () => {
    const { db, group, ask } = await openAll()
    const viewer = signIn(db, 'vera@example.org', group, 'viewer')
    const pages = ['/console', '/console/events', '/console/events/1/run-sheet', '/console/groups', '/console/outbox']
    for (const page of pages) {
      const { statusCode, body } = await ask(page, undefined, viewer)
      expect([page, statusCode]).toEqual([page, 200])
      expect(body).not.toMatch(/Zoë|zoe@|Nog geheim|olga@|Sara|\/console\/events\/1"|registrations|check-in/)
    }
    expect((await ask('/console', undefined, viewer)).body).toContain('Eén gezin')
    expect((await ask('/console/events', undefined, viewer)).body).toContain('Eén gezin')
  })
})

describe('a host', () => {
  test('sees names, not addresses or what was asked for in confidence, and no mails', async () => {
    const { ask, host, me, get } = await openAll()
    const { body } = await ask('/console/events/1/registrations', undefined, host)
    expect(body).toContain('Zoë de Vries')
    expect(body).not.toMatch(/zoe@example\.org|Een tolk|Afmelden|registrations\.csv|Iemand toevoegen/)
    expect((await get('/console/events/1/registrations')).body).toMatch(/zoe@example\.org[\s\S]*Een tolk/)
    // Nor by searching for an address and seeing who is left.
    const search = async (q: string, who: typeof host) =>
      (await ask(`/console/events/1/registrations?q=${q}`, undefined, who)).body.includes('Zoë de Vries')
    expect(await search('de+Vries', host)).toBe(true)
    expect(await search('zoe%40example', host)).toBe(false)
    expect(await search('zoe%40example', me)).toBe(true)
    const outbox = await ask('/console/outbox?state=all', undefined, host)
    expect(outbox.body).toContain('Er zijn geen mails.')
    expect((await ask('/console/events', undefined, host)).body).not.toContain('/console/events/new')
  })
})

test('an organiser of the whole tree may do it in a group under it', async () => {
  const { db, group, app } = await openAll()
  const child = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
  const event = makeEvent(db, child, { title: 'In de wijk' })
  const above = signIn(db, 'otto@example.org')
  expect((await app.inject({ url: `/console/events/${event.id}`, headers: above })).statusCode).toBe(200)
})

test('a form from another site is refused before anything is read', async () => {
  const { post, me, state } = await openAll()
  const before = state()
  const { statusCode } = await post(
    '/console/events/2/deletion',
    { revision: '1' },
    { ...me, 'sec-fetch-site': 'cross-site' },
  )
  expect(statusCode).toBe(403)
  expect(state()).toBe(before)
})
