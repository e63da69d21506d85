// The table of contents: what the app is made of, and every route file by name.
import formbody from '@fastify/formbody'
import fastify, { type FastifyBaseLogger, type FastifySchema, type FastifyServerOptions, LogController } from 'fastify'
import pino from 'pino'
import type { Config } from './config.ts'
import { readableUrl } from './lib/paths.ts'
import { forOrganisers } from './web/console/access.ts'
import { accountRoutes } from './web/console/account.ts'
import { announcementRoutes } from './web/console/announcements.ts'
import { attendanceListRoutes } from './web/console/attendance-lists.ts'
import { attendanceReportRoutes } from './web/console/attendance-reports.ts'
import { attendeeRoutes } from './web/console/attendees.ts'
import { briefingRoutes } from './web/console/briefings.ts'
import { bulletinActRoutes } from './web/console/bulletin-acts.ts'
import { bulletinRoutes } from './web/console/bulletins.ts'
import { cancellationRoutes } from './web/console/cancellations.ts'
import { certificateFileRoutes } from './web/console/certificate-files.ts'
import { certificateTermsRoutes } from './web/console/certificates.ts'
import { checkInRoutes } from './web/console/check-ins.ts'
import { choosingRoutes } from './web/console/choosing.ts'
import { contributorActRoutes } from './web/console/contributor-acts.ts'
import { contributorRoutes } from './web/console/contributors.ts'
import { coverRoutes as coverEditingRoutes } from './web/console/covers.ts'
import { doubleRoutes } from './web/console/doubles.ts'
import { duplicateRoutes } from './web/console/duplicates.ts'
import { editorRoutes } from './web/console/editor.ts'
import { enrolmentRoutes } from './web/console/enrolments.ts'
import { eventImportRoutes } from './web/console/event-imports.ts'
import { eventListRoutes } from './web/console/events.ts'
import { feedbackResultRoutes } from './web/console/feedback.ts'
import { feedbackQuestionRoutes } from './web/console/feedback-questions.ts'
import { followUpRoutes } from './web/console/follow-ups.ts'
import { groupRoutes } from './web/console/groups.ts'
import { handoverRoutes } from './web/console/handovers.ts'
import { heldMailRoutes } from './web/console/held-mail.ts'
import { historyRoutes } from './web/console/history.ts'
import { homeRoutes } from './web/console/home.ts'
import { invitationRoutes } from './web/console/invitations.ts'
import { inviteeRoutes } from './web/console/invitees.ts'
import { mailHtmlRoutes } from './web/console/mail-html.ts'
import { mailPreviewRoutes } from './web/console/mail-previews.ts'
import { mailingPageRoutes } from './web/console/mailing-page.ts'
import { mailingRoutes } from './web/console/mailings.ts'
import { mailRoutes } from './web/console/mails.ts'
import { materialFileRoutes } from './web/console/material-files.ts'
import { materialRoutes as materialEditingRoutes } from './web/console/materials.ts'
import { memberRoutes } from './web/console/members.ts'
import { moveRoutes } from './web/console/moves.ts'
import { organisationRoutes } from './web/console/organisations.ts'
import { outboxRoutes } from './web/console/outbox.ts'
import { passkeyRoutes, passkeySignInRoutes } from './web/console/passkeys.ts'
import { peopleImportRoutes } from './web/console/people-imports.ts'
import { planningRoutes } from './web/console/planning.ts'
import { programmeRoutes } from './web/console/programme.ts'
import { publicationRoutes } from './web/console/publication.ts'
import { questionActRoutes } from './web/console/question-acts.ts'
import { questionMergeRoutes } from './web/console/question-merges.ts'
import { questionListRoutes } from './web/console/questions.ts'
import { reachRoutes } from './web/console/reach.ts'
import { oneRegistrationRoutes } from './web/console/registration.ts'
import { registrationChoicesRoutes } from './web/console/registration-choices.ts'
import { registrationFileRoutes } from './web/console/registration-files.ts'
import { registrationListRoutes } from './web/console/registrations.ts'
import { releaseRoutes } from './web/console/releases.ts'
import { retentionRoutes } from './web/console/retention.ts'
import { runSheetRoutes } from './web/console/run-sheets.ts'
import { schoolHolidayRoutes } from './web/console/school-holidays.ts'
import { selectionRoutes } from './web/console/selections.ts'
import { seriesRoutes } from './web/console/series.ts'
import { sessionRoutes } from './web/console/sessions.ts'
import { signInRoutes } from './web/console/sign-in.ts'
import { summaryRoutes } from './web/console/summaries.ts'
import { swapRoutes } from './web/console/swaps.ts'
import { urgentRoutes } from './web/console/urgent.ts'
import { workshopListRoutes } from './web/console/workshop-lists.ts'
import type { App, Deps } from './web/deps.ts'
import type { Durations } from './web/durations.ts'
import { answerFromMemory, createPageCache } from './web/page-cache.ts'
import { assets } from './web/plugins/assets.ts'
import { keepPages } from './web/plugins/cache.ts'
import { encoding } from './web/plugins/encoding.ts'
import { errorPages } from './web/plugins/errors.ts'
import { securityHeaders } from './web/plugins/headers.ts'
import { limits } from './web/plugins/limits.ts'
import { localePlugin } from './web/plugins/locale.ts'
import { sameOrigin } from './web/plugins/origin.ts'
import { createNote, noteRequests, requestNames } from './web/plugins/requests.ts'
import { sessions } from './web/plugins/session.ts'
import { compileWhenUsed } from './web/plugins/validators.ts'
import { viewsPlugin } from './web/plugins/views.ts'
import { addressRoutes } from './web/public/addresses.ts'
import { agendaRoutes } from './web/public/agenda.ts'
import { certificateRoutes } from './web/public/certificates.ts'
import { entranceRoutes } from './web/public/check-ins.ts'
import { collectionRoutes } from './web/public/collections.ts'
import { coverRoutes } from './web/public/covers.ts'
import { discoveryRoutes } from './web/public/discovery.ts'
import { eventRoutes } from './web/public/events.ts'
import { feedbackRoutes } from './web/public/feedback.ts'
import { feedRoutes } from './web/public/feeds.ts'
import { followerRoutes } from './web/public/followers.ts'
import { healthRoutes } from './web/public/health.ts'
import { invitationAnswerRoutes } from './web/public/invitations.ts'
import { invitedRoutes } from './web/public/invited.ts'
import { doorRoutes } from './web/public/join.ts'
import { materialRoutes } from './web/public/materials.ts'
import { metricsRoutes } from './web/public/metrics.ts'
import { myRoutes } from './web/public/my.ts'
import { newsletterRoutes } from './web/public/newsletter.ts'
import { ownChoicesRoutes } from './web/public/own-choices.ts'
import { ownContributionRoutes } from './web/public/own-contribution.ts'
import { ownDataRoutes } from './web/public/own-data.ts'
import { ownEnrolmentRoutes } from './web/public/own-enrolment.ts'
import { ownRegistrationRoutes } from './web/public/own-registration.ts'
import { privacyRoutes } from './web/public/privacy.ts'
import { programmeRoutes as programmePageRoutes } from './web/public/programme.ts'
import { questionRoutes } from './web/public/questions.ts'
import { recognitionRoutes } from './web/public/recognitions.ts'
import { registrationRoutes } from './web/public/registrations.ts'
import { seriesRoutes as publicSeriesRoutes } from './web/public/series.ts'
import { subscriptionRoutes } from './web/public/subscriptions.ts'
import { textRoutes } from './web/public/texts.ts'
import { unsubscribeRoutes } from './web/public/unsubscribe.ts'

