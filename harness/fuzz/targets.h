/* SPDX-License-Identifier: BSD-2-Clause */
/* targets.h - what each target is given is said at the head of its file. */
#ifndef BELAY_HARNESS_FUZZ_TARGETS_H
#define BELAY_HARNESS_FUZZ_TARGETS_H

#include "sandbox/fuzz/fuzz.h"

void fuzz_baseline(const uint8_t *bytes, size_t len);
void fuzz_console(const uint8_t *bytes, size_t len);
void fuzz_escape(const uint8_t *bytes, size_t len);
void fuzz_header(const uint8_t *bytes, size_t len);
void fuzz_source(const uint8_t *bytes, size_t len);
void fuzz_stream(const uint8_t *bytes, size_t len);

#endif
