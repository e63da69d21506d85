// The whole app in a test: every plugin, strict views, its own database and a clock that stands still.
import pino from 'pino'
import { createWrite } from '#db/write.ts'
import { createApp, type Route } from '#src/app.ts'
import { type Config, readConfig } from '#src/config.ts'
import { watchedLog } from './logs.ts'
import { shareValidators } from './validators.ts'
import { openWorld } from './world.ts'

/** Tests ask nothing of the world: nobody listens here. */
const NOWHERE = 'http://127.0.0.1:9/'

export async function openApp(overrides: Partial<Config> = {}) {
  const world = openWorld()
  const config = { ...readConfig({ BASE_URL: 'http://localhost:3000', SCHOOL_HOLIDAYS_URL: NOWHERE }), ...overrides }
  const lines: string[] = []
  const mailHealth = { beat: undefined, slowed: undefined }
  const deps = { ...world, config, write: createWrite(world.db), mailHealth, inboxHealth: { trouble: undefined } }
  const routes: Route[] = []
  const app = await createApp(deps, {
    strictViews: true,
    log: pino({ level: config.logLevel }, watchedLog(lines)),
    onRoute: route => routes.push(route),
    onAjv: shareValidators,
  })
  /** A form sent from a page of ours. */
  const post = (url: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      payload: new URLSearchParams(form).toString(),
    })
  return { ...world, app, deps, lines, routes, post }
}
