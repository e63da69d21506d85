// Keeps the page, its scripts and what was last known of who is there, so that all of it opens without a connection. The name
// of a cache says for which event it is and until when: a day after the end it goes.
const nameOf = ({ event, until }) => `check-in ${event} ${until}`

/** `files`: what the page may need later, besides what it has loaded. */
export async function keepPage(of, { page, worker }, files) {
  const fresh = await fetch(page, { credentials: 'same-origin' })
  if (!fresh.ok || fresh.redirected) return
  const { pathname } = new URL(page, location.href)
  await navigator.serviceWorker.register(worker, { scope: pathname })
  const cache = await caches.open(nameOf(of))
  await cache.put(pathname, fresh)
  const used = performance.getEntriesByType('resource').map(({ name }) => name)
  const own = used.filter(url => url.startsWith(`${location.origin}/static/`))
  await cache.addAll([...new Set([...own, ...files.map(file => new URL(file, location.href).href)])])
  const others = (await caches.keys()).filter(name => name.startsWith(`check-in ${of.event} `) && name !== nameOf(of))
  await Promise.all(others.map(name => caches.delete(name)))
}

export async function keepState(of, list, state) {
  const cache = await caches.open(nameOf(of))
  await cache.put(list, new Response(JSON.stringify(state)))
}

export async function keptState(of, list) {
  if (!(await caches.has(nameOf(of)))) return undefined
  const response = await (await caches.open(nameOf(of))).match(list)
  return response?.json()
}

/** Who may no longer see the list keeps none. */
export const forgetPage = of => caches.delete(nameOf(of))

/** Everything kept of events that ended a day ago; of all of them for who signs out. */
export async function forget(isAll) {
  const names = (await caches.keys()).filter(name => name.startsWith('check-in '))
  const over = names.filter(name => isAll || Number(name.split(' ')[2]) < Date.now())
  await Promise.all(over.map(name => caches.delete(name)))
}
