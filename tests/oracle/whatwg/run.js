// run.js BINARY [--seeds N] [--count URLS] : host_extract() against the URL Standard, which decides where a browser connects. TAP.
//
//  1. vectors.jsonl: what web-platform-tests say about hosts. differences.jsonl has each that we answer otherwise, with its class.
//  2. URLs made from a seed, against whatwg-url.
//  3. Every code point in the middle of a name, against whatwg-url: none may hide a name's letters from us.
//
// A class of difference is in CLASSES and in docs/hosts.md. host-extract is a tool of the build, beside the binary. With --write
// the differences of 1. are printed, to renew differences.jsonl.
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { URL } = require('whatwg-url');
const tr46 = require('tr46');

const report = { number: 0, failed: 0 };
function tell(name, problem) {
    report.number++;
    report.failed += problem ? 1 : 0;
    console.log(`${problem ? 'not ok' : 'ok'} ${report.number} - oracle/whatwg: ${name.replace(/#/g, '\\#').slice(0, 150)}`);
    if (problem) console.log('# ' + problem.replace(/\n/g, '\n# '));
}

// --- both sides ---

// Our answer for each text: { kind, name }.
function askOurs(binary, texts) {
    const tool = path.join(path.dirname(path.resolve(binary)), 'tests/oracle/host/host-extract');
    const input = Buffer.concat(texts.flatMap((text) => [Buffer.from(text), Buffer.from([0xff])]));
    const done = spawnSync(tool, [], { input, maxBuffer: 1 << 30 });
    if (done.status !== 0) throw new Error(`${tool}: ${done.error?.message ?? done.stderr}`);
    const answers = [];
    for (let start = 0, end; (end = done.stdout.indexOf(0xff, start)) >= 0; start = end + 1) {
        const text = done.stdout.toString('utf8', start, end);
        answers.push({ kind: text.slice(0, text.indexOf(' ')), name: text.slice(text.indexOf(' ') + 1) });
    }
    if (answers.length !== texts.length) throw new Error(`${texts.length} texts, ${answers.length} answers`);
    return answers;
}

// The host of a URL; null where a browser refuses it.
function askTheirs(text) {
    try {
        return new URL(text).hostname;
    } catch {
        return null;
    }
}

const isAddress = (host) => host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);

function isSame(ours, host) {
    if (host === null) return false;
    return isAddress(host) ? ours.kind.startsWith('ipv') : ours.name === host.replace(/\.$/, '');
}

// --- the classes of difference ---

const MARKS = '\\x00-\\x20"\'`<>\\xa0\\xab\\xbb\\u2000-\\u200f\\u2018-\\u201f\\u2028-\\u202f\\u2039\\u203a\\u205f-\\u206f\\u3000\\ufeff';
const ENDS = new RegExp(`^[.,;()${MARKS}]+|[.,;()${MARKS}]+$`, 'gu');
const DEFANGED = / *[[({] *(?:\.|dot|@|:?\/\/?|:) *[\])}] */gi;

const NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

// Decomposed, so that a mark shows even where it was composed with what stands behind it.
function toUnicode(host) {
    return tr46.toUnicode(host, { ignoreInvalidPunycode: true }).domain.normalize('NFD');
}

// A label that has no ASCII form stays.
function toAscii(name) {
    const convert = (label) => tr46.toASCII(label, { checkBidi: true, checkJoiners: true, ignoreInvalidPunycode: true }) ?? label;
    return name.split('.').map(convert).join('.');
}

// Marks may be inside of Punycode, too.
function cutEnds(host) {
    const cut = host.replace(ENDS, '');
    const unicode = toUnicode(cut);
    return unicode === unicode.replace(ENDS, '') ? cut : toAscii(unicode.replace(ENDS, ''));
}

function unescapeAscii(name) {
    return name.replace(/%[0-7][0-9a-f]/g, (found) => String.fromCharCode(parseInt(found.slice(1), 16)).toLowerCase());
}

