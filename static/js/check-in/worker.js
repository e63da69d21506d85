// Answers for the check-in page when there is no connection, or hardly any, with what the page itself put into its cache. It
// looks after that page alone, and keeps nothing by itself.
const PATIENCE = 4000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', event => {
  const { request } = event
  if (request.method !== 'GET') return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (new URL(request.url).pathname.startsWith('/static/')) event.respondWith(file(request))
})

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request)
}

/** The page as it is now; as it was kept where that takes too long. */
async function page(request) {
  const fresh = fetch(request)
  const old = await keptPage(new URL(request.url).pathname)
  if (!old) return fresh
  const late = new Promise(resolve => setTimeout(resolve, PATIENCE, old))
  const working = fresh.then(response => judge(response, request, old)).catch(() => old)
  return Promise.race([working, late])
}

/** A server in trouble is no server; one that shows somebody the way out means it. */
async function judge(response, request, old) {
  if (response.status >= 500) return old
  if (response.type === 'opaqueredirect' || response.status === 404) {
    const [, id] = new URL(request.url).pathname.match(/(\d+)\/check-in$/) ?? []
    const names = (await caches.keys()).filter(name => name.startsWith(`check-in ${id} `))
    await Promise.all(names.map(name => caches.delete(name)))
  }
  return response
}

async function keptPage(path) {
  for (const name of await caches.keys()) {
    const [kind, , until] = name.split(' ')
    if (kind !== 'check-in') continue
    if (Number(until) < Date.now()) await caches.delete(name)
    else {
      const found = await (await caches.open(name)).match(path, { ignoreVary: true, ignoreSearch: true })
      if (found) return found
    }
  }
}
