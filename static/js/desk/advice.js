// What the checkpoint says about the item at work, as the page shows it: values after an edit, suggestions for flags, evidence.

import { Evidence } from "./evidence.js";
import { editsOf, Help } from "./help.js";

const SETTLED = 300; // milliseconds without an edit, after which the values of the new text are asked for
const element = (id) => document.getElementById(id);

export class Advice {
  constructor(desk) {
    this.desk = desk;
    this.help = new Help({
      addressOf: (item) => desk.addressOf(item),
      csrfCookie: desk.page.csrfCookie,
      onAway: (isAway) => this.tellOfHelp(isAway),
      onAgain: () => this.askAgain(),
    });
    this.evidence = new Evidence(desk.picture);
  }

  /** Another item: nothing was said of it yet. */
  forget() {
    this.now = null; // the values that the words have with the edits made
    this.suggested = []; // for the selection
    this.edits = "[]"; // as they were when values were last asked for
    clearTimeout(this.asking);
    this.evidence.hide();
    this.help.forget();
  }

  get canAsk() {
    return Boolean(this.desk.data.grounded) && this.desk.folded.status === "draft";
  }

  get edited() {
    return editsOf(this.desk.folded.judgements);
  }

  render() {
    const edits = this.edited;
    if (this.canAsk && JSON.stringify(edits) !== this.edits) this.askForValues(edits);
    this.showSuggestions(edits);
  }

  tellOfHelp(isAway) {
    const isNew = element("suggestions").classList.toggle("is-away", isAway) && !this.isWithoutHelp;
    this.isWithoutHelp = isAway;
    if (isNew) this.desk.say("No help by the model now.");
  }

  /** What nobody answered is asked once more. */
  askAgain() {
    if (!this.canAsk) return;
    this.render();
    this.prepareSuggestions();
  }

  /** Ask what the edited response is worth, once nothing was edited for a moment. A newer edit takes the place of this one. */
  askForValues(edits) {
    this.edits = JSON.stringify(edits);
    clearTimeout(this.asking);
    this.asking = setTimeout(async () => {
      const { item, grounded } = this.desk.data;
      const answer = edits.length ? await this.help.values(item, edits) : { words: grounded, edits: [] };
      if (item !== this.desk.data.item || this.edits !== JSON.stringify(edits)) return;
      if (answer) this.takeValues(answer, edits);
      else this.edits = null; // to be asked for again
    }, SETTLED);
  }

  takeValues(answer, edits) {
    const { grounded, checkpoint: { threshold } } = this.desk.data;
    const isDoubted = (value) => value !== null && value !== undefined && value < threshold;
    const worse = answer.words.filter((value, number) => isDoubted(value) && !isDoubted(grounded[number])).length;
    const doubtful = answer.edits.filter(isDoubted).length;
    const changed = [...answer.words.entries()].filter(([number, value]) => value !== null && value < threshold !== grounded[number] < threshold);
    this.now = { words: answer.words, changed, edits: new Map(edits.map(([first, end], place) => [`${first},${end}`, answer.edits[place]])), threshold };
    this.desk.render();
    const told = [worse && `${worse === 1 ? "1 other word has" : `${worse} other words have`} become doubtful`, doubtful && "what you wrote is doubted"].filter(Boolean);
    if (told.length) this.desk.say(`${told.join("; ")}.`);
  }

  /** What the words [first, end) are worth now that the response was edited; null where that is not known. */
  valueNow(first, end, stop) {
    if (!this.now) return null;
    if (stop?.judgement?.text != null) return this.now.edits.get(`${first},${end}`) ?? null;
    const values = this.now.words.slice(first, end).filter((value) => value !== null);
    return values.length ? Math.min(...values) : null;
  }

  /** Suggestions are asked for one flag after the other, so that they are there when a flag is reached. */
  async prepareSuggestions() {
    const { item } = this.desk.data;
    for (const { first, end } of this.desk.undecided()) {
      if (item !== this.desk.data.item || !this.canAsk) return;
      if ((await this.help.suggestions(item, first, end, this.edited)) === null) return;
    }
  }

  async showSuggestions(edits) {
    const { data, inspector, selection, current } = this.desk;
    const isWanted = this.canAsk && selection && current && current.judgement?.text == null && current.judgement?.verdict !== "right";
    const turn = (this.turn = {});
    this.suggested = [];
    if (!isWanted) {
      inspector.suggest([], false);
      return;
    }
    const waiting = setTimeout(() => this.turn === turn && inspector.suggest([], true), 50);
    const found = await this.help.suggestions(data.item, selection.first, selection.end, edits);
    clearTimeout(waiting);
    if (this.turn !== turn) return; // something else is selected now
    this.suggested = found ?? [];
    inspector.suggest(this.suggested, false, (number) => this.accept(number));
  }

  /** Put a suggestion in the place of what is selected. */
  accept(number) {
    const one = this.suggested[number];
    if (!one || this.desk.folded.status !== "draft") return;
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
    const answer = await this.help.evidence(item, word, this.edited);
    if (!answer || item !== desk.data.item || desk.selection?.focus !== word) return;
    const quote = desk.words.quote(word, word + 1);
    evidence.show(answer, word, quote);
    desk.render();
    desk.say(evidence.isFaint ? `Little in the image moves the value of ${quote}.` : `Evidence for ${quote}: warm places spoke for it, cool ones against it.`);
  }
}
