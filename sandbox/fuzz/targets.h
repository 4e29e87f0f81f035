/* SPDX-License-Identifier: BSD-2-Clause */
/* targets.h - what each target is given is said at the head of its file. */
#ifndef BELAY_SANDBOX_FUZZ_TARGETS_H
#define BELAY_SANDBOX_FUZZ_TARGETS_H

#include "sandbox/fuzz/fuzz.h"

void fuzz_address(const uint8_t *bytes, size_t len);
void fuzz_filter(const uint8_t *bytes, size_t len);
void fuzz_notif(const uint8_t *bytes, size_t len);
void fuzz_pattern(const uint8_t *bytes, size_t len);
void fuzz_policy(const uint8_t *bytes, size_t len);
void fuzz_procfs(const uint8_t *bytes, size_t len);
void fuzz_quote(const uint8_t *bytes, size_t len);
void fuzz_request(const uint8_t *bytes, size_t len);

#endif