export interface Route {
  method: string
  url: string
  schema: FastifySchema | undefined
}

export interface AppOptions {
  log?: FastifyBaseLogger
  strictViews?: boolean
  /** Told of every route and what it takes, so that tests can be built from the list and none escapes them. */
  onRoute?: (route: Route) => void
  /** Told of every page that is made, for the same reason. */
  onPage?: (name: string) => void
  /** Given what makes the validators, so that tests, which open many apps, make each one once. */
  onAjv?: NonNullable<FastifyServerOptions['ajv']>['onCreate']
}

/** What Node reads of a request before it refuses it. */
const MOST_HEADER_BYTES = 16 * 1024

/** Builds the app; it neither listens nor sends mail. */
export async function createApp(
  deps: Deps,
  { log = pino({ level: 'silent' }), strictViews = false, onRoute, onPage, onAjv }: AppOptions = {},
): Promise<App> {
  const { config } = deps
  const durations: Durations = new Map()
  const note = createNote(log, durations)
  const cache = createPageCache(deps)
  const app = fastify({
    loggerInstance: log,
    trustProxy: trusted(config.trustProxy),
    genReqId: requestNames(config.trustProxy),
    bodyLimit: 64 * 1024,
    // Whoever takes longer to send a form of that size is not filling one in.
    requestTimeout: 60_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    logController: new LogController({ disableRequestLogging: true }),
    // How long a parameter may be is said by its schema, whose answer is a page of ours; no address is longer than this.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MOST_HEADER_BYTES },
    rewriteUrl: ({ url = '/' }) => readableUrl(url),
    ajv: {
      // TypeBox's types see to it that a schema is one: looking at each again costs a start 5%.
      customOptions: { allErrors: true, removeAdditional: 'all', coerceTypes: 'array', validateSchema: false },
      onCreate: ajv => {
        onAjv?.(ajv)
        compileWhenUsed(ajv)
      },
    },
  }) as unknown as App

  app.addHook('onRoute', ({ method, url, schema }) => {
    for (const each of [method].flat()) onRoute?.({ method: each, url, schema })
  })
  answerFromMemory(app.server, cache, answered => note(answered, log))
  keepPages(app, cache, deps)
  securityHeaders(app, config.baseUrl.startsWith('https:'))
  localePlugin(app, deps)
  sessions(app, deps)
  limits(app)
  sameOrigin(app, config.baseUrl)
  noteRequests(app, note)
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  encoding(app)
  viewsPlugin(app, deps, { asset: assets(app), strictViews, onPage })
  errorPages(app)
  await app.after()

  // The routes, public ones first. Each file adds its own.
  agendaRoutes(app, deps)
  eventRoutes(app, deps)
  programmePageRoutes(app, deps)
  coverRoutes(app, deps)
  materialRoutes(app, deps)
  registrationRoutes(app, deps)
  ownRegistrationRoutes(app, deps)
  ownChoicesRoutes(app, deps)
  ownEnrolmentRoutes(app, deps)
  ownContributionRoutes(app, deps)
  certificateRoutes(app, deps)
  addressRoutes(app, deps)
  doorRoutes(app, deps)
  invitedRoutes(app, deps)
  entranceRoutes(app, deps)
  myRoutes(app, deps)
  ownDataRoutes(app, deps)
  feedbackRoutes(app, deps)
  newsletterRoutes(app, deps)
  subscriptionRoutes(app, deps)
  unsubscribeRoutes(app, deps)
  collectionRoutes(app, deps)
  questionRoutes(app, deps)
  recognitionRoutes(app, deps)
  followerRoutes(app, deps)
  publicSeriesRoutes(app, deps)
  feedRoutes(app, deps)
  textRoutes(app, deps)
  privacyRoutes(app, deps)
  discoveryRoutes(app, deps)
  healthRoutes(app, deps)
  metricsRoutes(app, deps, durations)
  signInRoutes(app, deps)
  passkeySignInRoutes(app, deps)
  invitationAnswerRoutes(app, deps)
  forOrganisers(app, scope => {
    homeRoutes(scope, deps)
    groupRoutes(scope, deps)
    memberRoutes(scope, deps)
    invitationRoutes(scope, deps)
    handoverRoutes(scope, deps)
    retentionRoutes(scope, deps)
    accountRoutes(scope, deps)
    passkeyRoutes(scope, deps)
    mailRoutes(scope, deps)
    mailPreviewRoutes(scope, deps)
    seriesRoutes(scope, deps)
    enrolmentRoutes(scope, deps)
    planningRoutes(scope, deps)
    swapRoutes(scope, deps)
    schoolHolidayRoutes(scope, deps)
    runSheetRoutes(scope, deps)
    feedbackResultRoutes(scope, deps)
    feedbackQuestionRoutes(scope, deps)
    summaryRoutes(scope, deps)
    eventListRoutes(scope, deps)
    editorRoutes(scope, deps)
    coverEditingRoutes(scope, deps)
    materialEditingRoutes(scope, deps)
    materialFileRoutes(scope, deps)
    followUpRoutes(scope, deps)
    duplicateRoutes(scope, deps)
    publicationRoutes(scope, deps)
    moveRoutes(scope, deps)
    cancellationRoutes(scope, deps)
    programmeRoutes(scope, deps)
    sessionRoutes(scope, deps)
    choosingRoutes(scope, deps)
    workshopListRoutes(scope, deps)
    contributorRoutes(scope, deps)
    contributorActRoutes(scope, deps)
    briefingRoutes(scope, deps)
    registrationListRoutes(scope, deps)
    registrationFileRoutes(scope, deps)
    selectionRoutes(scope, deps)
    attendeeRoutes(scope, deps)
    oneRegistrationRoutes(scope, deps)
    registrationChoicesRoutes(scope, deps)
    doubleRoutes(scope, deps)
    checkInRoutes(scope, deps)
    attendanceListRoutes(scope, deps)
    certificateTermsRoutes(scope, deps)
    certificateFileRoutes(scope, deps)
    mailingRoutes(scope, deps)
    mailingPageRoutes(scope, deps)
    releaseRoutes(scope, deps)
    urgentRoutes(scope, deps)
    attendanceReportRoutes(scope, deps)
    eventImportRoutes(scope, deps)
    inviteeRoutes(scope, deps)
    peopleImportRoutes(scope, deps)
    historyRoutes(scope, deps)
    reachRoutes(scope, deps)
    organisationRoutes(scope, deps)
    questionListRoutes(scope, deps)
    questionActRoutes(scope, deps)
    questionMergeRoutes(scope, deps)
    bulletinRoutes(scope, deps)
    bulletinActRoutes(scope, deps)
    announcementRoutes(scope, deps)
    outboxRoutes(scope, deps)
    heldMailRoutes(scope, deps)
    mailHtmlRoutes(scope, deps)
  })

  return app
}

/** Fastify no longer takes a number of hops; the function it takes instead is asked per hop, counted from us. */
function trusted(setting: Config['trustProxy']) {
  return typeof setting === 'number' ? (_address: string, hop: number) => hop < setting : setting
}
