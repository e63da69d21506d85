// What people thought of an event.
import type { Event } from '#src/domain/events.ts'
import { layFeedbackStates } from '../feedback.ts'
import type { Site } from '../site.ts'
import type { Address } from './address.ts'

/** What people thought of it, in every state of its pages. */
export function feedback(site: Site): Address[] {
  const { public: own, recent, few, full, none, next } = layFeedbackStates(site)
  const page = ({ id }: Event, state: string): Address => [
    '/console/events/:id/feedback',
    `/console/events/${id}/feedback`,
    state,
  ]
  const questions = ({ id }: Event, state: string): Address => [
    '/console/events/:id/feedback/questions',
    `/console/events/${id}/feedback/questions?saved=1`,
    state,
  ]
  return [
    ...Object.entries(own).map(([state, path]): Address => ['/feedback/:token', path, state]),
    page(recent, 'results'),
    page(few, 'too few'),
    page(full, 'long'),
    page(none, 'nobody'),
    page(next, 'early'),
    questions(next, 'of the series'),
    questions(full, 'answered'),
    questions(none, 'every kind'),
    ['/console/series/:slug/feedback', '/console/series/eerste-donderdag/feedback?saved=1'],
  ]
}
