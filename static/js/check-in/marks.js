// What was ticked and has not reached the server yet, on this phone: ids and moments, no names. Without a database of its own
// (some private windows) it lasts as long as the page.
const spare = new Map()

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('check-in', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('marks', { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function inStore(mode, act) {
  const database = await open()
  try {
    const transaction = database.transaction('marks', mode)
    const request = act(transaction.objectStore('marks'))
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onerror = transaction.onabort = () => reject(transaction.error)
    })
    return request?.result
  } finally {
    database.close()
  }
}

export async function keep(mark) {
  spare.set(mark.id, mark)
  await inStore('readwrite', store => store.put(mark)).catch(() => {})
}

/** All of them, in the order in which they were made. */
export async function kept() {
  const stored = await inStore('readonly', store => store.getAll()).catch(() => [])
  const all = new Map([...spare.values(), ...stored].map(mark => [mark.id, mark]))
  return [...all.values()].sort((a, b) => a.at - b.at)
}

export async function drop(marks) {
  for (const { id } of marks) spare.delete(id)
  await inStore('readwrite', store => {
    for (const { id } of marks) store.delete(id)
  }).catch(() => {})
}
