/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strip.h - the part of an ELF program that a kernel loads.
 */
#ifndef BELAY_HARNESS_STRIP_H
#define BELAY_HARNESS_STRIP_H

#include <stddef.h>

/*
 * Cut the symbols and debugging data off a program that lies in `bytes`, of either
 * class, in this machine's byte order: returns how many bytes of it remain, after the
 * header was changed to name no sections. What is not understood remains whole.
 */
size_t strip_program(void *bytes, size_t len);

#endif
