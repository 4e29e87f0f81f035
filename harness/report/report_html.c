/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html.c - the matrix as one page that needs nothing else: the table is in the
 * markup, readable without a script; report.js adds filters and the details, from the
 * data that report_html_data.c puts behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/escape.h"
#include "harness/report/report.h"
#include "harness/report/report_assets.h"
#include "harness/report/report_html.h"

void report_html_text(struct buf *out, const char *text)
{
	escape_markup(out, text, strlen(text), ESCAPE_ONE_LINE);
}

void report_html_uri(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-_.~", c)))
			buf_add(out, text, 1);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void html_element(struct buf *out, const char *open, const char *text, const char *close)
{
	buf_puts(out, open);
	report_html_text(out, text);
	buf_puts(out, close);
}

/* A letter in its shape, and the word. */
void report_html_chip(struct buf *out, enum status s)
{
	buf_printf(out, "<b class=\"chip %s\" aria-hidden=true>%c</b>", status_word(s),
		   status_letter(s));
}

static void html_head(const struct matrix *m, struct buf *out)
{
	buf_puts(out, "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
		 "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src '");
	buf_puts(out, report_css_hash);
	buf_puts(out, "'; script-src '");
	buf_puts(out, report_js_hash);
	buf_puts(out, "'; base-uri 'none'; form-action 'none'\">\n"
		 "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
		 "<meta name=referrer content=no-referrer>\n");
	buf_printf(out, "<title>kmatrix: run %lld</title>\n", (long long)m->run->id);
	buf_puts(out, "<style>");
	buf_puts(out, report_css);
	buf_puts(out, "</style>\n");
}

/* ---- the top: what the whole run says ---- */

static void html_verdict(const struct matrix *m, struct buf *out)
{
	static const char *const words[] = {"No failure.", "Something failed.",
					    "Something is missing."};
	size_t n[STATUS_COUNT] = {0}, all = 0;
	int verdict = matrix_verdict(m->run);

	buf_printf(out, "<p class=verdict><b class=v%d>%s</b> ", verdict, words[verdict]);
	if (!m->run->ended)
		buf_puts(out, "This run is not at its end: it is still going on, or was cut off. ");
	for (size_t c = 0; c < m->run->count; c++)
		for (enum status s = 0; s < STATUS_COUNT; s++)
			n[s] += cell_count(&m->run->cells[c], s);
	for (enum status s = 0; s < STATUS_COUNT; s++)
		all += n[s];
	buf_printf(out, "%zu contract%s in %zu cell%s, %zu result%s:", m->count,
		   m->count == 1 ? "" : "s", m->run->count, m->run->count == 1 ? "" : "s", all,
		   all == 1 ? "" : "s");
	for (size_t i = 0, told = 0; i < STATUS_COUNT; i++)
		if (n[report_order[i]])
			buf_printf(out, "%s %zu&nbsp;%s", told++ ? "," : "", n[report_order[i]],
				   status_word(report_order[i]));
	buf_puts(out, ".</p>\n");
}

/* A cell and how much is wrong in it. */
struct html_weight {
	size_t cell, weight;
};

static size_t html_weigh(const struct cell *c)
{
	size_t n = 0;

	for (enum status s = 0; s < STATUS_COUNT; s++)
		if (status_class(s) != STATUS_CLASS_GOOD)
			n += cell_count(c, s);
	return c->results.count ? n : (size_t)-1;
}

static int html_weight_compare(const void *a, const void *b)
{
	const struct html_weight *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/* A link to a view of the page, see report.js. */
static void html_link(struct buf *out, const struct cell *c, const char *status)
{
	buf_puts(out, "<a href=\"#kernel=");
	report_html_uri(out, c->kernel);
	buf_puts(out, "&amp;abi=");
	report_html_uri(out, c->abi);
	if (status)
		buf_printf(out, "&amp;status=%s", status);
	buf_puts(out, "\">");
}

static void html_cell_row(const struct cell *c, size_t number, struct buf *out)
{
	buf_printf(out, "<tr><td class=num>%zu<th scope=row>", number + 1);
	html_link(out, c, NULL);
	report_html_text(out, c->kernel);
	html_element(out, " <span class=abi>", c->abi, "</span></a>");
	html_element(out, "<td>", c->version, "");
	html_element(out, "<td>", c->accel, "<td>");
	if (!c->results.count)
		buf_puts(out, "<b>no results</b>");
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		enum status s = report_order[i];
		size_t n = cell_count(c, s);

		if (!n)
			continue;
		html_link(out, c, status_word(s));
		report_html_chip(out, s);
		buf_printf(out, "%zu&nbsp;%s</a> ", n, status_word(s));
	}
	buf_puts(out, "\n");
}

static void html_cells(const struct matrix *m, struct buf *out)
{
	size_t count = m->run->count;
	struct html_weight *order = buf_realloc(NULL, count, sizeof(*order));

	for (size_t c = 0; c < count; c++)
		order[c] = (struct html_weight){c, html_weigh(&m->run->cells[c])};
	if (count)
		qsort(order, count, sizeof(*order), html_weight_compare);
	buf_puts(out, "<section id=cells><h2>Cells</h2>\n<div class=wide tabindex=0 role=region "
		 "aria-label=Cells><table class=cells><thead><tr><th scope=col>No.<th scope=col>"
		 "Kernel and ABI<th scope=col>Version<th scope=col>By<th scope=col>Results<tbody>\n");
	for (size_t i = 0; i < count; i++)
		html_cell_row(&m->run->cells[order[i].cell], order[i].cell, out);
	buf_puts(out, "</table></div></section>\n");
	free(order);
}

/* ---- the matrix ---- */

static void html_filters(struct buf *out)
{
	/* Shown, and its lists filled, by the script that makes it work. */
	buf_puts(out,
		 "<form id=filters hidden aria-label=Filters>"
		 "<label>Status <select id=f-status><option value=''>any</select></label>"
		 "<label>Area <select id=f-area><option value=''>any</select></label>"
		 "<label>Kernel <select id=f-kernel><option value=''>any</select></label>"
		 "<label>ABI <select id=f-abi><option value=''>any</select></label>"
		 "<label>Text <input id=f-q type=search placeholder='contract, promise, reason' "
		 "spellcheck=false autocomplete=off></label>"
		 "<button type=reset>Clear</button>"
		 "<output id=shown role=status></output></form>\n");
}

static void html_columns(const struct matrix *m, struct buf *out)
{
	buf_puts(out, "<thead><tr><th scope=col class=corner>Contract");
	for (size_t c = 0; c < m->run->count; c++) {
		const struct cell *cell = &m->run->cells[c];
		bool same = c && !strcmp(cell->kernel, cell[-1].kernel);

		buf_printf(out, "<th scope=col%s><span><i>%zu</i> ", same ? "" : " class=first",
			   c + 1);
		report_html_text(out, cell->kernel);
		html_element(out, " <b>", cell->abi, "</b></span>");
	}
	buf_puts(out, "\n");
}

static void html_row(const struct matrix *m, const struct matrix_row *row, struct buf *out)
{
	html_element(out, "<tr><th scope=row>", row->label[0] ? row->label : row->id, "");
	for (size_t c = 0; c < m->run->count; c++) {
		const struct result *r = row->at[c];

		if (!r)
			buf_puts(out, "<td>");
		else if (r->status == STATUS_PASS)
			buf_puts(out, "<td>.");
		else
			buf_printf(out, "<td class=%s>%c", status_word(r->status),
				   status_letter(r->status));
	}
	buf_puts(out, "\n");
}

static void html_area(const struct matrix *m, const struct matrix_row *row, struct buf *out)
{
	char *area = buf_strndup(row->id, row->area_len);

	buf_printf(out, "<tbody><tr class=area><th scope=rowgroup colspan=%zu><span>",
		   m->run->count + 1);
	report_html_text(out, area);
	buf_puts(out, "</span>\n");
	free(area);
}

static bool html_same_area(const struct matrix_row *a, const struct matrix_row *b)
{
	return a->area_len == b->area_len && !memcmp(a->id, b->id, a->area_len);
}

/* The last rows: what the sandbox may rely on. */
static void html_sound(const struct matrix *m, struct buf *out)
{
	static const char letters[SOUND_VERDICTS] = {
		[SOUND_YES] = '+', [SOUND_ABSENT] = '-', [SOUND_UNKNOWN] = '?', [SOUND_NO] = '!',
	};

	if (!m->sound.count)
		return;
	buf_printf(out, "<tbody id=sound><tr class=area><th scope=rowgroup colspan=%zu><span>"
		   "What the sandbox stands on</span>\n", m->run->count + 1);
	for (size_t i = 0; i < m->sound.count; i++) {
		const struct sound_row *row = &m->sound.rows[i];

		html_element(out, "<tr><th scope=row>", row->kind, " ");
		report_html_text(out, row->what);
		for (size_t c = 0; c < m->sound.cells; c++)
			buf_printf(out, "<td class=%s>%c", sound_word(row->at[c].verdict),
				   letters[row->at[c].verdict]);
		buf_puts(out, "\n");
	}
}

static void html_matrix(const struct matrix *m, struct buf *out)
{
	buf_puts(out, "<section id=contracts><h2 id=matrix-title>Contracts by cell</h2>\n");
	html_filters(out);
	buf_puts(out, "<div id=scroll tabindex=0 role=region aria-labelledby=matrix-title>"
		 "<table id=matrix aria-labelledby=matrix-title>");
	html_columns(m, out);
	for (size_t i = 0; i < m->count; i++) {
		if (!i || !html_same_area(&m->rows[i], &m->rows[i - 1]))
			html_area(m, &m->rows[i], out);
		html_row(m, &m->rows[i], out);
	}
	html_sound(m, out);
	buf_puts(out, "</table></div>\n<p id=none hidden>Nothing fits these filters.</p>\n");
}

static void html_legend(const struct matrix *m, struct buf *out)
{
	buf_puts(out, "<h3 id=letters>Letters</h3><dl class=legend>");
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		enum status s = report_order[i];

		buf_puts(out, "<div><dt>");
		report_html_chip(out, s);
		buf_printf(out, "%s<dd>%s</div>", status_word(s), status_meaning(s));
	}
	buf_puts(out, "<div><dt>(blank)<dd>no such case in this cell</div></dl>\n");
	if (m->sound.count) {
		buf_puts(out, "<dl class=legend>");
		for (enum sound_verdict v = 0; v < SOUND_VERDICTS; v++)
			buf_printf(out, "<div><dt>%s<dd>%s</div>", sound_word(v), sound_meaning(v));
		buf_puts(out, "</dl>\n");
	}
	buf_puts(out, "</section>\n");
}

void report_html(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	html_head(m, out);
	buf_printf(out, "<body><header><h1>kmatrix: run %lld</h1><p class=command><code>",
		   (long long)m->run->id);
	report_html_text(out, m->run->command ? m->run->command : "");
	buf_puts(out, "</code></p>");
	html_verdict(m, out);
	buf_puts(out, "<nav aria-label=Parts><a href=\"#cells\">Cells</a> "
		 "<a href=\"#reasons\">What is not green</a> "
		 "<a href=\"#contracts\">Contracts by cell</a> "
		 "<a href=\"#letters\">Letters</a></nav></header>\n<main>\n");
	html_cells(m, out);
	report_html_reasons(m, out);
	html_matrix(m, out);
	html_legend(m, out);
	buf_puts(out, "</main>\n<aside id=detail hidden role=dialog aria-labelledby=detail-title "
		 "tabindex=-1></aside>\n");
	report_html_data(m, style, out);
	buf_puts(out, "<script>");
	buf_puts(out, report_js);
	buf_puts(out, "</script>\n</html>\n");
}
