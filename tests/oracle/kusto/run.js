// run.js BINARY : what we accept, refuse and print, against Microsoft's own parser and binder. Prints TAP.
//
//  1. Every rule under rules/ gives no diagnostic at all, nor does what our printer makes of it.
//  2. queries.txt: each query is accepted, refused or "not supported yet" as its section says, by both sides.
//  3. The stages that tuning options put into the rules give no diagnostic.
//  4. What our printer makes of every accepted query is accepted there, too (that it is the same query to us, unit tests show).
//
// Works offline once `npm ci` has run in tests/oracle. kql-print is a tool of the build, beside the binary.
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const folder = path.dirname(require.resolve('@kusto/language-service-next/package.json'));
require(path.join(folder, 'bridge.js'));
require(path.join(folder, 'Kusto.Language.Bridge.js'));
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

function readSchema(file) {
    const tables = new Map();
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        if (line === '' || line.startsWith('#')) continue;
        const [table, column, type] = line.split('\t');
        tables.set(table, [...(tables.get(table) ?? []), `['${column}']: ${type}`]);
    }
    const symbols = [...tables].map(([name, columns]) => Symbols.TableSymbol.From(`(${columns.join(', ')})`).WithName(name));
    return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('hunting', symbols));
}

// Diagnostics of Microsoft's side; errors alone unless everything is asked for.
function diagnose(globals, text, everything) {
    const found = KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
    const messages = [];
    for (let i = 0; i < found.Count; i++) {
        const one = found.getItem ? found.getItem(i) : found[i];
        if (everything || one.Severity === 'Error') messages.push(`${one.Severity} at ${one.Start}: ${one.Message}`);
    }
    return messages;
}

// Our side: accept, refuse or unsupported, with what was said.
function check(binary, text) {
    const done = spawnSync(binary, ['query', '--check', '-f', '-'], { input: text, encoding: 'utf8' });
    if (done.status === 0) return { verdict: 'accept', said: '' };
    if (done.status !== 2) return { verdict: `exit ${done.status ?? done.signal}`, said: done.stderr };
    const verdict = done.stderr.split('\n')[0].includes('not supported yet') ? 'unsupported' : 'refuse';
    return { verdict, said: done.stderr.trim() };
}

// Sections `=== VERDICT[; Kusto accepts|refuses: REASON]`, then a query a line, or several lines between <<< and >>>. The
// text of section `prelude` stands before each query.
function readQueries(file) {
    const queries = [];
    let prelude = '';
    let section = null;
    let block = null;
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        if (block !== null) {
            if (line === '>>>') {
                queries.push({ ...section, text: block.join('\n') });
                block = null;
            } else block.push(line);
        } else if (line.startsWith('=== ')) {
            const [, verdict, kusto, reason] = /^=== (\w+)(?:; Kusto (accepts|refuses): (.+))?$/.exec(line);
            section = { verdict, kusto: kusto ? kusto.slice(0, -1) : verdict === 'unsupported' ? 'accept' : verdict, reason };
        } else if (line === '<<<') block = [];
        else if (line !== '' && !line.startsWith('#')) {
            if (section.verdict === 'prelude') prelude = line + '\n';
            else queries.push({ ...section, text: line });
        }
    }
    return { prelude, queries };
}

