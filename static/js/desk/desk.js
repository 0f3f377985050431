// The desk: one item after the other. Every act is an event: shown at once, kept in the outbox, folded again by the server.

import { element, say, tell, textOf } from "../page.js";
import { Active } from "./active.js";
import { Advice } from "./advice.js";
import { Ahead, loaded } from "./ahead.js";
import { Boxes } from "./boxes.js";
import { fold, isInsertion, isOver, overlap } from "./fold.js";
import { frame } from "./frame.js";
import { Inspector } from "./inspector.js";
import { renewLease, showLate } from "./lease.js";
import { newKey } from "./outbox.js";
import { Picture } from "./picture.js";
import { deskOf, page } from "./server.js";
import { Status } from "./status.js";
import { Sync } from "./sync.js";
import { stopsOf, Words } from "./words.js";
import { askForMissing } from "./writing.js";

const EVERY = 60_000; // milliseconds after which what was fetched ahead may have grown old
const UNSEEN = 400; // milliseconds in which nobody has read an item: a submit then was meant for the one before

export class Desk {
  constructor(outboxes) {
    this.outboxes = outboxes;
    this.previous = page.previous;
    this.syncs = new Map(); // of every item of which acts may still be on their way
    this.active = new Active().listen();
    this.status = new Status(() => this.syncs.forEach((sync) => sync.poke()));
    this.words = new Words(element("response"), {
      onSelect: (...range) => this.selectRange(...range),
      onSlot: (slot, isMissing) => (isMissing ? this.select(slot, slot) : askForMissing(this, slot)),
    });
    this.inspector = new Inspector(element("inspector"));
    this.picture = new Picture(element("stage"));
    this.boxes = new Boxes(element("stage"), this);
    setInterval(() => this.isOpen && this.active.idle < EVERY && this.ahead.prepare(this.data.item), EVERY);
    renewLease(() => (this.data.holdsLease && this.isOpen ? `${deskOf(this.data.item)}lease/` : null), () => this.active.idle);
    this.ahead = new Ahead((item) => Promise.all([...this.syncs].filter(([other]) => other !== item).map(([, sync]) => sync.settled())));
    this.advice = new Advice(this);
    outboxes.onChange = (item) => {
      if (item !== this.data.item) return;
      this.refold();
      this.render();
    };
  }

  /** Acts on other items that an earlier page left behind are sent as well. */
  start(data) {
    this.show(data, loaded(data));
    for (const item of this.outboxes.items.filter((item) => item !== data.item)) this.syncOf(item).poke();
  }

  show(data, picture) {
    this.data = data;
    this.acknowledged = data.events;
    this.selection = null; // {first, end, anchor, focus} in word numbers
    this.hasAsked = false;
    this.isLeaving = false;
    this.isStuck = false;
    this.advice.forget();
    for (const [item, sync] of this.syncs) if (item !== data.item && !sync.outbox.list().length) this.forget(item);
    this.sync = this.syncOf(data.item);
    this.outbox = this.sync.outbox;
    this.outbox.remove(data.events.map((event) => event.key)); // the answer to these was lost
    this.refold();
    if (this.outbox.isBeyond(this.acknowledged.length)) {
      location.reload(); // the answer to the last acts overtook this page
      return;
    }
    this.active.begin(this.outbox.name);
    this.picture.show(picture);
    this.words.show(data);
    frame(this.data, this.previous);
    const first = this.undecided()[0] ?? this.stops[0];
    if (first) this.select(first.first, first.end);
    else this.render();
    if (this.isOpen && this.words.count) this.words.focus(first?.first ?? 0);
    tell(`${textOf("shown", { item: `${data.item}`, count: this.stops.length })} ${element("arm").textContent}`);
    this.sync.poke();
    if (this.isOpen) this.ahead.prepare(data.item);
    this.advice.prepareSuggestions();
  }

  syncOf(item) {
    const known = this.syncs.get(item);
    if (known) return known;
    const outbox = this.outboxes.of(item);
    const others = new BroadcastChannel(outbox.name); // the same item in other tabs
    others.onmessage = (message) => item === this.data.item && this.take(message.data);
    const sync = new Sync({
      outbox,
      others,
      url: outbox.url ?? `${deskOf(item)}events/`, // what waits may belong to another project
      known: () => (item === this.data.item ? this.acknowledged.length : 0),
      onReply: (reply) => this.onReply(item, reply),
      onStatus: (status) => this.status.show(outbox, status),
    });
    this.syncs.set(item, sync);
    return sync;
  }

  onReply(item, reply) {
    const { outbox, others } = this.syncs.get(item);
    outbox.acknowledge(reply.version);
    others.postMessage(reply);
    if (reply.extra) this.tellOfExtra(item);
    if (reply.check) this.tellOfCheck(item, reply.check);
    if (item === this.data.item) this.take(reply);
    else if (!outbox.list().length) this.forget(item);
  }

