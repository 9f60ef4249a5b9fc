// rules.js BINARY [OPTION...] : every form of `ddnshunt rule` gives no diagnostic at all from Microsoft's own parser and binder. Prints TAP.
//
// Products, dialects, parts, watchlists and tunings, each with each. Defender's table has Timestamp and AdditionalFields as a string,
// Sentinel's has TimeGenerated in its place and AdditionalFields as a dynamic; _GetWatchlist() is declared as Sentinel has it.
const { spawnSync } = require('child_process');
const path = require('path');
const { readSchema, diagnose } = require('./run.js');
const { Symbols, GlobalState } = Kusto.Language;
const fs = require('fs');

const FORMS = [
    ['defender'], ['defender', '--for', 'custom-detection'], ['defender', '--for', 'custom-detection', '--no-comments'],
    ['defender', '--for', 'continuous'], ['defender', '--max-chars', '9000', '--split'], ['defender', '--for', 'continuous', '--max-chars', '9000', '--split'],
    ['sentinel', '--for', 'sentinel-hunting'], ['sentinel', '--dialect', 'sentinel'], ['sentinel', '--for', 'sentinel-analytics', '--split'],
    ['sentinel', '--for', 'sentinel-nrt', '--split', '--no-comments'], ['sentinel', '--for', 'sentinel-analytics', '--watchlist', 'ddnshunt'],
    ['sentinel', '--for', 'sentinel-nrt', '--watchlist', 'My list-1', '--category', 'all'],
];
const TUNINGS = [
    [], ['--category', 'all'], ['--category', 'tunnel'], ['--provider', 'No-IP'], ['--allow', 'duckdns.org', '--allow', 'x.example.net'],
    ['--exclude-provider', 'DuckDNS', '--category', 'all'], ['--local-net', '10.0.0.0/8', '--local-net', '2001:db8::/32'], ['--exclude-local', '192.168.0.0/16'],
    ['--outbound'], ['--action', 'ConnectionSuccess'], ['--since', '7d', '--until', '2026-05-03'], ['--where', 'RemotePort in (80, 443) or Timestamp > ago(1h)'],
    ['--where', "AdditionalFields.query has 'x' and TimeGenerated > ago(1d)"], ['--where', "Kind == 'service' and ddns_category(RemoteUrl) == 'public-ddns'"],
    ['--exclude-device', 'ws-*', '--exclude-device', 'a"b\\c'], ['--exclude-process', 'updater*.exe'],
    ['--exclude-account', 'svc-*', '--exclude-account', 'CORP\\alice', '--exclude-account', 'bob@*'], ['--unique'], ['--rule', 'published'],
    ['--rule', 'published', '--allow', 'duckdns.org', '--unique'],
];

// The table in both dialects.
function tables(file) {
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('DeviceNetworkEvents\t'));
    const columns = lines.map((line) => line.split('\t').slice(1));
    const state = (own) => {
        const text = own.map(([name, type]) => `['${name}']: ${type}`).join(', ');
        const table = Symbols.TableSymbol.From(`(${text})`).WithName('DeviceNetworkEvents');
        return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('hunting', [table]));
    };
    const defender = columns.filter(([name]) => name !== 'TimeGenerated');
    const sentinel = columns.filter(([name]) => name !== 'Timestamp' && name !== 'TimeGenerated')
        .map(([name, type]) => [name, name === 'AdditionalFields' ? 'dynamic' : type]);
    return { defender: state(defender), sentinel: state([['TimeGenerated', 'datetime'], ...sentinel]) };
}

// Columns of the CSV file, between those that Sentinel adds.
const WATCHLIST = 'let _GetWatchlist = (alias:string) { datatable(_DTItemId:string, LastUpdatedTimeUTC:datetime, SearchKey:string, ' +
    'Entry:string, EntryType:string, Operator:string, Category:string)[] };\n';

// Combinations that a product has not: refused with a reason.
function isRefused(form, tuning) {
    return form.includes('continuous') && tuning.includes('--unique');
}

const report = { number: 0, failed: 0 };
function tell(name, problem) {
    report.number++;
    report.failed += problem ? 1 : 0;
    console.log(`${problem ? 'not ok' : 'ok'} ${report.number} - oracle/kusto-rules: ${name.replace(/#/g, '')}`);
    if (problem) console.log('# ' + problem.slice(0, 2000).replace(/\n/g, '\n# '));
}

function check(binary, states, [dialect, ...form], tuning) {
    const done = spawnSync(binary, ['rule', '-q', ...form, ...tuning, ...process.argv.slice(3)], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const name = ['rule', ...form, ...tuning].join(' ');
    if (isRefused(form, tuning)) {
        tell(`${name} is refused`, done.status === 2 ? '' : `exit ${done.status}: ${done.stderr}`);
        return;
    }
    if (done.status !== 0) {
        tell(name, `exit ${done.status ?? done.signal}: ${done.stderr}`);
        return;
    }
    const problems = [];
    const limit = form.includes('--max-chars') ? 9000 : form.some((word) => /^sentinel-(analytics|nrt)$/.test(word)) ? 10000 : Infinity;
    const texts = done.stdout.split('\n\n');
    for (const text of texts) {
        const whole = (form.includes('--watchlist') ? WATCHLIST : '') + text;
        const place = (said) => whole.slice(Math.max(0, Number(/at (\d+)/.exec(said)[1]) - 60)).slice(0, 120);
        problems.push(...diagnose(states[dialect], whole, true).map((said) => `${said}: ${place(said)}`));
        if (text.length > limit) problems.push(`${text.length} characters`);
        if (form.includes('continuous') && /^\s*\/\/|\b(sort|join|union|externaldata)\b/m.test(text)) problems.push('what a continuous detection may not have');
    }
    tell(`${name} (${texts.length})`, problems.join('\n'));
}

function main() {
    const binary = path.resolve(process.argv[2]);
    const states = tables(path.join(__dirname, 'schema.tsv'));
    for (const form of FORMS) for (const tuning of TUNINGS) check(binary, states, form, tuning);
    console.log(`1..${report.number}`);
    process.exitCode = report.failed || report.number === 0 ? 1 : 0;
}

main();