// What our answer and theirs become if a difference of this class is allowed for.
const CLASSES = {
    // We leave escapes of ASCII punctuation as they stand.
    escape: { ours: unescapeAscii, theirs: (host) => host },
    // libidn2 refuses what UTS 46 takes: symbols, emoji, new scripts, hyphens at odd places, labels too long.
    refusedByLibidn2: { ours: toAscii, theirs: (host) => host },
    // We cut all dots, commas, semicolons, parentheses and marks at both ends, a browser one dot.
    ends: { ours: (name) => name.replace(ENDS, ''), theirs: cutEnds },
};

// The name of the class that explains the difference, classes joined where it takes several; null if none does.
function classify(ours, host) {
    if (host === null) return 'refusedByBrowsers';
    const names = Object.keys(CLASSES);
    const sets = Array.from({ length: 1 << names.length }, (_, bits) => names.filter((_name, i) => (bits >> i) & 1)).slice(1);
    for (const chosen of sets.sort((a, b) => a.length - b.length)) {
        const left = chosen.reduce((name, one) => CLASSES[one].ours(name), ours.name);
        const right = chosen.reduce((name, one) => CLASSES[one].theirs(name), host);
        const kind = right === '' ? 'none' : NUMBER.test(right) ? 'ipv4' : 'name';
        if (ours.kind === kind && (kind !== 'name' || left === right)) return chosen.join('+');
    }
    return null;
}

// --- the three tests ---

function readLines(name) {
    return fs.readFileSync(path.join(__dirname, name), 'utf8').split('\n').filter((line) => line).map((line) => JSON.parse(line));
}

function quote(value) {
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

function testVectors(binary, write) {
    const vectors = readLines('vectors.jsonl');
    const answers = askOurs(binary, vectors.map((vector) => vector.input));
    const expected = new Map(write ? [] : readLines('differences.jsonl').map((one) => [one.input, one]));
    const inputs = new Set(vectors.map((vector) => vector.input));
    const unknown = [...expected.keys()].filter((input) => !inputs.has(input));
    if (!write) tell('differences.jsonl has nothing but vectors', unknown.map(quote).join('\n'));
    vectors.forEach(({ input, host }, i) => {
        const difference = { input, host, ours: answers[i].name || answers[i].kind, class: null };
        if (isSame(answers[i], host)) {
            if (!write) tell(`${quote(input)} is at ${host}`, expected.has(input) ? 'differences.jsonl says that it differs' : '');
            return;
        }
        difference.class = classify(answers[i], host);
        if (write) console.log(quote(difference));
        else if (expected.has(input)) tell(`${quote(input)}: ${difference.class}`, quote(expected.get(input)) === quote(difference) ? '' : quote(difference));
        else tell(`${quote(input)} is at ${host}`, `ours: ${JSON.stringify(answers[i])}, class ${difference.class}`);
    });
}

// A generator of numbers below n, from a seed (xorshift).
function makeRandom(seed) {
    let state = seed * 2654435761 + 1 >>> 0;
    return (n) => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        state >>>= 0;
        return state % n;
    };
}

const SCHEMES = ['http://', 'https://', 'HTTP://', 'wss:', 'ws:/', 'ftp:\\\\', 'http:///', 'https:/\\/', 'h\tttp://', ' http://', 'http:\n//'];
const USERS = ['', '', '', '', 'u@', 'u:p@', '@', 'a@b@', 'x.duckdns.org@', '%40@', 'é:ü@', ':@', 'u;p,q@'];
const LABELS = ['x', 'duckdns', 'org', 'a-b', 'c_d', 'xn--tda', 'bücher', 'faß', 'Ü', 'ｆｕｌｌ', 'ﬁ', '例え', 'пример', '\u03c2', 'a\u00adb', '\u1e9e', '☃', '💩',
    'a\u200bb', '1', '0x7f', '08', '256', '0', 'ab--c', '-a', 'a-', '\u2460', '\ud835\udc31', 'א', 'a!b', "a'b", 'a(b)', '~', '$', 'dot', '"q"', '%21', 'a%2db',
    '\u212a', '\u0130', 'e\u0301', '\u3164', 'a\ufe0f'];