  forget(item) {
    this.syncs.get(item).stop();
    this.syncs.delete(item);
  }

  refold() {
    try {
      this.folded = fold([...this.acknowledged, ...this.outbox.list()], this.data.flags);
    } catch {
      this.folded = fold(this.acknowledged, this.data.flags); // what waits no longer fits; the server will say so
    }
    this.stops = stopsOf(this.folded.judgements, this.data.flags);
  }

  get isOpen() {
    return this.folded.status === "draft";
  }

  undecided() {
    return this.stops.filter((stop) => !stop.judgement);
  }

  take(reply) {
    if (reply.known > this.acknowledged.length) {
      location.reload(); // another tab is further than this one
      return;
    }
    this.acknowledged = [...this.acknowledged.slice(0, reply.known), ...reply.events];
    this.outbox.remove(reply.events.map((event) => event.key)); // another tab may have sent them
    showLate(reply.late);
    this.refold();
    this.render();
  }

  act(name, payload = {}) {
    this.outbox.add({ key: newKey(), act: name, payload, at: new Date().toISOString(), active: this.active.take(), url: this.sync.url });
    this.hasAsked = false;
    if (name === "undo") this.isLeaving = false;
    this.refold();
    this.render();
    this.sync.poke();
  }

  get current() {
    const { first, end } = this.selection ?? {};
    return this.stops.find((stop) => stop.first === first && stop.end === end) ?? null;
  }

  select(first, end, focus = first) {
    this.selection = { first, end, focus, anchor: first };
    this.render();
  }

  selectRange(anchor, focus, isWhole) {
    const from = anchor ?? this.selection?.anchor ?? focus;
    const run = isWhole ? this.stops.find((stop) => stop.first <= focus && focus < stop.end) : null;
    if (run && this.current !== run) this.select(run.first, run.end, focus);
    else this.span(from, focus);
  }

  span(anchor, focus) {
    this.selection = rangeOf(anchor, focus);
    this.render();
  }

  toWord(number) {
    if (number < 0 || number >= this.words.count) return;
    this.span(number, number);
    this.words.focus(number);
  }

  toStop(stop) {
    if (!stop) return;
    this.select(stop.first, stop.end);
    this.words.focus(stop.first, stop.end);
  }

  grow(by) {
    if (!this.selection) return;
    const { first, end, focus } = this.selection;
    this.select(first, Math.min(this.words.count, Math.max(first + 1, end + by)), focus);
    say("selected", { quote: this.words.quote(this.selection.first, this.selection.end) });
  }

  /** Put the focus on the selection; where nothing is selected, on that word. */
  refocus(word) {
    const { first, end, focus } = this.selection ?? rangeOf(word, word);
    if (first === end) this.words.focus(first, end);
    else this.words.focus(focus);
  }

  /** Undo or redo, and go to what that changed. */
  step(name) {
    if (!this.folded[`${name}able`]) return;
    const before = this.folded.judgements.map((one) => JSON.stringify(one));
    this.act(name);
    const after = this.folded.judgements.map((one) => JSON.stringify(one));
    const changed = after.find((one) => !before.includes(one)) ?? before.find((one) => !after.includes(one));
    if (changed) this.toStop(JSON.parse(changed));
    say(name === "undo" ? "undone" : "redone");
  }

  advance(after) {
    const open = this.undecided();
    const next = open.find((stop) => stop.first >= after) ?? open[0];
    if (next) this.toStop(next);
    else say("allDecided");
  }

  fallBack() {
    const number = Math.min(this.selection.first, this.words.count - 1);
    this.selection = rangeOf(number, number);
    if (document.activeElement.matches("body, ins")) this.words.focus(number); // what had the focus goes
  }

  render() {
    if (this.selection && isInsertion(this.selection) && !this.current) this.fallBack();
    this.advice.evidence.follow(this.selection?.focus ?? null);
    this.words.render(this.stops, this.selection, this.advice.now);
    const count = (test) => this.stops.filter(test).length;
    const tally = {
      undecided: this.undecided().length,
      wrong: count((stop) => stop.judgement?.verdict === "wrong"),
      right: count((stop) => stop.judgement?.verdict === "right"),
    };
    this.boxes.render();
    this.inspector.render(this.about(), tally, this.isOpen);
    this.renderFoot(tally);
    this.advice.render();
  }

  confirmAll() {
    if (!this.isOpen) return;
    const open = this.undecided();
    for (const { first, end } of open) this.act("confirm", { first, end });
    if (open.length) say("allConfirmed", { count: open.length });
  }

