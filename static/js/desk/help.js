// What the checkpoint says while somebody works: values after an edit, suggestions for flags, evidence for a word.
// It may be away, and nothing waits for it: who asks gets null then.

import { post } from "./sync.js";

const PAUSE = 3_000; // milliseconds after which somebody who was away, or had too much to do, is asked again

export class Help {
  /** `addressOf(item)` is where the desk of an item is; `onAway(isAway)` hears whether anybody answers, `onAgain()` when to ask again. */
  constructor({ addressOf, csrfCookie, onAway, onAgain }) {
    Object.assign(this, { addressOf, csrfCookie, onAway, onAgain });
    this.awayUntil = 0;
    this.suggested = new Map(); // "item first end edits" -> promise of the answer
  }

  /** Another item: its suggestions are asked for anew. */
  forget() {
    this.suggested.clear();
  }

  /** {words: [value or null, …], edits: [value or null, …]} for the response with the edits made. */
  values(item, edits) {
    return this.ask(item, { kind: "values", edits });
  }

  /** [{first, end, text, value}, …] for the words [first, end); asked once. */
  suggestions(item, first, end, edits) {
    const name = JSON.stringify([item, first, end, edits]);
    if (!this.suggested.has(name)) {
      const asked = this.ask(item, { kind: "suggestions", first, end, edits });
      this.suggested.set(name, asked);
      asked.then((answer) => answer ?? this.suggested.delete(name)); // nobody answered: the next time asks again
    }
    return this.suggested.get(name);
  }

  /** {rows, strength}: what spoke for a word and what against it, in [-1, 1], from the top left of the picture. */
  evidence(item, word, edits) {
    return this.ask(item, { kind: "evidence", word, edits });
  }

  async ask(item, question) {
    if (Date.now() < this.awayUntil) return null;
    let reply = { away: "The server does not answer" };
    try {
      const response = await post(`${this.addressOf(item)}help/`, question, this.csrfCookie);
      reply = response.ok ? await response.json() : {}; // a question that can't be answered says nothing about who is there
    } catch {
      // the network is away
    }
    this.awayUntil = reply.away ? Date.now() + PAUSE : 0;
    clearTimeout(this.waiting);
    if (reply.away) this.waiting = setTimeout(this.onAgain, PAUSE + 1);
    this.onAway(Boolean(reply.away));
    return reply.answer ?? null;
  }
}

/** The edits of a response: what judgements put in the place of words. [[first, end, text], …] */
export function editsOf(judgements) {
  return judgements.filter((judgement) => judgement.text !== null).map(({ first, end, text }) => [first, end, text]);
}
