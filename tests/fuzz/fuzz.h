/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzzer and whoever calls it agree on: libFuzzer, or replay.c for a few files.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Aborts where a promise is broken, which is a finding like any crash. */
#define MUST(condition) ((condition) ? (void)0 : abort())

/* Tries one input; returns 0. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
