// import.js FOLDER > vectors.jsonl : what web-platform-tests say about hosts, out of FOLDER/urltestdata.json and toascii.json.
// Kept are the vectors that need no base URL and have a special scheme, with their input and host alone.
const fs = require('fs');
const path = require('path');

function read(name) {
    return JSON.parse(fs.readFileSync(path.join(process.argv[2], name), 'utf8')).filter((one) => typeof one === 'object');
}

// Tabs and line ends don't count; behind two slashes nothing is taken from a base.
const SPECIAL = /^[\0- ]*(?:https?|wss?|ftp):/i;
const ABSOLUTE = /^[\0- ]*(?:https?|wss?|ftp):[/\\]{2}/i;

function isOwn(vector) {
    const input = vector.input.replace(/[\t\n\r]/g, '');
    return (vector.base === null || vector.base === undefined ? SPECIAL : ABSOLUTE).test(input);
}

const vectors = [
    ...read('urltestdata.json').filter((one) => one.input !== undefined && isOwn(one))
        .map((one) => ({ input: one.input, host: one.failure ? null : one.hostname })),
    ...read('toascii.json').map((one) => ({ input: `https://${one.input}/`, host: one.output })),
];
const seen = new Set();
for (const vector of vectors) {
    const line = JSON.stringify(vector).replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
    if (!seen.has(line)) console.log(line);
    seen.add(line);
}
