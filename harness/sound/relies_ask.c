/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies_ask.c - have belay say what it relies on. SQLite reads its JSON, so that
 * kmatrix has no reader of its own; nothing is written anywhere.
 */
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/spawn.h"
#include "harness/sound/relies.h"

/* Every member has to be there, and each a text that is not empty. */
static const char relies_query[] =
	"SELECT json_extract(value, '$.what'), json_extract(value, '$.kind'),"
	" json_extract(value, '$.part'), json_extract(value, '$.contract'),"
	" json_extract(value, '$.abis'), json_extract(value, '$.why'),"
	" json_extract(value, '$.optional')"
	" FROM json_each(?, '$.relies')";
enum { WHAT, KIND, PART, CONTRACT, ABIS, WHY, TEXTS, OPTIONAL = TEXTS };

static int relies_take(sqlite3_stmt *st, struct relies *out)
{
	const char *text[TEXTS];

	for (int i = 0; i < TEXTS; i++) {
		text[i] = (const char *)sqlite3_column_text(st, i);
		if (!text[i] || !*text[i])
			return -EPROTO;
	}
	if (sqlite3_column_type(st, OPTIONAL) != SQLITE_INTEGER)
		return -EPROTO;
	relies_add(out, text[WHAT], text[KIND], text[PART], sqlite3_column_int(st, OPTIONAL) != 0,
		   text[CONTRACT], text[ABIS], text[WHY]);
	return 0;
}

static int relies_parse(const char *json, size_t len, struct relies *out)
{
	struct relies list = {0};
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int rc, err = -EPROTO;

	if (len > INT_MAX || sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, relies_query, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(st, 1, json, (int)len, SQLITE_STATIC) != SQLITE_OK)
		goto out;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (relies_take(st, &list))
			break;
	if (rc == SQLITE_DONE && list.count)
		err = 0;
out:
	sqlite3_finalize(st);
	sqlite3_close(db);
	if (err)
		relies_free(&list);
	else
		*out = list;
	return err;
}

int relies_ask(const char *path, struct relies *out, struct why *why)
{
	struct args args = {0};
	struct buf json = {0};
	int err;

	if (access(path, X_OK))
		return why_set(why, ENOENT, "no belay at '%s'", path);
	args_add(&args, path);
	args_add(&args, "--relies");
	args_add(&args, "--json");
	err = spawn_run(&args, &json, why);
	if (!err && relies_parse(json.p ? json.p : "", json.len, out))
		err = why_set(why, EPROTO, "'%s --relies --json' printed no list of reliances", path);
	buf_free(&json);
	args_free(&args);
	return err;
}
