// The page: phones side by side, added and taken away, and the round that looks for
// their letters and calls.

import { recall, remember } from "./memory.js";
import { freeNumber } from "./number.js";
import { Phone } from "./phone.js";

const ROUND = 2000; // milliseconds between two looks into the letter boxes

const desk = document.querySelector("#desk");
const template = document.querySelector("#phone");
const { serviceCode } = document.body.dataset;
const phones = [];

function addPhone({ number, ...kept }) {
  const element = template.content.firstElementChild.cloneNode(true);
  const phone = new Phone(element, { number, kept, serviceCode, onChange: keep, onRemove });
  phones.push(phone);
  desk.append(element);
  arrange();
  return phone;
}

function onRemove(phone) {
  phones.splice(phones.indexOf(phone), 1);
  phone.element.remove();
  arrange();
  phones[0].focus();
}

function arrange() {
  phones.forEach((phone, index) => phone.place(index + 1, phones.length));
  keep();
}

function keep() {
  remember(phones.map((phone) => ({ number: phone.number, ...phone.letters.kept })));
}

function addAnother() {
  const number = freeNumber(phones.map((phone) => phone.number));
  const phone = addPhone({ number });
  phone.focus();
  phone.element.scrollIntoView({ block: "nearest" });
  phone.collect();
}

async function makeRounds() {
  if (!document.hidden) {
    phones.forEach((phone) => phone.tick());
    await Promise.all(phones.flatMap((phone) => [phone.collect(), phone.attend()]));
  }
  setTimeout(makeRounds, ROUND);
}

const kept = recall() ?? [{ number: "+919800000001" }, { number: "+919800000002" }];
kept.forEach(addPhone);
document.querySelector("#add-phone").addEventListener("click", addAnother);
window.addEventListener("pagehide", () => phones.forEach((phone) => phone.drop()));
phones[0].focus();
makeRounds();
