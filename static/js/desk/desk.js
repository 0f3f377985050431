// The desk: one item, one person. Every act is an event: shown at once, kept in the outbox, folded again by the server.

import { fold, overlap } from "./fold.js";
import { Inspector } from "./inspector.js";
import { Lease } from "./lease.js";
import { newKey, Outbox, waitingItems } from "./outbox.js";
import { Picture } from "./picture.js";
import { Status } from "./status.js";
import { Sync } from "./sync.js";
import { stopsOf, Words } from "./words.js";

const element = (id) => document.getElementById(id);

export class Desk {
  constructor(data) {
    this.data = data;
    this.acknowledged = data.events;
    this.selection = null; // {first, end, anchor, focus} in word numbers
    this.hasAsked = false; // whether the person was told of the undecided flags
    this.isLeaving = false;
    this.outbox = new Outbox(data.user, data.item);
    this.status = new Status(data, this.outbox);
    this.words = new Words(element("response"), data, (...range) => this.selectRange(...range));
    this.inspector = new Inspector(element("inspector"), data);
    this.picture = new Picture(element("stage"));
    this.others = new BroadcastChannel(this.outbox.prefix); // the same desk in other tabs
    this.others.onmessage = (message) => this.take(message.data);
    this.lease = new Lease(data, () => this.folded.status === "draft");
    this.sync = new Sync({
      outbox: this.outbox,
      user: data.user,
      url: data.saveUrl,
      csrfCookie: data.csrfCookie,
      known: () => this.acknowledged.length,
      onReply: (reply) => {
        this.others.postMessage(reply);
        this.take(reply);
      },
      onStatus: (status) => this.status.show(status),
    });
  }

  start() {
    this.refold();
    if (this.outbox.isBeyond(this.acknowledged.length)) {
      location.reload(); // the answer to the last acts overtook this page
      return;
    }
    const first = this.undecided()[0] ?? this.stops[0];
    if (first) this.select(first.first, first.end);
    else this.render();
    if (first && this.folded.status === "draft") this.words.focus(first.first);
    this.sync.poke();
    addEventListener("storage", () => {
      this.refold();
      this.render();
    });
    for (const item of waitingItems(this.data.user).filter((item) => item !== String(this.data.item))) this.sendLeftovers(item);
  }

  // what the events add up to

  refold() {
    try {
      this.folded = fold([...this.acknowledged, ...this.outbox.list()], this.data.flags);
    } catch {
      this.folded = fold(this.acknowledged, this.data.flags); // what waits no longer fits; the server will say so
    }
    this.stops = stopsOf(this.folded.judgements, this.data.flags);
  }

  undecided() {
    return this.stops.filter((stop) => !stop.judgement);
  }

  /** The server's answer: the events that follow the first `known` ones. */
  take(reply) {
    if (reply.known > this.acknowledged.length) {
      location.reload(); // another tab is further than this one
      return;
    }
    this.acknowledged = [...this.acknowledged.slice(0, reply.known), ...reply.events];
    this.outbox.acknowledge(reply.version);
    this.lease.isLate = reply.late;
    this.refold();
    this.render();
    if (this.isLeaving && this.folded.status !== "draft" && !this.outbox.list().length) location.assign(this.data.nextUrl);
  }

  sendLeftovers(item) {
    const outbox = new Outbox(this.data.user, item);
    const url = outbox.list()[0]?.url;
    if (!url?.startsWith("/")) return;
    const { user, csrfCookie } = this.data;
    new Sync({ outbox, user, url, csrfCookie, known: () => 0, onReply: () => {}, onStatus: () => {} }).poke();
  }

  act(name, payload = {}) {
    this.outbox.add({ key: newKey(), act: name, payload, at: new Date().toISOString(), url: this.data.saveUrl });
    this.hasAsked = false;
    if (name === "undo") this.isLeaving = false;
    this.refold();
    this.render();
    this.sync.poke();
  }

