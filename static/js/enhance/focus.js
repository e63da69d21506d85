// The summary of a form's errors takes focus, also where the browser leaves autofocus alone.
export default element => element.focus()
