/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_yama.h - kernel.yama.ptrace_scope, which is one for the whole machine.
 * A program that uses this has "yama" in its name: Kyua then runs nothing
 * beside it (Kyuafile).
 */
#ifndef BELAY_KT_YAMA_H
#define BELAY_KT_YAMA_H

/*
 * In the case, first of all: have this scope until the case ends, and no other
 * Yama case with it. Skips where there is no Yama, or where this user may not
 * change the scope. Changes it to 2, which keeps others from tracing meanwhile,
 * only with the configuration variable disposable=yes, and to 3, from which
 * there is no way back, only with allow_yama3=yes.
 */
void kt_yama_need(int scope);

/* Write to the file: 0 or -errno. */
int kt_yama_write(int scope);

#endif
