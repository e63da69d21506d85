// The door's page, opened early: looks again when the door opens. The server says what time it is now.
const A_DAY = 86_400_000

export default ({ dataset }) => {
  const left = Number(dataset.until) - Number(dataset.now)
  if (left < A_DAY) setTimeout(() => location.reload(), left + 1000)
}
