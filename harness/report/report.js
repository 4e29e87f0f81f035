'use strict';
/*
 * Filters and details of the page; the fragment of the address holds their state, so
 * that a view can be sent to somebody. Text from the data is only ever set as text.
 */
(function () {
	const data = JSON.parse(document.getElementById('data').textContent);
	const matrix = document.getElementById('matrix');
	const detail = document.getElementById('detail');
	const form = document.getElementById('filters');
	const shown = document.getElementById('shown');
	const fields = {};
	const keys = ['status', 'area', 'kernel', 'abi', 'q'];
	const CELL = {kernel: 0, abi: 1, version: 2, accel: 3, qemu: 4, user: 5};
	let state = {};
	let chosen = null; /* the element whose details are shown */
	let columns = data.cells.map(() => true);

	for (const k of keys)
		fields[k] = document.getElementById('f-' + k);

	/* ---- what is in the table ---- */

	const rows = [];
	const areas = [];
	for (const body of matrix.tBodies) {
		const area = {body: body, name: body.rows[0].textContent.trim(), rows: []};

		areas.push(area);
		for (let i = 1; i < body.rows.length; i++) {
			const tr = body.rows[i];
			const sound = body.id === 'sound';
			const row = {tr: tr, area: area, sound: sound,
				data: sound ? data.sound[i - 1] : data.rows[rows.length]};

			row.id = row.data[0];
			area.rows.push(row);
			if (!sound)
				rows.push(row);
		}
	}
	const by_tr = new Map();
	for (const area of areas)
		for (const row of area.rows)
			by_tr.set(row.tr, row);

	/* "." of a cell; "" for none. */
	function letter(row, c) {
		return row.tr.cells[c + 1].textContent.trim();
	}

	function doc_of(row) {
		return row.sound || row.data[3] < 0 ? null : data.docs[row.data[3]];
	}

	/* Name, promise and reasons, in small letters, once they are asked for. */
	function text_of(row) {
		if (row.text === undefined) {
			const doc = doc_of(row);
			const words = [row.id, doc ? doc[0] : ''];

			for (const one of row.sound ? [] : row.data[4])
				words.push(data.texts[one[3]]);
			row.text = words.join('\n').toLowerCase();
		}
		return row.text;
	}

	/* ---- filters ---- */

	const groups = {
		bad: ['not green', s => s[2] !== 'good'],
		notpass: ['anything but pass', s => s[0] !== 'pass'],
	};

	function letters_of(status) {
		return Object.keys(data.status).filter(l => groups[status] ?
			groups[status][1](data.status[l]) : data.status[l][0] === status).join('');
	}

	function fill(select, values) {
		for (const [value, text] of values) {
			const o = document.createElement('option');

			o.value = value;
			o.textContent = text;
			select.append(o);
		}
	}

	function unique(list) {
		return [...new Set(list)].map(v => [v, v]);
	}

	/* Columns by one rule of the sheet, each change of which costs a look at all cells. */
	const sheet = document.styleSheets[0];
	const own = sheet.cssRules.length;
	let hiding = '';
	function show_columns() {
		columns = data.cells.map(c => (!state.kernel || c[CELL.kernel] === state.kernel) &&
			(!state.abi || c[CELL.abi] === state.abi));
		const off = columns.map((on, c) => on ? '' : ':nth-child(' + (c + 2) + ')')
			.filter(s => s).join(', ');

		if (off === hiding)
			return;
		if (hiding)
			sheet.deleteRule(own);
		if (off)
			sheet.insertRule('#matrix tr:not(.area) > :is(' + off + ') { display: none; }', own);
		hiding = off;
		const span = 1 + columns.filter(on => on).length;
		for (const area of areas)
			area.body.rows[0].cells[0].colSpan = span;
	}

	function fits(row, wanted, q) {
		if (state.area && row.area.name !== state.area)
			return false;
		if (q && !text_of(row).includes(q))
			return false;
		if (!wanted)
			return true;
		for (let c = 0; c < columns.length; c++) {
			const l = columns[c] ? letter(row, c) : '';

			if (l && wanted.includes(l))
				return true;
		}
		return false;
	}

	function apply() {
		const wanted = state.status ? letters_of(state.status) || '\0' : '';
		const q = (state.q || '').toLowerCase();
		let count = 0;

		show_columns();
		for (const area of areas) {
			let any = false;

			for (const row of area.rows) {
				const on = row.sound ? !wanted && !q && !state.area : fits(row, wanted, q);

				row.tr.hidden = !on;
				any = any || on;
				count += on && !row.sound;
			}
			area.body.hidden = !any;
		}
		shown.textContent = count + ' of ' + rows.length + ' contracts, ' +
			columns.filter(on => on).length + ' of ' + columns.length + ' cells';
		document.getElementById('none').hidden = count > 0;
	}

	/* ---- details ---- */

	function add(parent, tag, text, cls) {
		const e = document.createElement(tag);

		if (text !== undefined)
			e.textContent = text;
		if (cls)
			e.className = cls;
		parent.append(e);
		return e;
	}

	function fact(dl, name, value) {
		if (!value)
			return;
		add(dl, 'dt', name);
		add(dl, 'dd', value);
	}

	function chip(parent, l) {
		const s = data.status[l];
		const p = add(parent, 'p', undefined, 'status');

		add(p, 'b', l, 'chip ' + s[0]).setAttribute('aria-hidden', 'true');
		add(p, 'b', s[0]);
		p.append(': ' + s[1]);
	}

	function quote(word) {
		return /^[\w.\/:+-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'";
	}

	function command(cell, row) {
		const where = {running: '--native', 'qemu-user': '--qemu-user'}[cell[CELL.kernel]] ||
			'--kernel ' + quote(cell[CELL.kernel]);

		return 'kmatrix run ' + where + ' --abi ' + quote(cell[CELL.abi]) + ' --test ' +
			quote(row.id);
	}

	function show_doc(row) {
		const doc = doc_of(row);

		if (!doc)
			return;
		add(detail, 'h3', 'The contract');
		add(detail, 'p', doc[0], 'promise');
		const dl = add(detail, 'dl');
		fact(dl, 'since', doc[1] && 'Linux ' + doc[1]);
		fact(dl, 'until', doc[2] && 'Linux ' + doc[2]);
		fact(dl, 'ABIs', doc[3]);
		fact(dl, 'kind', doc[5]);
		fact(dl, 'reference', doc[4]);
		if (/^https:\/\//.test(doc[6])) {
			add(dl, 'dt', 'link');
			const a = add(add(dl, 'dd'), 'a', doc[6]);
			a.href = doc[6];
			a.rel = 'noreferrer noopener';
		}
	}

	function show_case(one, program, several) {
		const box = add(detail, 'div', undefined, several ? 'case' : '');

		if (several)
			chip(box, one[2]);
		if (data.texts[one[3]])
			add(box, 'p', data.texts[one[3]], 'reason');
		const dl = add(box, 'dl');
		fact(dl, 'case', program + ':' + data.texts[one[1]]);
		fact(dl, 'time', one[5] >= 0 ? one[5] + ' ms' : '');
		if (one[4] >= 0) {
			add(box, 'h3', 'Output');
			add(box, 'pre', data.texts[one[4]]).tabIndex = 0;
		}
	}

	function show_cell(row, c) {
		const cell = data.cells[c], l = letter(row, c);

		if (row.sound) {
			const v = row.data[1][c];

			add(detail, 'p', v[0] + (v[1] ? ': ' + v[1] : ''), 'reason');
		} else if (!l) {
			add(detail, 'p', 'There is no such case in this cell.');
		} else {
			const cases = row.data[4].filter(one => one[0] === c);

			chip(detail, l);
			for (const one of cases)
				show_case(one, data.texts[row.data[2]], cases.length > 1);
		}
		const dl = add(detail, 'dl', undefined, 'cell');
		fact(dl, 'kernel', cell[CELL.kernel]);
		fact(dl, 'version', cell[CELL.version]);
		fact(dl, 'ABI', cell[CELL.abi]);
		fact(dl, 'by', cell[CELL.accel] + (cell[CELL.qemu] ? ', QEMU ' + cell[CELL.qemu] : ''));
		fact(dl, 'user', cell[CELL.user]);
		if (!row.sound && l)
			add(add(detail, 'p', 'Again: '), 'code', command(cell, row));
	}

	/* All the cells of a row, by status. */
	function show_row(row) {
		const dl = add(detail, 'dl');

		for (const l of Object.keys(data.status)) {
			const cells = data.cells.filter((_, c) => letter(row, c) === l);

			fact(dl, data.status[l][0],
				cells.map(c => c[CELL.kernel] + '/' + c[CELL.abi]).join(', '));
		}
	}

	function close_detail(back) {
		detail.hidden = true;
		if (chosen) {
			chosen.removeAttribute('aria-selected');
			if (back)
				chosen.focus();
		}
		chosen = null;
	}

	function open_detail(row, c) {
		close_detail(false);
		chosen = row.tr.cells[c + 1];
		chosen.setAttribute('aria-selected', 'true');
		detail.replaceChildren();
		add(detail, 'h2', row.id).id = 'detail-title';
		const button = add(detail, 'button', 'Close', 'close');
		button.type = 'button';
		button.addEventListener('click', () => choose(null));
		if (c >= 0)
			show_cell(row, c);
		else if (!row.sound)
			show_row(row);
		show_doc(row);
		detail.hidden = false;
		detail.scrollTop = 0;
	}

	/* ---- the address ---- */

	function write_address() {
		const p = new URLSearchParams();

		for (const k of [...keys, 'at', 'cell'])
			if (state[k])
				p.set(k, state[k]);
		history.replaceState(null, '', '#' + p);
	}

	function choose(row, c) {
		state.at = row ? row.id : '';
		state.cell = row && c >= 0 ? String(c + 1) : '';
		if (row)
			open_detail(row, c);
		else
			close_detail(true);
		write_address();
	}

	/* A part of the page, which the browser itself goes to. */
	function is_part() {
		return location.hash && !location.hash.includes('=');
	}

	function read_address() {
		if (is_part())
			return;
		const p = new URLSearchParams(location.hash.slice(1));

		state = {};
		for (const k of [...keys, 'at', 'cell'])
			state[k] = p.get(k) || '';
		for (const k of keys)
			fields[k].value = state[k];
		apply();
		const row = areas.flatMap(a => a.rows).find(r => r.id === state.at);
		const c = Number(state.cell) - 1;
		if (!row || !(c < data.cells.length))
			return close_detail(false);
		open_detail(row, Number.isInteger(c) && c >= 0 ? c : -1);
		focus_on(chosen, false);
		chosen.scrollIntoView({block: 'center', inline: 'center'});
	}

	/* ---- keys: one cell of the table is the tab stop, arrows move it ---- */

	let stop = null;
	function focus_on(e, really) {
		const row = by_tr.get(e.parentNode);
		const c = e.cellIndex - 1;

		if (stop)
			stop.tabIndex = -1;
		stop = e;
		e.tabIndex = 0;
		if (c >= 0 && !row.sound)
			e.setAttribute('aria-label', row.id + ', ' + data.cells[c][CELL.kernel] + ' ' +
				data.cells[c][CELL.abi] + ': ' +
				(letter(row, c) ? data.status[letter(row, c)][0] : 'no such case'));
		if (really)
			e.focus();
	}

	function next_row(tr, step) {
		const all = [...by_tr.keys()].filter(r => !r.hidden);

		return all[all.indexOf(tr) + step];
	}

	function next_cell(e, step) {
		do
			e = step > 0 ? e.nextElementSibling : e.previousElementSibling;
		while (e && e.cellIndex > 0 && !columns[e.cellIndex - 1]);
		return e;
	}

	matrix.addEventListener('keydown', ev => {
		const e = ev.target.closest('td, th[scope=row]');
		let to = null;

		if (!e || !by_tr.has(e.parentNode))
			return;
		if (ev.key === 'ArrowLeft' || ev.key === 'ArrowRight') {
			to = next_cell(e, ev.key === 'ArrowRight' ? 1 : -1);
		} else if (ev.key === 'ArrowUp' || ev.key === 'ArrowDown') {
			const tr = next_row(e.parentNode, ev.key === 'ArrowDown' ? 1 : -1);
			to = tr && tr.cells[e.cellIndex];
		} else if (ev.key === 'Enter' || ev.key === ' ') {
			choose(by_tr.get(e.parentNode), e.cellIndex - 1);
			detail.focus();
		} else {
			return;
		}
		ev.preventDefault();
		if (to)
			focus_on(to, true);
	});
	matrix.addEventListener('click', ev => {
		const e = ev.target.closest('td, th[scope=row]');

		if (e && by_tr.has(e.parentNode)) {
			focus_on(e, true);
			choose(by_tr.get(e.parentNode), e.cellIndex - 1);
		}
	});
	document.addEventListener('keydown', ev => {
		if (ev.key === 'Escape' && !detail.hidden)
			choose(null);
	});

	/* ---- begin ---- */

	fill(fields.status, Object.keys(groups).map(g => [g, groups[g][0]]));
	fill(fields.status, Object.values(data.status).map(s => [s[0], s[0]]));
	fill(fields.area, areas.filter(a => a.body.id !== 'sound').map(a => [a.name, a.name]));
	fill(fields.kernel, unique(data.cells.map(c => c[CELL.kernel])));
	fill(fields.abi, unique(data.cells.map(c => c[CELL.abi])));
	form.hidden = false;
	form.addEventListener('submit', ev => ev.preventDefault());
	form.addEventListener('input', () => {
		for (const k of keys)
			state[k] = fields[k].value;
		write_address();
		apply();
	});
	form.addEventListener('reset', () => {
		for (const k of keys)
			state[k] = '';
		write_address();
		apply();
	});
	window.addEventListener('hashchange', () => {
		read_address();
		if (!chosen && !is_part())
			form.scrollIntoView();
	});
	matrix.classList.add('live');
	matrix.setAttribute('role', 'grid');
	if (rows.length)
		focus_on(rows[0].tr.cells[0], false);
	read_address();
})();
