// The certificates of an event: whether there are any, what they say, how many people get one, and the file for registers.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listAccreditations } from '#src/domain/accreditations.ts'
import { lessonsOf, setTerms, sumLearned, termsOf } from '#src/domain/certificates.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { monthsKeptBy } from '#src/domain/retention.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain, typedValues } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { ACCREDITATION_SLOTS, accreditationValues, readAccreditations } from './accreditations.ts'
import { Line, Tick } from './fields.ts'
import { shownSlots, slotFields } from './slots.ts'

const TermsForm = Type.Object({
  areGiven: Tick,
  signer: Line(120),
  pauseMinutes: Type.String({ pattern: '^\\d{0,4}$', default: '0' }),
  ...slotFields(ACCREDITATION_SLOTS),
})
const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 1 })) })

/** Those who get a certificate, as far as that is known. */
interface Result {
  people: number
  hours: string
}

export interface CertificatePages {
  'console/certificates': {
    event: ListedEvent
    mayChange: true
    form: Form
    rows: ReturnType<typeof shownSlots>
    hasProgramme: boolean
    /** Nothing until it is over. */
    result: Result | null
    areGiven: boolean
    keptMonths: number
    isSaved: boolean
  }
}

export function certificateTermsRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const url = '/console/events/:id/certificates'

  app.get(url, { schema: { params: Id, querystring: Saved } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const page = pageOf(request, event, emptyForm(valuesOf(request, event)))
    return reply.page('console/certificates', { ...page, isSaved: request.query.saved !== undefined })
  })

  app.post(url, { schema: { params: Id, body: TermsForm }, attachValidation: true }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { accreditations, problems } = readAccreditations(typedValues(request.body), request.t)
    const found = { ...fieldProblems(request), ...pauseProblem(request, event), ...problems }
    // A form that is not one has no field to blame.
    if (request.validationError || Object.keys(found).length) return again(request, reply, event, found)
    const { areGiven, signer, pauseMinutes } = request.body
    const wanted = { areGiven: areGiven === 'on', signer: cleanLine(signer), pauseMinutes: Number(pauseMinutes) }
    const { id } = organiserOf(request)
    const wrong = await write(tx => setTerms(tx, event, { ...wanted, accreditations }, id, clock.now())).catch(error =>
      domainProblems(error, request.t.fields),
    )
    if (wrong) return again(request, reply, event, wrong)
    return seeOther(request, reply, `${paths.console.certificates(event.id)}?saved=1`)
  })

  /** Where a programme says what counts, the field is not shown. */
  function pauseProblem(request: FastifyRequest, event: Event) {
    const problems: Record<string, string> = {}
    const isTooLong =
      Number(typedValues(request.body).pauseMinutes) > event.durationMinutes && !lessonsOf(db, event).hasProgramme
    if (isTooLong) problems.pauseMinutes = request.t.certificate.setup.pauseTooLong
    return problems
  }

  function valuesOf({ locale }: FastifyRequest, event: Event): Record<string, string> {
    const { givenAt, signer, pauseMinutes } = termsOf(db, event)
    const decimal = locale === 'nl' ? ',' : '.'
    return {
      ...{ areGiven: givenAt ? 'on' : '', signer, pauseMinutes: String(pauseMinutes) },
      ...accreditationValues(listAccreditations(db, event.id), decimal),
    }
  }

  function again(request: FastifyRequest, reply: FastifyReply, event: Event, problems: Record<string, string>) {
    return reply.code(422).page('console/certificates', pageOf(request, event, formAgain(request, problems)))
  }

  function pageOf(request: FastifyRequest, event: Event, form: Form) {
    return {
      ...{ event: getListedEvent(db, event.id), mayChange: true as const, form, isSaved: false },
      rows: shownSlots(ACCREDITATION_SLOTS, form),
      hasProgramme: lessonsOf(db, event).hasProgramme,
      result: isBefore(clock.now(), event.endsAt) ? null : resultOf(request, event),
      areGiven: termsOf(db, event).givenAt !== null,
      keptMonths: monthsKeptBy(db, event.groupId),
    }
  }

  function resultOf({ locale }: FastifyRequest, event: Event): Result {
    const { people, minutes } = sumLearned(db, event)
    return { people, hours: numbersIn(locale).hours(minutes) }
  }
}
