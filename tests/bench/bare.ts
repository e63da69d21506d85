// What the figures are measured against, one server for each name: what is the least that could be done.
import { createServer } from 'node:http'
import formbody from '@fastify/formbody'
import fastify from 'fastify'
import { RegistrationForm } from '#src/web/public/registration-form.ts'

/** As many bytes as the page of an event has. */
const PAGE = Buffer.alloc(13_000, '<p>Een vraag uit de praktijk.</p>\n')

const SERVERS: Record<string, () => unknown> = {
  hello: () => createServer((_request, response) => response.end('hello')).listen(port(), '127.0.0.1'),
  page: () =>
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': PAGE.length })
      response.end(PAGE)
    }).listen(port(), '127.0.0.1'),
  validate,
}

/** The form of a registration, read and checked as the program does, and nothing done with it. */
async function validate(): Promise<void> {
  const customOptions = { allErrors: true, removeAdditional: 'all', coerceTypes: 'array' } as const
  const app = fastify({ ajv: { customOptions } })
  await app.register(formbody)
  const schema = { body: RegistrationForm }
  app.post('/events/:slug/registrations', { schema, attachValidation: true }, (request, reply) =>
    reply
      .code(request.validationError ? 422 : 303)
      .header('location', '/')
      .send(),
  )
  await app.listen({ port: port(), host: '127.0.0.1' })
}

function port(): number {
  return Number(process.env.PORT ?? 0)
}

const start = SERVERS[process.argv[2] ?? '']
if (!start) throw new Error(`a bare server is one of ${Object.keys(SERVERS).join(', ')}`)
await start()
