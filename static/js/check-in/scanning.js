// Reads codes from the camera: with the browser's own detector where it has one, else with the decoder that is loaded then.
const PAUSE = 150
const WIDTH = 640

async function readerOf(decoder) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? []
  if (formats.includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async video => (await detector.detect(video))[0]?.rawValue
  }
  const { decodeQR } = await import(decoder)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return video => {
    canvas.width = Math.min(WIDTH, video.videoWidth)
    canvas.height = Math.round((canvas.width / video.videoWidth) * video.videoHeight)
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height))
  }
}

/** Starts the camera and calls `found` with every text it reads. Returns how to stop; throws where there is no camera. */
export async function scan(video, decoder, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  try {
    video.srcObject = stream
    await video.play()
    const read = await readerOf(decoder)
    look(video, read, found)
  } catch (error) {
    stop()
    throw error
  }
  return stop
}

async function look(video, read, found) {
  while (video.srcObject) {
    // No code in sight is an error to the decoder.
    const text = await Promise.resolve()
      .then(() => read(video))
      .catch(() => undefined)
    if (text && video.srcObject) found(text)
    await new Promise(resolve => setTimeout(resolve, PAUSE))
  }
}
