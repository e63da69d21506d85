// <button hidden data-enhance="print">: opens the browser's own print dialogue.
export default button => {
  button.hidden = false
  button.addEventListener('click', () => print())
}
