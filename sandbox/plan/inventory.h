/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inventory.h - the call table to be read: every call of every ABI, its verdict
 * and why. Pure but for the output.
 */
#ifndef BELAY_SANDBOX_INVENTORY_H
#define BELAY_SANDBOX_INVENTORY_H

#include <stdio.h>

/* For people: a line for each. As JSON: {"calls":[{"abi":..,"nr":..,...},...]}. */
void inventory_print(FILE *out);
void inventory_print_json(FILE *out);

#endif
