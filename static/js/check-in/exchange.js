// One exchange with the server: what was ticked goes there, who is there comes back. Sending the same again does no harm.
const PATIENCE = 10_000
/** As many as the server takes at once, and no more than fit in what it reads. */
export const MOST = 100

/** The new state, or why there is none: `offline`, `signedOut`, `gone`. */
export async function exchange(list, marks) {
  const body = marks.map(({ id, registrationId, isPresent, at }) => ({ id, registrationId, isPresent, at }))
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ marks: body }),
  }
  try {
    const response = await fetch(list, {
      ...(marks.length > 0 && post),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (response.redirected || response.status === 403) return { trouble: 'signedOut' }
    if (response.status === 404) return { trouble: 'gone' }
    if (!response.ok) return { trouble: 'offline' }
    return { state: await response.json() }
  } catch {
    return { trouble: 'offline' }
  }
}