// Prints many queries in one process: texts and results are ended by NUL.
function printAll(printer, texts) {
    const done = spawnSync(printer, [], { input: texts.map((text) => text + '\0').join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
    const printed = (done.stdout ?? '').split('\0').slice(0, -1);
    if (printed.length !== texts.length) throw new Error(`${printer}: ${done.error?.message ?? done.stderr}`);
    return printed;
}

// Our own functions, which Kusto does not have, declared as it would have them declared; only those that the text calls.
function declareOurs(text) {
    const names = ['ddns_host', 'ddns_suffix', 'ddns_provider', 'ddns_category', 'ddns_kind'];
    return names.filter((name) => text.includes(name + '(')).map((name) => `let ${name} = (url:string) { url };\n`).join('') + text;
}

const report = { number: 0, failed: 0 };
function tell(name, problem) {
    report.number++;
    report.failed += problem ? 1 : 0;
    console.log(`${problem ? 'not ok' : 'ok'} ${report.number} - oracle/kusto: ${name.replace(/\s+/g, ' ').replace(/#/g, '\\#').slice(0, 150)}`);
    if (problem) console.log('# ' + problem.replace(/\n/g, '\n# '));
}

function compare(globals, binary, prelude, query) {
    const ours = check(binary, prelude + query.text);
    const theirs = diagnose(globals, prelude + query.text, false);
    const problems = [];
    if (ours.verdict !== query.verdict) problems.push(`ours: ${ours.verdict}, expected ${query.verdict}\n${ours.said}`);
    if ((theirs.length ? 'refuse' : 'accept') !== query.kusto) {
        problems.push(`Kusto: ${theirs.length ? theirs.join('; ') : 'accept'}, expected ${query.kusto}`);
    }
    tell(`${query.verdict}: ${query.text}`, problems.join('\n'));
}

// Each option, alone and with the others, in either rule: the query that --explain shows.
const TUNING = [
    ['--allow', 'a.duckdns.org', '--allow', 'b_$+.ddns.net'], ['--provider', 'DuckDNS'], ['--exclude-provider', 'No-IP'],
    ['--category', 'all'], ['--category', 'tunnel'], ['--local-net', '10.0.0.0/8', '--local-net', 'fd00::/8'], ['--exclude-local', '10.1.2.3'],
    ['--outbound'], ['--action', 'ConnectionSuccess'], ['--since', '7d'], ['--until', '2026-05-01T10:00:00.5Z'],
    ['--where', 'RemotePort != 53 and DynamicDNSProvider has "x"'], ['--exclude-device', 'ws-*', '--exclude-device', 'srv'],
    ['--exclude-process', 'a"b(c)?.exe'], ['--exclude-account', 'CORP\\svc*', '--exclude-account', '*@lab.test', '--exclude-account', 'bob'],
    ['--unique'],
];

function checkTuning(globals, binary) {
    for (const rule of ['default', 'published']) {
        for (const options of [...TUNING, TUNING.flat()]) {
            const done = spawnSync(binary, ['scan', '--no-config', '--rule', rule, '--explain', ...options], { encoding: 'utf8' });
            const text = done.stdout.split('\n\n// the plan')[0];
            const silent = !text.startsWith('// the query') && !(rule === 'published' && options.includes('all'));
            const problems = silent ? [done.stderr] : diagnose(globals, declareOurs(text), true);
            tell(`rule ${rule}, tuned: ${options.slice(0, 4).join(' ')}`, problems.length ? `${text}\n${problems.join('\n')}` : '');
        }
    }
}

function main() {
    const binary = path.resolve(process.argv[2]);
    const printer = path.join(path.dirname(binary), 'tests/oracle/kusto/kql-print');
    const globals = readSchema(path.join(__dirname, 'schema.tsv'));
    const rules = path.join(__dirname, '../../../rules');
    for (const name of fs.readdirSync(rules).filter((file) => file.endsWith('.kql')).sort()) {
        const text = fs.readFileSync(path.join(rules, name), 'utf8');
        tell(`rules/${name}`, diagnose(globals, declareOurs(text), true).join('\n'));
        tell(`rules/${name}, printed`, diagnose(globals, declareOurs(printAll(printer, [text])[0]), true).join('\n'));
    }
    checkTuning(globals, binary);
    const { prelude, queries } = readQueries(process.argv[3] ?? path.join(__dirname, 'queries.txt'));
    for (const query of queries) compare(globals, binary, prelude, query);
    const accepted = queries.filter((query) => query.verdict === 'accept' && query.kusto === 'accept');
    const printed = printAll(printer, accepted.map((query) => prelude + query.text));
    accepted.forEach((query, i) => {
        const problems = diagnose(globals, printed[i], false);
        tell(`printed: ${query.text}`, problems.length ? `${printed[i]}\n${problems.join('\n')}` : '');
    });
    console.log(`1..${report.number}`);
    process.exitCode = report.failed || report.number === 0 ? 1 : 0;
}

module.exports = { readSchema, diagnose, check };
if (require.main === module) main();
