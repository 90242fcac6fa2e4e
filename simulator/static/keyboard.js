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
  if (byPointer && event.target !== phone.screen.field) phone.focus();
}

function onKeyDown(phone, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const named = NAMED[event.key];
  if (named) onNamedKey(phone, event, named);
  else onCharacter(phone, event);
}

function onNamedKey(phone, event, key) {
  const onButton = event.target.closest("button, [type=file]") !== null;
  const inField = event.target === phone.screen.field;
  if (key === "green" && onButton) return; // Enter presses the button that has the focus
  if (inField && isForField(event, key)) return;
  event.preventDefault();
  // A key held down sends once, and does not leave the text it has erased.
  if (event.repeat && (key === "green" || (key === "clear" && inField))) return;
  phone.press(key);
}

// What the field that has the focus does by itself: erase, and in a text move and break lines.
function isForField({ target, shiftKey }, key) {
  if (key === "clear") return target.value !== "";
  const inLines = target.matches("textarea");
  return inLines && (key === "up" || key === "down" || (key === "green" && shiftKey));
}

function onCharacter(phone, event) {
  if (event.target === phone.screen.field) return;
  const onButton = event.target.closest("button") !== null;
  if (event.key === "Tab" || event.key === "Shift" || (onButton && event.key === " ")) return;
  if (phone.screen.field) {
    phone.screen.field.focus(); // where the character then lands, also from an input method
    return;
  }
  const [character] = dialable(event.key.length === 1 ? event.key : "");
  if (!character) return;
  event.preventDefault();
  phone.press(character);
}

function onPaste(phone, event) {
  if (event.target === phone.screen.field) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text");
  if (phone.screen.field) phone.screen.type(text.trim());
  else for (const character of dialable(text)) phone.press(character);
}

/** Keep what can be dialled; Devanagari digits become 0-9. */
function dialable(text) {
  const western = text.replace(/[०-९]/g, (digit) => digit.charCodeAt(0) - 0x966);
  return western.replace(/[^0-9*#]/g, "");
}
