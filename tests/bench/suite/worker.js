// worker.js duckdb < JSON : as worker.py, DuckDB as npm has it; used for the version that the oracles are pinned to.
const fs = require('fs');
const { DuckDBInstance, version } = require('@duckdb/node-api');

async function main() {
    if (process.argv[3] === '--version') {
        console.log(version().replace(/^v/, ''));
        return;
    }
    const task = JSON.parse(fs.readFileSync(0, 'utf8'));
    const connection = await (await DuckDBInstance.create(':memory:', { threads: String(task.threads) })).connect();
    await connection.run(task.warm);
    const start = process.hrtime.bigint();
    await connection.run(task.main);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    console.log(JSON.stringify({ seconds, version: version().replace(/^v/, '') }));
}
main();
