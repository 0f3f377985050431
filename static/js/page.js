// What every script finds in its page: elements, data, texts in its language, and those who listen.

const { lang } = document.documentElement;
const plurals = new Intl.PluralRules(lang);
const counts = new Intl.NumberFormat(lang);
const shares = new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const element = (id) => document.getElementById(id);
export const dataOf = (id) => JSON.parse(element(id).textContent);
const texts = dataOf("texts-data"); // annotator/script_texts.py

/** A text by its name, or the name where nothing has it. {name} in it stands for a value; numbers are counts,
 * and the one of that name chooses among the forms of the text. */
export function textOf(name, values = {}) {
  const forms = texts[name] ?? name;
  const text = forms[plurals.select(values.count)] ?? forms.other ?? forms;
  return text.replace(/{(\w+)}/g, (_, value) => (typeof values[value] === "number" ? counts.format(values[value]) : values[value]));
}

export const shareText = (value) => shares.format(value);

const said = []; // in this moment

export function tell(text) {
  if (said.push(text) === 1) queueMicrotask(() => (element("live").textContent = said.splice(0).join(" ")));
}

export const say = (name, values) => tell(textOf(name, values));

export function press(button, isPressed) {
  button.ariaPressed = isPressed;
}

export function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
