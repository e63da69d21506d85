// A mail as it would be: with the texts that are kept (GET), or with those in the form (POST). Neither changes anything.
import type { FastifyReply } from 'fastify'
import type { App, Deps } from '../deps.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { exampleHtml, exampleOf, showMails } from './mail-examples.ts'
import { emptyFormOf, formOf, mailPage } from './mail-form.ts'
import { sendHtml } from './mail-html.ts'
import { hasProblems, MailForm, type MailRequest, myTemplate, OneMail, refuse } from './mails.ts'

const PREVIEW = '/console/groups/:slug/mails/:locale/:kind/preview'
const typed = { schema: { params: OneMail, body: MailForm }, attachValidation: true }

export function mailPreviewRoutes(app: App, deps: Deps): void {
  const { db } = deps

  app.get(PREVIEW, { schema: { params: OneMail } }, async (request, reply) => {
    const form = emptyFormOf(db, myTemplate(deps, request))
    return showPreview(request, reply, form)
  })

  app.post(PREVIEW, typed, async (request, reply) => {
    const template = myTemplate(deps, request)
    if (hasProblems(deps, request, template)) return refuse(deps, request, reply, template)
    return showPreview(request, reply, formOf(deps, request, template))
  })

  function showPreview(request: MailRequest, reply: FastifyReply, form: ReturnType<typeof emptyFormOf>) {
    const template = myTemplate(deps, request)
    const page = mailPage(deps, request, template, form, exampleOf(deps, request, template))
    reply.header('content-security-policy', FRAMING_CSP)
    return reply.page('console/mail', { ...page, shown: showMails(deps, request, template) })
  }

  app.get(`${PREVIEW}.html`, { schema: { params: OneMail } }, async (request, reply) =>
    sendHtml(reply, exampleHtml(deps, request, myTemplate(deps, request))),
  )

  app.post(`${PREVIEW}.html`, typed, async (request, reply) => {
    const template = myTemplate(deps, request)
    if (hasProblems(deps, request, template)) return refuse(deps, request, reply, template)
    return sendHtml(reply, exampleHtml(deps, request, template))
  })
}
