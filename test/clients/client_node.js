// What a client of node-postgres sees. It has no call that lists columns: they are those of
// the catalogue, each with the type of the result and what the type parser makes of it. `C`
// lines list the columns of each view (name, type, JavaScript type, nullable, comment), `L`
// lines are all rows, `Q` lines answer the questions. A date comes as midnight of the client's
// zone: it is read by its local parts, as one must.
'use strict';
const { Client, types } = require('pg');

const names = {};
for (const [name, oid] of Object.entries(types.builtins)) names[oid] = name;
const samples = { BOOL: 't', INT8: '1', INT4: '1', NUMERIC: '1.5', DATE: '2026-01-31', TIMESTAMPTZ: '2026-01-31 12:00:00+01',
	JSONB: '{}', TEXT: 'x', UUID: '6ecd8c99-4036-403d-bf84-cf8400f67836', REGCLASS: 'x' };

function write(...fields) {
	process.stdout.write(fields.join('\t') + '\n');
}

function kind(value) {
	return typeof value === 'object' ? value.constructor.name : typeof value;
}

function typeOf(field) {
	const name = names[field.dataTypeID] || String(field.dataTypeID);
	const js = kind(types.getTypeParser(field.dataTypeID, 'text')(samples[name] || 'x'));
	const m = field.dataTypeModifier - 4;
	return [name, name === 'NUMERIC' && m >= 0 ? `NUMERIC(${m >> 16},${m & 65535})` : name, js];
}

const two = (n) => String(n).padStart(2, '0');
function text(value, name) {
	if (value === null) return null;
	if (name === 'DATE') return `${String(value.getFullYear()).padStart(4, '0')}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
	if (name === 'TIMESTAMPTZ') return String(value.getTime());
	if (name === 'JSONB') return JSON.stringify(Object.fromEntries(Object.entries(value).sort((a, b) => a[0] < b[0] ? -1 : 1)));
	if (kind(value) === 'number' && !Number.isSafeInteger(value)) throw new TypeError('a float');
	return String(value);
}

async function main() {
	const client = new Client();
	await client.connect();
	const list = await client.query(`SELECT table_name AS v, obj_description(format('creances.%I', table_name)::regclass) AS c
		FROM information_schema.views WHERE table_schema = 'creances' AND table_name !~ '^_' ORDER BY table_name COLLATE "C"`);
	for (const { v, c } of list.rows) {
		write('C', `${v} | vue | ${c}`);
		const columns = await client.query(`SELECT column_name, is_nullable, col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) AS c
			FROM information_schema.columns WHERE table_schema = 'creances' AND table_name = $1 ORDER BY ordinal_position`, [v]);
		const all = await client.query({ text: `SELECT * FROM "creances"."${v}"`, rowMode: 'array' });
		const named = all.fields.map(typeOf);
		columns.rows.forEach((k, i) => {
			if (all.fields[i].name !== k.column_name) throw new Error(`${v}: ${k.column_name}`);
			write('C', `${v}.${k.column_name} | ${named[i][1]} ${named[i][2]} | ${k.is_nullable === 'YES' ? 'nullable' : 'not null'} | ${k.c}`);
		});
		for (const row of all.rows) {
			row.forEach((x, i) => {
				if (x !== null && kind(x) !== named[i][2]) throw new TypeError(`${v}.${all.fields[i].name}: ${kind(x)}`);
			});
			write('L', v, JSON.stringify(row.map((x, i) => text(x, named[i][0]))));
		}
	}
	const convert = { text: String, integer: Number, numeric: String, date: String };
	for (const line of require('fs').readFileSync(0, 'utf8').split('\n').filter((x) => x)) {
		const [name, sql, ...given] = line.split('\t');
		let n = 0;
		const statement = sql.replace(/\?/g, () => `$${++n}`);
		const pairs = given.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]);
		for (const [how, values] of [['types', pairs.map(([t, x]) => convert[t](x))], ['textes', pairs.map((p) => p[1])]]) {
			// (a name makes it a prepared statement)
			const answer = await client.query({ name: `${how} ${name}`.slice(0, 60), text: statement, values, rowMode: 'array' });
			write('Q', `${name}, ${how}`, JSON.stringify(answer.rows.map((r) => r.map((x, i) => text(x, typeOf(answer.fields[i])[0])))));
		}
	}
	await client.end();
}

main().catch((e) => {
	console.error(e);
	process.exitCode = 1;
});
