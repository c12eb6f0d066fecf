/* Opens and closes native dialogs: data-opens="ID", data-closes="ID". */
export function startDialogs(document) {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    const closer = event.target.closest?.("[data-closes]");
    if (opener) open(document.getElementById(opener.dataset.opens), event);
    if (closer) document.getElementById(closer.dataset.closes)?.close();
    if (event.target.localName === "dialog" && isOutside(event)) event.target.close();
  });
}

function open(dialog, event) {
  if (!dialog || dialog.open) return;
  event.preventDefault(); // a link that opens a dialog still leads somewhere without script
  dialog.showModal();
}

/* A click on the backdrop has the dialog as target and lies outside its box. */
function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  const within =
    event.clientX >= box.left && event.clientX <= box.right &&
    event.clientY >= box.top && event.clientY <= box.bottom;
  return !within && event.detail > 0; // a key press on a button has no place
}
