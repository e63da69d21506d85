// Certificates: somebody's own, as a file behind their personal link; and the page where whoever holds one sees if it is true.
// That page shows no more than the certificate does, and only to who has its number.
import type { FastifyRequest } from 'fastify'
import { type Certificate, certificateOf, findCertified, type NoCertificate } from '#src/domain/certificates.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { getRegistrationByLink, type Registration } from '#src/domain/registrations.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { createLimit } from '#src/lib/limit.ts'
import { paths } from '#src/lib/paths.ts'
import { createPress } from '#src/lib/press.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'
import { certificatePaper, hostsOf, worthOf } from './certificate-paper.ts'
import { type Limits, limitsOf } from './registration-form.ts'

/** Of one registration: drawing one takes work, and nobody needs more. */
const FILES_AN_HOUR = 20
const Numbered = Type.Object({ number: Type.String({ maxLength: 60 }) })
const CheckForm = Type.Object({ number: Type.String({ minLength: 1, maxLength: 60 }) })

/** What a personal page says of a certificate; nothing where there is none to speak of. */
export type OwnCertificate = { path: string | null; minutes: number; why: Exclude<NoCertificate, 'none'> | null } | null

/** What a certificate's page shows; `ended` where the name is gone, `not_now` where attendance says otherwise by now. */
export type Checked =
  | { state: 'ended' | 'not_now'; number: string; accent: null }
  | {
      state: 'true'
      number: string
      event: ListedEvent
      hosts: string
      name: string
      minutes: number
      registers: [register: string, value: string][]
      accent: string | null
    }

export interface CertificatePages {
  'public/certificates': { form: Form; limits: Limits }
  'public/certificate': { checked: Checked }
}

export function certificateRoutes(app: App, deps: Deps): void {
  const { config, db, clock, tokens } = deps
  const print = createPress()
  const own = personalPaths(tokens)
  const limits = limitsOf(CheckForm)
  const isWithinLimit = createLimit(FILES_AN_HOUR, { hours: 1 })

  app.get('/registrations/:token/certificate.pdf', { schema: { params: Token } }, async (request, reply) => {
    const { token } = request.params
    const registration = getRegistrationByLink(db, tokens.read('registration', token))
    const event = getListedEvent(db, registration.eventId)
    const now = clock.now()
    const certificate = certificateOf(db, event, registration, now)
    reply.headers(TOKEN_PAGE)
    // Its page says why there is none.
    if (typeof certificate === 'string') return reply.redirect(hrefFor(request, paths.registration(token)), 303)
    if (!isWithinLimit(String(registration.id), now)) throw new Refusal('too_many')
    const file = await print(paperOf(event, registration, certificate, now))
    const name = `${messagesIn(registration.locale).certificate.title.toLowerCase()}-${event.slug}.pdf`
    return reply.header('content-disposition', `attachment; filename="${name}"`).type('application/pdf').send(file)
  })

  app.get('/certificates', (_request, reply) => reply.page('public/certificates', { form: emptyForm(), limits }))

  app.post('/certificates', { schema: { body: CheckForm }, attachValidation: true, config: FEW }, (request, reply) => {
    const problems = fieldProblems(request) ?? unknown(request, request.body.number)
    if (problems) {
      return reply
        .code(422)
        .headers(TOKEN_PAGE)
        .page('public/certificates', { form: formAgain(request, problems), limits })
    }
    const id = tokens.readNumber('certificate', request.body.number) ?? 0
    return reply.redirect(hrefFor(request, own.certificate({ id })), 303)
  })

  app.get('/certificates/:number', { schema: { params: Numbered } }, (request, reply) => {
    const { number } = request.params
    reply.headers(TOKEN_PAGE)
    const id = tokens.readNumber('certificate', number)
    if (id === undefined) {
      const form = { values: { number }, problems: unknown(request, number) ?? {} }
      return reply.code(404).page('public/certificates', { form, limits })
    }
    const checked = check(request, id)
    return reply.code(checked.state === 'ended' ? 410 : 200).page('public/certificate', { checked })
  })

  function paperOf(event: ListedEvent, registration: Registration, certificate: Certificate, now: Temporal.Instant) {
    const number = tokens.number('certificate', registration.id)
    const address = config.baseUrl + own.certificate(registration)
    return certificatePaper({ event, registration, certificate, number, address }, config.timeZone, now)
  }

  const unknown = ({ t }: FastifyRequest, number: string) =>
    tokens.readNumber('certificate', number) === undefined ? { number: t.certificate.check.unknown } : undefined

  function check({ t }: FastifyRequest, id: number): Checked {
    const number = tokens.number('certificate', id)
    const registration = findCertified(db, id)
    if (!registration?.name) return { state: 'ended', number, accent: null }
    const event = getListedEvent(db, registration.eventId)
    const certificate = certificateOf(db, event, registration, clock.now())
    if (typeof certificate === 'string') return { state: 'not_now', number, accent: null }
    const { minutes, accreditations } = certificate
    return {
      ...{ state: 'true', number, event, hosts: hostsOf(event), name: registration.name, minutes },
      registers: accreditations.map(one => [one.register, worthOf(one, certificate, t)]),
      accent: accentPath(event.group),
    }
  }
}

/** What the page behind somebody's link says of their certificate. */
export function ownCertificate(
  { db, clock, tokens }: Pick<Deps, 'db' | 'clock' | 'tokens'>,
  event: Event,
  registration: Registration,
): OwnCertificate {
  const certificate = certificateOf(db, event, registration, clock.now())
  if (certificate === 'none') return null
  if (typeof certificate === 'string') return { path: null, minutes: 0, why: certificate }
  return { path: personalPaths(tokens).certificateFile(registration), minutes: certificate.minutes, why: null }
}
