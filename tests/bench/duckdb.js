// duckdb.js FILE THREADS : the published detection in DuckDB over NDJSON envelopes; prints the number of hits.
const { DuckDBInstance } = require('@duckdb/node-api');

const [file, threads] = process.argv.slice(2);
const SUFFIXES = ['duckdns.org', 'publicvm.com', 'ddns.net', 'hopto.org', 'zapto.org', 'serveftp.com', 'servegame.com',
    'myftp.org', 'myvnc.com', 'gotdns.ch', '3utilities.com', 'bounceme.net', 'freedynamicdns.org',
    'freedynamicdns.net', 'freeddns.org'];
const COLUMNS = ['Timestamp', 'DeviceName', 'DeviceId', 'InitiatingProcessFileName', 'InitiatingProcessCommandLine',
    'InitiatingProcessAccountName', 'RemoteUrl', 'RemoteIP', 'LocalIP', 'Protocol', 'ActionType'];

async function main() {
    const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
    const struct = COLUMNS.map((c) => `"${c}" VARCHAR`).join(', ');
    const regex = `.*\\.(${SUFFIXES.map((s) => s.replace(/\./g, '\\.')).join('|')})$`;
    const result = await connection.runAndReadAll(
        `SELECT p.* FROM (SELECT properties AS p FROM read_ndjson('${file}', columns = {category: 'VARCHAR', properties: 'STRUCT(${struct})'})
           WHERE category = 'AdvancedHunting-DeviceNetworkEvents') WHERE regexp_matches(p.RemoteUrl, '${regex}')
         ORDER BY p."Timestamp" DESC`);
    console.log(result.currentRowCount);
}
main();
