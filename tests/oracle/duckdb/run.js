// run.js BINARY [PAIRS] : the program and DuckDB answer the same questions over the same rows. Prints TAP.
const { DuckDBInstance } = require('@duckdb/node-api');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const ROWS = 2000;

// mulberry32: small, seeded, the same everywhere.
function random(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function makeRows(seed) {
    const next = random(seed);
    const pick = (list) => list[Math.floor(next() * list.length)];
    const rows = [];
    for (let i = 0; i < ROWS; i++) {
        const label = pick(['a', 'A9', 'duck', 'x-dns', 'b.c']);
        const url = pick([null, '', `${label}.duckdns.org`, `${label}.Duckdns.org`, `${label}duckdns.org`, `${label}.ddns.net`,
            `${label}.hopto.org`, 'www.bing.com', `${label}.duckdns.org.`, `duckdns.${label}.org`]);
        const time = next() < 0.05 ? null
            : new Date(Date.UTC(2026, 2, 1 + Math.floor(next() * 5), Math.floor(next() * 24), Math.floor(next() * 60))).toISOString();
        rows.push({ Timestamp: time, DeviceName: `ws-${Math.floor(next() * 8)}`, ActionType: pick(['ConnectionSuccess', 'ConnectionFailed']),
            RemoteIP: pick(['10.1.2.3', '172.16.9.9', '172.32.0.1', '192.168.1.1', '198.19.0.7', '8.8.8.8', 'fe80::1', '', '-']),
            RemotePort: pick([null, 80, 443, 443, 4782, 65535]), RemoteUrl: url, Protocol: pick(['Tcp', 'Udp', null]),
            ReportId: i + 1 });
    }
    for (let i = rows.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [rows[i], rows[j]] = [rows[j], rows[i]];
    }
    return rows;
}

// One text for a cell, whatever the engine calls its type.
function canonical(cell) {
    if (cell === null || cell === undefined) return null;
    if (typeof cell === 'bigint') return Number(cell);
    if (typeof cell === 'object' && 'micros' in cell) return new Date(Number(cell.micros / 1000n)).toISOString();
    if (typeof cell === 'object' && 'value' in cell && 'scale' in cell) return Number(cell.toDouble());
    if (typeof cell === 'string' && /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z$/.test(cell)) return cell.slice(0, 23) + 'Z';
    if (typeof cell === 'number') return Number(cell.toPrecision(14));
    return cell;
}

function ask(binary, kql, file) {
    const done = spawnSync(binary, ['query', '-q', '--format', 'ndjson', kql, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(`exit ${done.status}: ${done.stderr}`);
    return done.stdout.split('\n').filter(Boolean).map((line) => Object.values(JSON.parse(line)).map(canonical));
}

function difference(got, expected) {
    for (let i = 0; i < Math.min(got.length, expected.length); i++) {
        if (JSON.stringify(got[i]) !== JSON.stringify(expected[i])) {
            return `row ${i}: ddnshunt ${JSON.stringify(got[i])}, DuckDB ${JSON.stringify(expected[i])}`;
        }
    }
    return got.length === expected.length ? null : `${got.length} rows, DuckDB has ${expected.length}`;
}

async function main() {
    const [binary, pairsFile] = [process.argv[2], process.argv[3] ?? path.join(__dirname, 'pairs.txt')];
    const pairs = fs.readFileSync(pairsFile, 'utf8').split('\n').filter((l) => !l.startsWith('#')).join('\n').split(/^--$/m)
        .map((text) => text.trim().split('\n')).filter((lines) => lines.length === 3);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddnshunt-duckdb-'));
    const file = path.join(folder, 'rows.jsonl');
    fs.writeFileSync(file, makeRows(7).map((row) => JSON.stringify(row)).join('\n') + '\n');
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    await connection.run(`CREATE TABLE t AS SELECT row_number() OVER () AS pos, * REPLACE (coalesce(RemoteUrl, '') AS RemoteUrl,
        coalesce(Protocol, '') AS Protocol) FROM read_ndjson('${file}', columns = {Timestamp: 'TIMESTAMP', DeviceName: 'VARCHAR',
        ActionType: 'VARCHAR', RemoteIP: 'VARCHAR', RemotePort: 'BIGINT', RemoteUrl: 'VARCHAR', Protocol: 'VARCHAR', ReportId: 'BIGINT'})`);
    let failed = 0;
    for (const [number, [name, kql, sql]] of pairs.entries()) {
        let found;
        try {
            const rows = (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(canonical));
            found = difference(ask(binary, kql, file), rows);
        } catch (problem) {
            found = problem.message;
        }
        failed += found ? 1 : 0;
        console.log(`${found ? 'not ok' : 'ok'} ${number + 1} - oracle/duckdb: ${name}`);
        if (found) console.log('# ' + found.replace(/\n/g, '\n# '));
    }
    console.log(`1..${pairs.length}`);
    fs.rmSync(folder, { recursive: true });
    process.exitCode = failed || pairs.length === 0 ? 1 : 0;
}
main();
