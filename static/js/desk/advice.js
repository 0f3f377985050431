// What the checkpoint says about the item at work: values after an edit, suggestions for flags, evidence for a word.
// It may be away, and nothing waits for it: who asks gets null then.

import { element, say, tell, textOf } from "../page.js";
import { Evidence } from "./evidence.js";
import { deskOf, post } from "./server.js";

const SETTLED = 300; // milliseconds without an edit, after which the values of the new text are asked for
const PAUSE = 3_000; // milliseconds after which somebody who was away, or had too much to do, is asked again

export class Advice {
  constructor(desk) {
    this.desk = desk;
    this.evidence = new Evidence(desk.picture);
    this.awayUntil = 0;
    this.asked = new Map(); // "item first end edits" -> promise of suggestions
  }

  /** Another item: nothing was said of it yet. */
  forget() {
    this.now = null; // the values that the words have with the edits made
    this.suggested = []; // for the selection
    this.edits = "[]"; // as they were when values were last asked for
    clearTimeout(this.asking);
    this.evidence.hide();
    this.asked.clear();
  }

  get canAsk() {
    return Boolean(this.desk.data.grounded) && this.desk.isOpen;
  }

  /** What judgements put in the place of words: [[first, end, text], …] */
  get edited() {
    return this.desk.folded.judgements.filter(({ text }) => text !== null).map(({ first, end, text }) => [first, end, text]);
  }

  async ask(item, question) {
    if (Date.now() < this.awayUntil) return null;
    let reply = { away: true }; // as when the network is
    try {
      const response = await post(`${deskOf(item)}help/`, question);
      reply = response.ok ? await response.json() : {}; // a question that can't be answered says nothing about who is there
    } catch {}
    const isAway = Boolean(reply.away);
    this.awayUntil = isAway ? Date.now() + PAUSE : 0;
    clearTimeout(this.waiting);
    if (isAway) this.waiting = setTimeout(() => this.askAgain(), PAUSE + 1);
    if (element("suggestions").classList.toggle("is-away", isAway) && !this.isWithoutHelp) say("noHelp");
    this.isWithoutHelp = isAway;
    return reply.answer ?? null;
  }

  /** What nobody answered is asked once more. */
  askAgain() {
    if (!this.canAsk) return;
    this.render();
    this.prepareSuggestions();
  }

  render() {
    const edits = this.edited;
    if (this.canAsk && JSON.stringify(edits) !== this.edits) this.askForValues(edits);
    this.showSuggestions(edits);
  }

  // values

  /** Ask what the edited response is worth, once nothing was edited for a moment. A newer edit takes the place of this one. */
  askForValues(edits) {
    this.edits = JSON.stringify(edits);
    clearTimeout(this.asking);
    this.asking = setTimeout(async () => {
      const { item, grounded } = this.desk.data;
      const answer = edits.length ? await this.ask(item, { kind: "values", edits }) : { words: grounded, edits: [] };
      if (item !== this.desk.data.item || this.edits !== JSON.stringify(edits)) return;
      if (answer) this.takeValues(answer, edits);
      else this.edits = null; // to be asked for again
    }, SETTLED);
  }

  /** `answer` has a value for each word of the response that is still there, else null, and one for each edit. */
  takeValues(answer, edits) {
    const { grounded, checkpoint: { threshold } } = this.desk.data;
    const isDoubted = (value) => value !== null && value !== undefined && value < threshold;
    const changed = [...answer.words.entries()].filter(([number, value]) => value !== null && value < threshold !== grounded[number] < threshold);
    this.now = { words: answer.words, changed, edits: new Map(edits.map(([first, end], place) => [`${first},${end}`, answer.edits[place]])), threshold };
    this.desk.render();
    const count = changed.filter(([, value]) => isDoubted(value)).length;
    const told = [count && textOf("othersDoubtful", { count }), answer.edits.some(isDoubted) && textOf("yoursDoubtful")].filter(Boolean);
    if (told.length) tell(`${told.join("; ")}.`);
  }

  /** What the words [first, end) are worth now that the response was edited; null where that is not known. */
  valueNow(first, end, stop) {
    if (!this.now) return null;
    if (stop?.judgement?.text != null) return this.now.edits.get(`${first},${end}`) ?? null;
    const values = this.now.words.slice(first, end).filter((value) => value !== null);
    return values.length ? Math.min(...values) : null;
  }

  // suggestions

  /** [{first, end, text, value}, …] for the words [first, end); asked once. */
  suggestions(item, first, end, edits) {
    const name = JSON.stringify([item, first, end, edits]);
    if (!this.asked.has(name)) {
      const asked = this.ask(item, { kind: "suggestions", first, end, edits });
      this.asked.set(name, asked);
      asked.then((answer) => answer ?? this.asked.delete(name)); // nobody answered: the next time asks again
    }
    return this.asked.get(name);
  }

  /** They are asked for one flag after the other, so that they are there when a flag is reached. */
  async prepareSuggestions() {
    const { item } = this.desk.data;
    for (const { first, end } of this.desk.undecided()) {
      if (item !== this.desk.data.item || !this.canAsk) return;
      if ((await this.suggestions(item, first, end, this.edited)) === null) return;
    }
  }

  async showSuggestions(edits) {
    const { data, inspector, selection, current } = this.desk;
    const isWanted = this.canAsk && current && current.judgement?.text == null && current.judgement?.verdict !== "right";
    const turn = (this.turn = {});
    this.suggested = [];
    if (!isWanted) {
      inspector.suggest([], false);
      return;
    }
    const waiting = setTimeout(() => this.turn === turn && inspector.suggest([], true), 50);
    const found = await this.suggestions(data.item, selection.first, selection.end, edits);
    clearTimeout(waiting);
    if (this.turn !== turn) return; // something else is selected now
    this.suggested = found ?? [];
    inspector.suggest(this.suggested, false, (number) => this.accept(number));
  }

  /** Put a suggestion in the place of what is selected. */
  accept(number) {
    const one = this.suggested[number];
    if (!one || !this.desk.isOpen) return;
    const kind = this.desk.inheritedKind();
    this.desk.selection = { ...this.desk.selection, first: one.first, end: one.end };
    this.desk.judge("replace", { text: one.text, ...kind });
  }

  // evidence

  async toggleEvidence() {
    const { desk, evidence } = this;
    const isReplaced = desk.current?.judgement?.text != null; // a new word has no place among those of the response
    if (evidence.isShown || !desk.selection || isReplaced || !this.canAsk) {
      evidence.hide();
      desk.render();
      return;
    }
    const { item } = desk.data;
    const word = desk.selection.focus;
    const answer = await this.ask(item, { kind: "evidence", word, edits: this.edited });
    if (!answer || item !== desk.data.item || desk.selection?.focus !== word) return;
    const quote = desk.words.quote(word, word + 1);
    evidence.show(answer, word, quote);
    desk.render();
    say(evidence.isFaint ? "evidenceFaint" : "evidenceShown", { quote });
  }
}
