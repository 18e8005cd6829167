/**
 * What the verifier found: sections, each about one thing, with findings in plain words (words.js). A finding is one of
 *   holds     was checked and is so
 *   broken    was checked and is not so
 *   unproven  nothing contradicts it, and nothing proves it either: not enough for "it holds"
 *   open      cannot be judged from these files, or is the reader's to judge
 *   note      worth knowing
 */
import { FINDINGS, TITLES } from './words.js';

export class Report {
  sections = [];
  /** Keys that signed anything here: fingerprint → { fingerprint, agency, names, given } */
  keys = new Map();

  section(kind, data = {}) {
    const section = new Section(kind, data);
    this.sections.push(section);
    return section;
  }

  /** 'broken' when anything is; 'holds' when something was proven and nothing is wanting; else 'unproven'. */
  verdict() {
    const states = new Set(this.sections.flatMap(section => section.findings.map(finding => finding.state)));
    if (states.has('broken')) return 'broken';
    return states.has('holds') && !states.has('unproven') ? 'holds' : 'unproven';
  }
}

class Section {
  findings = [];

  constructor(kind, data) {
    this.kind = kind;
    this.data = data;
  }

  get title() {
    return both(TITLES[this.kind], this.data);
  }

  holds(code, data) {
    this.#add('holds', code, data);
  }

  broken(code, data) {
    this.#add('broken', code, data);
  }

  unproven(code, data) {
    this.#add('unproven', code, data);
  }

  open(code, data) {
    this.#add('open', code, data);
  }

  note(code, data) {
    this.#add('note', code, data);
  }

  /** Holds or is broken: what one comparison gave. @returns the comparison */
  judge(right, holds, broken, data) {
    if (right) this.holds(holds, data);
    else this.broken(broken, data);
    return right;
  }

  #add(state, code, data = {}) {
    this.findings.push({ state, code, data, ...both(FINDINGS[code], data) });
  }
}

function both(words, data) {
  if (words === undefined) throw new Error('a finding without words');
  return { th: words[0](data), en: words[1](data) };
}
