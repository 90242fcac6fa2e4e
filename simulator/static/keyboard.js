// From the keys on the page, the computer's keyboard and the clipboard to the phone.

const NAMED = {
  Enter: "green",
  Escape: "red",
  Backspace: "clear",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** Let a phone hear its own keys, and the keyboard while it has the focus. */
export function listen(phone) {
  const { handset } = phone;
  handset.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault(); // the focus stays where it is
  });
  handset.addEventListener("click", (event) => onClick(phone, event));
  handset.addEventListener("keydown", (event) => onKeyDown(phone, event));
  handset.addEventListener("paste", (event) => onPaste(phone, event));
}

function onClick(phone, event) {
  const { key } = event.target.closest("button")?.dataset ?? {};
  if (key) phone.press(key);
  const byPointer = event.detail > 0;
  if (byPointer && event.target !== phone.screen.input) phone.focus();
}

function onKeyDown(phone, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const named = NAMED[event.key];
  if (named) onNamedKey(phone, event, named);
  else onCharacter(phone, event);
}

function onNamedKey(phone, event, key) {
  const onButton = event.target.closest("button") !== null;
  const inReply = event.target === phone.screen.input;
  if (key === "green" && onButton) return; // Enter presses the button that has the focus
  if (key === "clear" && inReply) return; // the field erases by itself
  event.preventDefault();
  if (key === "green" && event.repeat) return;
  phone.press(key);
}

function onCharacter(phone, event) {
  if (event.target === phone.screen.input) return;
  const onButton = event.target.closest("button") !== null;
  if (event.key === "Tab" || event.key === "Shift" || (onButton && event.key === " ")) return;
  if (phone.expectsReply) {
    phone.screen.input.focus(); // where the character then lands, also from an input method
    return;
  }
  const [character] = dialable(event.key.length === 1 ? event.key : "");
  if (!character) return;
  event.preventDefault();
  phone.press(character);
}

function onPaste(phone, event) {
  if (event.target === phone.screen.input) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text");
  if (phone.expectsReply) phone.screen.typeReply(text.trim());
  else for (const character of dialable(text)) phone.press(character);
}

/** Keep what can be dialled; Devanagari digits become 0-9. */
function dialable(text) {
  const western = text.replace(/[०-९]/g, (digit) => digit.charCodeAt(0) - 0x966);
  return western.replace(/[^0-9*#]/g, "");
}
