// What the checkpoint says meanwhile: values after an edit, suggestions for flags, evidence for a word.
// It may be away, and nothing waits for it: who asks gets null then.

import { element, made, press, say, tell, textOf } from "../page.js";
import { deskOf, post } from "./server.js";

const SETTLED = 300; // milliseconds without an edit, after which the values of the new text are asked for
const FALL = 0.3; // by which a value has fallen when it is worth a look, on whatever side of the threshold
const PAUSE = 3_000; // milliseconds after which who was away, or had too much to do, is asked again
const FOR = [214, 96, 20];
const AGAINST = [30, 100, 200];
const MOST = 0.75; // opacity of the loudest patch
const FAINT = 0.3; // a strength below which little is to be seen

export class Advice {
  constructor(desk) {
    this.desk = desk;
    this.evidence = new Evidence(desk.picture);
    this.awayUntil = 0;
    this.asked = new Map(); // "item first end edits" -> promise of suggestions
  }

  forget() {
    this.now = null; // the values that the words have with the edits made
    this.suggested = [];
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
    if (isAway) { // another question may be answered meanwhile; this one has to be asked again all the same
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.askAgain(), PAUSE + 1);
    }
    if (element("suggestions").classList.toggle("is-away", isAway) && !this.isWithoutHelp) say("noHelp");
    this.isWithoutHelp = isAway;
    return reply.answer ?? null;
  }

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

  /** Ask what the edited response is worth, once nothing was edited for a moment. */
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

  takeValues(answer, edits) {
    const { grounded, checkpoint: { threshold } } = this.desk.data;
    const isDoubted = (value) => value !== null && value !== undefined && value < threshold;
    const changed = [...answer.words.entries()].filter(([number, value]) => value !== null && (value < threshold !== grounded[number] < threshold || grounded[number] - value > FALL));
    this.now = { words: answer.words, changed, edits: new Map(edits.map(([first, end], place) => [`${first},${end}`, answer.edits[place]])), threshold };
    this.desk.render();
    const count = changed.filter(([, value]) => isDoubted(value)).length;
    const told = [count && textOf("othersDoubtful", { count }), answer.edits.some(isDoubted) && textOf("yoursDoubtful")].filter(Boolean);
    if (told.length) tell(`${told.join("; ")}.`);
  }

  valueNow(first, end, stop) {
    if (!this.now) return null;
    if (stop?.judgement?.text != null) return this.now.edits.get(`${first},${end}`) ?? null;
    const values = this.now.words.slice(first, end).filter((value) => value !== null);
    return values.length ? Math.min(...values) : null;
  }

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

  async prepareSuggestions() {
    const turn = (this.preparing = {});
    const { item } = this.desk.data;
    for (const { first, end } of this.desk.undecided()) {
      if (item !== this.desk.data.item || !this.canAsk || this.preparing !== turn) return;
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
    this.prepareSuggestions(); // for the text as it is now
  }

  accept(number) {
    const one = this.suggested[number];
    if (!one || !this.desk.isOpen) return;
    const kind = this.desk.inheritedKind();
    this.desk.selection = { ...this.desk.selection, first: one.first, end: one.end };
    this.desk.judge("replace", { text: one.text, ...kind });
  }

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

/** A heat map over the image: warm spoke for a word, cool against it. */
class Evidence {
  constructor(picture) {
    this.picture = picture;
    this.word = null;
    this.canvas = made("canvas", "evidence");
    this.canvas.role = "img";
  }

  get isShown() {
    return this.word !== null;
  }

  get isFaint() {
    return this.isShown && this.strength < FAINT;
  }

  /** `rows` are values in [-1, 1] from the top left; `strength` is what the loudest moved, small where nothing matters. */
  show({ rows, strength }, word, quote) {
    this.word = word;
    this.strength = strength;
    this.canvas.width = rows[0].length;
    this.canvas.height = rows.length;
    this.canvas.ariaLabel = textOf("evidenceFor", { quote });
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(rows[0].length, rows.length);
    const loud = Math.min(1, strength); // where nothing matters, little is shown
    rows.flat().forEach((value, place) => {
      image.data.set([...(value > 0 ? FOR : AGAINST), 255 * MOST * loud * Math.abs(value)], 4 * place);
    });
    context.putImageData(image, 0, 0);
    this.picture.cover(this.canvas);
    press(element("evidence"), true);
  }

  hide() {
    this.word = null;
    this.picture.uncover(this.canvas);
    press(element("evidence"), false);
  }

  follow(word) {
    if (this.isShown && word !== this.word) this.hide();
  }
}