  // selection

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
    const isSelected = run && this.current === run;
    if (run && !isSelected) this.select(run.first, run.end, focus);
    else this.span(from, focus);
  }

  /** Select from one word to another, in either direction. */
  span(anchor, focus) {
    this.selection = { first: Math.min(anchor, focus), end: Math.max(anchor, focus) + 1, focus, anchor };
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
    this.words.focus(stop.first);
  }

  /** Let the selection end a word later or earlier. */
  grow(by) {
    if (!this.selection) return;
    const { first, end, focus } = this.selection;
    this.select(first, Math.min(this.words.count, Math.max(first + 1, end + by)), focus);
  }

  /** The next undecided flag after a word, or the first; without one the selection stays. */
  advance(after) {
    const open = this.undecided();
    const next = open.find((stop) => stop.first >= after) ?? open[0];
    if (next) this.toStop(next);
    else this.say("All flags decided. Enter submits.", true);
  }

  // telling

  render() {
    this.words.render(this.stops, this.selection);
    const count = (test) => this.stops.filter(test).length;
    const tally = {
      undecided: this.undecided().length,
      wrong: count((stop) => stop.judgement?.verdict === "wrong"),
      right: count((stop) => stop.judgement?.verdict === "right"),
    };
    this.inspector.render(this.about(), tally, this.folded);
    this.renderFoot(tally);
  }

  renderFoot({ undecided }) {
    const isOpen = this.folded.status === "draft";
    element("submit").disabled = this.isLeaving;
    element("submit-label").textContent = isOpen || this.isLeaving ? "Submit, rest is right" : "Next item";
    element("submit-warning").hidden = !(this.hasAsked && undecided);
    element("submit-warning").textContent = `${undecided} ${undecided === 1 ? "flag is" : "flags are"} not decided. Enter once more: they count as right.`;
    element("undo").disabled = !this.folded.undoable;
    element("redo").disabled = !this.folded.redoable;
    element("skip").disabled = element("comment").disabled = !isOpen;
    element("closed").hidden = isOpen || this.isLeaving;
    element("closed-status").textContent = this.folded.status === "skipped" ? "You skipped this item." : "You submitted this item.";
    element("has-comment").hidden = !this.folded.comment;
  }

  about() {
    if (!this.selection) return null;
    const { first, end } = this.selection;
    const stop = this.current;
    const values = this.data.grounded?.slice(first, end);
    return {
      quote: this.words.quote(first, end),
      stop,
      index: this.stops.indexOf(stop),
      total: this.stops.length,
      grounded: values ? Math.min(...values) : null,
    };
  }

  say(text, isQuiet = false) {
    element("live").textContent = text;
    if (!isQuiet) element("hint").textContent = text;
  }

  // judging

  judge(name, payload = {}, { stays = false } = {}) {
    if (!this.selection || this.folded.status !== "draft") return;
    const { first, end } = this.selection;
    const wasUndecided = !this.current?.judgement && this.isFlagged();
    const quote = this.words.quote(first, end);
    this.act(name, { first, end, ...payload });
    this.say(`${quote}: ${name === "clear" ? "right" : "wrong"}.`, true);
    if (wasUndecided && !stays) this.advance(end);
  }

  isFlagged() {
    const { first, end } = this.selection;
    return this.data.flags.some(([start, stop]) => overlap(start, stop, first, end));
  }

  /** The kind of a judgement that the selection grew out of: it stays when the run is extended. */
  inheritedKind() {
    const { first, end } = this.selection;
    const within = this.folded.judgements.filter((old) => old.verdict === "wrong" && overlap(old.first, old.end, first, end));
    return within.length === 1 && within[0].kind ? { kind: within[0].kind } : {};
  }

  // leaving

  /** Submit with the explicit word that the rest is right; undecided flags are asked for once. */
  submit() {
    if (this.folded.status !== "draft") {
      location.assign(this.data.nextUrl);
    } else if (this.undecided().length && !this.hasAsked) {
      this.toStop(this.undecided()[0]);
      this.hasAsked = true;
      this.render();
      this.say(element("submit-warning").textContent, true);
    } else {
      this.leave("submit", { rest_checked: true });
    }
  }

  /** Close the item; the next one is fetched when the server has everything. */
  leave(name, payload) {
    if (this.folded.status !== "draft") return;
    this.isLeaving = true;
    this.act(name, payload);
  }
}