  tellOfExtra(item) {
    this.extra = item;
    element("extra").hidden = false;
    element("extra-item").textContent = textOf("otherItem", { item: `${item}` });
    element("extra-item").href = deskOf(item);
  }

  tellOfCheck(item, told) {
    element("checked").hidden = false;
    element("checked-told").textContent = told;
    element("checked-item").href = `${page.itemsUrl}${item}/`;
  }

  renderFoot({ undecided }) {
    const { isOpen, isLeaving } = this;
    element("submit").disabled = isLeaving;
    element("submit-label").textContent = textOf(isOpen || isLeaving ? "submit" : "nextItem");
    element("submit-warning").hidden = !(this.isStuck || (this.hasAsked && undecided));
    element("submit-warning").textContent = this.isStuck ? textOf("stuck") : textOf("notDecided", { count: undecided });
    element("undo").disabled = !this.folded.undoable && this.previous === null;
    element("redo").disabled = !this.folded.redoable;
    element("skip").disabled = element("comment").disabled = !isOpen;
    element("closed").hidden = isOpen || isLeaving;
    element("closed-status").textContent = textOf(this.folded.status === "skipped" ? "skipped" : "submitted");
    element("has-comment").hidden = !this.folded.comment;
  }

  about() {
    if (!this.selection) return null;
    const { first, end } = this.selection;
    const stop = this.current;
    const values = this.data.grounded?.slice(first, end);
    return {
      quote: this.quoteOf({ first, end, ...stop?.judgement }),
      stop,
      index: this.stops.indexOf(stop),
      total: this.stops.length,
      grounded: values?.length ? Math.min(...values) : null,
      now: this.advice.valueNow(first, end, stop),
      isFaint: this.advice.evidence.isFaint,
    };
  }

  quoteOf({ first, end, text }) {
    return this.words.quote(first, end) || text;
  }

  judge(name, payload = {}) {
    if (!this.selection || isInsertion(this.selection) || !this.isOpen) return;
    const { first, end } = this.selection;
    const wasUndecided = !this.current?.judgement && this.isFlagged();
    const quote = this.words.quote(first, end);
    this.act(name, { first, end, ...payload });
    say(name === "clear" ? "isRight" : "isWrong", { quote });
    if (payload.kind) say(payload.kind);
    if (payload.text !== undefined) say(payload.text ? "replacedBy" : "deleted", payload);
    if (wasUndecided) this.advance(end);
  }

  isFlagged() {
    const { first, end } = this.selection;
    return this.data.flags.some(([start, stop]) => overlap(start, stop, first, end));
  }

  /** The kind of a judgement that the selection grew out of: it stays when the run is extended. */
  inheritedKind() {
    const { first, end } = this.selection;
    const within = this.folded.judgements.filter((old) => old.verdict === "wrong" && isOver(old, first, end));
    return within.length === 1 && within[0].kind ? { kind: within[0].kind } : {};
  }

  /** Undecided flags are asked for once. */
  submit() {
    if (!this.folded.undoable && performance.now() - this.cameAt < UNSEEN) return;
    if (!this.isOpen) {
      this.goOn();
    } else if (this.undecided().length && !this.hasAsked) {
      this.toStop(this.undecided()[0]);
      this.hasAsked = true;
      this.render();
      tell(element("submit-warning").textContent);
    } else {
      this.leave("submit", { rest_checked: true });
    }
  }

  leave(name, payload) {
    if (!this.isOpen) return;
    element("checked").hidden = true;
    this.act(name, payload);
    this.goOn();
  }

  /** The next item takes the place of this one at once: what is not saved yet goes on being sent. */
  async goOn() {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.isStuck = false;
    this.render();
    const { item } = this.data;
    const wasDone = !this.isOpen;
    let next;
    try {
      next = await this.ahead.take(item);
      if (next === null) await this.sync.settled();
    } catch (error) {
      if (error.isClosed) this.sync.settled().finally(() => location.assign(page.url)); // which says why
      this.isLeaving = false;
      this.isStuck = true;
      this.render();
      tell(element("submit-warning").textContent);
      return;
    }
    if (item !== this.data.item || !this.isLeaving) return; // undone meanwhile
    const isToBeRead = this.extra === item;
    this.extra = null;
    if (next === null && isToBeRead) {
      this.isLeaving = false;
      this.render();
      return;
    }
    if (next === null) {
      location.assign(page.url); // says that nothing waits, or has what came back meanwhile
      return;
    }
    history.pushState(null, "", deskOf(next.data.item));
    element("extra").hidden = !isToBeRead;
    if (wasDone) this.previous = item;
    this.cameAt = performance.now();
    this.show(next.data, next.picture);
  }
}

function rangeOf(anchor, focus) {
  return { first: Math.min(anchor, focus), end: Math.max(anchor, focus) + 1, focus, anchor };
}