const DOTS = ['.', '.', '.', '.', '.', '\u3002', '\uff0e', '\uff61', '%2e', '%E3%80%82', '..'];
const ENDINGS = ['', '', '', '.', '..', ':80', ':', ':65535', '.:443', ':99999'];
const TAILS = ['', '/', '/a@b', '?q=http://y.org', '#@z', '\\p', '/a:b', '/[.]', ' ', '/ü', '\t/'];

function makeHost(random) {
    if (random(12) === 0) return ['[::1]', '[fe80::1]', '127.1', '1.2.3.4', '0x7f.1', '4294967295', '0', '0x', '1.2.3.08', '[::1.2.3.4]'][random(10)];
    let host = '';
    for (let count = 1 + random(4); count > 0; count--) host += LABELS[random(LABELS.length)] + (count > 1 ? DOTS[random(DOTS.length)] : '');
    return host;
}

function escapeSome(random, text) {
    return [...text].map((c) => {
        switch (random(12)) {
        case 0: return [...Buffer.from(c)].map((byte) => '%' + byte.toString(16).padStart(2, '0')).join('');
        case 1: return c.toUpperCase();
        case 2: return c + '\t';
        default: return c;
        }
    }).join('');
}

function makeUrl(random) {
    let host = makeHost(random);
    if (random(2)) host = escapeSome(random, host);
    return [SCHEMES, USERS].map((set) => set[random(set.length)]).join('') + host + [ENDINGS, TAILS].map((set) => set[random(set.length)]).join('');
}

function testMade(binary, seed, count) {
    const random = makeRandom(seed);
    const urls = Array.from({ length: count }, () => makeUrl(random)).filter((url) => !url.replace(/[\t\n\r]/g, '').split(/[/?#\\]+/, 2).join('').match(DEFANGED));
    const answers = askOurs(binary, urls);
    const found = {};
    const unexplained = [];
    urls.forEach((url, i) => {
        const host = askTheirs(url);
        const name = isSame(answers[i], host) ? 'same' : classify(answers[i], host);
        found[name] = (found[name] ?? 0) + 1;
        if (name === null) unexplained.push(`${quote(url)}: ${quote(host)}, ours ${quote(answers[i])}`);
    });
    const counts = Object.entries(found).sort((a, b) => b[1] - a[1]).map(([name, number]) => `${name} ${number}`).join(', ');
    if (!(found.same > urls.length / 3)) unexplained.push(`too few are the same to tell anything: ${counts}`);
    tell(`seed ${seed}: ${urls.length} URLs: ${counts}`, unexplained.slice(0, 10).join('\n'));
}

// A code point that browsers drop, map to ASCII or to a dot must be so to us.
function testCodePoints(binary) {
    const points = [];
    for (let point = 0x80; point <= 0x10ffff; point++) if (point < 0xd800 || point > 0xdfff) points.push(point);
    const names = points.map((point) => `x.du${String.fromCodePoint(point)}ck.org`);
    const answers = askOurs(binary, names);
    const problems = [];
    let same = 0;
    names.forEach((name, i) => {
        const theirs = tr46.toASCII(name, { checkBidi: true, checkJoiners: true });
        if (theirs === answers[i].name) same++;
        else if (theirs !== null && !theirs.includes('xn--')) problems.push(`U+${points[i].toString(16)}: ${theirs}, ours ${answers[i].name}`);
        else if (theirs !== null && answers[i].name !== name) problems.push(`U+${points[i].toString(16)}: ${theirs}, ours ${answers[i].name}`);
    });
    if (same < 100000) problems.push(`only ${same} are the same`);
    tell(`${points.length} code points: ${same} as browsers map them, none that hides a letter`, problems.slice(0, 20).join('\n'));
}

function option(name, fallback) {
    const at = process.argv.indexOf(name);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
}

function main() {
    const binary = process.argv[2];
    const write = process.argv.includes('--write');
    testVectors(binary, write);
    if (write) return;
    for (let seed = 1; seed <= option('--seeds', 3); seed++) testMade(binary, seed, option('--count', 20000));
    testCodePoints(binary);
    console.log(`1..${report.number}`);
    process.exitCode = report.failed ? 1 : 0;
}

main();
