// Asking a question from practice. Whoever asks needs no account and no name; nobody but organisers sees it before one of them
// has read it.
import type { Tx } from '#db/open.ts'
import { questions } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { follow } from './followers.ts'
import type { Question } from './questions.ts'
import type { Role } from './registrations.ts'

export interface Asked {
  text: string
  role: Role
  place: string
  /** For organisers only; empty if they would rather not say. */
  name: string
  groupId: number | null
  /** Where they want to hear what becomes of it; empty: nowhere. */
  email: string
  locale: Locale
}

/** Keeps it for an organiser to read. To an address goes one mail, which asks for a proof and holds nothing that was typed. */
export function askQuestion(tx: Tx, { email, locale, ...asked }: Asked, now: Temporal.Instant): Question {
  const question = tx
    .insert(questions)
    .values({ ...asked, typed: asked.text, askedAt: now, revisedAt: now })
    .returning()
    .get()
  if (email) follow(tx, question, { kind: 'asked', email, locale }, now)
  return question
}
