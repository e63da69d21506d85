// <section hidden data-enhance="passkey" data-act="get" data-options="/…"> with a form: asks the device for a passkey (`get`)
// or to make one (`create`), and sends its answer with the form. Shown where the browser can; [data-without]
// is for the others.
const READERS = { get: 'parseRequestOptionsFromJSON', create: 'parseCreationOptionsFromJSON' }

export default section => {
  const { act, options } = section.dataset
  const form = section.querySelector('form')
  const status = section.querySelector('[role=alert]')
  if (!globalThis.PublicKeyCredential?.[READERS[act]]) return
  section.hidden = false
  const without = document.querySelector('[data-without]')
  if (without) without.hidden = true

  form.addEventListener('submit', async event => {
    event.preventDefault()
    status.textContent = ''
    try {
      const response = await fetch(options, { method: 'POST' })
      if (!response.ok) throw new Error(response.statusText)
      const publicKey = PublicKeyCredential[READERS[act]](await response.json())
      const credential = await navigator.credentials[act]({ publicKey })
      form.elements.answer.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch {
      status.textContent = status.dataset.failed
    }
  })
}
