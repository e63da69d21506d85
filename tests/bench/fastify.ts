// The least that a Fastify program can be, for the time until its first answer.
import fastify from 'fastify'

const app = fastify()
app.get('/', (_request, reply) => reply.type('text/html').send('<p>Dag</p>'))
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
