// The button that reads codes: shown where there is a camera to ask for.
const { search } = new URL(import.meta.url)
/** The same code stays in sight for a while: it was meant once. */
const ONCE = 3000

export function cameraIn(root, say, words, found) {
  const button = root.querySelector('[data-scan]')
  const box = root.querySelector('[data-camera]')
  let stop
  let last = { text: '', at: 0 }
  button.hidden = !navigator.mediaDevices?.getUserMedia

  function end() {
    stop?.()
    stop = undefined
    box.hidden = true
    button.hidden = false
  }

  function read(text) {
    const isSame = text === last.text && Date.now() - last.at < ONCE
    last = { text, at: Date.now() }
    if (isSame) return
    navigator.vibrate?.(80)
    found(URL.parse(text)?.pathname.match(/^\/check-in\/([\w-]+)$/)?.[1])
  }

  button.addEventListener('click', async () => {
    box.hidden = false
    button.hidden = true
    say(words.aim)
    try {
      const { scan } = await import(`./scanning.js${search}`)
      stop = await scan(box.querySelector('video'), root.dataset.decoder, read)
      box.querySelector('[data-stop]').focus()
    } catch {
      end()
      say(words.noCamera)
    }
  })
  box.querySelector('[data-stop]').addEventListener('click', () => {
    end()
    button.focus()
  })
  addEventListener('pagehide', end)
}
