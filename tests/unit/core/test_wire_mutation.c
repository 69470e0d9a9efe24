/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of every type, damaged in many ways: what is decoded all the same is a message
 * like any other, and nothing is read or written beyond the octets there are, which a
 * sanitizer sees.
 */
#include "wire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "messages.h"
#include "util.h"

#define MUTANTS_PER_TYPE 20000

/* A mutant is at most so much longer than a message. */
#define GROWTH_MAX 64

struct mutant {
	uint8_t octets[WIRE_MESSAGE_MAX + GROWTH_MAX];
	size_t len;
};

/* The same numbers at each run; the generator is Marsaglia's xorshift64. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t
random_below(uint64_t *seed, size_t bound)
{
	return bound == 0 ? 0 : (size_t)(next_random(seed) % bound);
}

static void
change_octet(struct mutant *mutant, uint64_t *seed)
{
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
	size_t at = random_below(seed, mutant->len);

	if (random_below(seed, 2) == 0)
		mutant->octets[at] = edges[random_below(seed, ARRAY_LEN(edges))];
	else
		mutant->octets[at] = (uint8_t)next_random(seed);
}

/* Two octets are what a string's length has. */
static void
change_length(struct mutant *mutant, uint64_t *seed)
{
	static const uint16_t edges[] = {0, 1, 60, 61, 255, 256, 900, 901, 4095, 65535};
	uint16_t len = edges[random_below(seed, ARRAY_LEN(edges))];

	if (mutant->len >= sizeof(len))
		memcpy(mutant->octets + random_below(seed, mutant->len - sizeof(len) + 1), &len,
			sizeof(len));
}

static void
insert_octets(struct mutant *mutant, uint64_t *seed)
{
	size_t room = sizeof(mutant->octets) - mutant->len;
	size_t count = random_below(seed, room < GROWTH_MAX ? room : GROWTH_MAX);
	size_t at = random_below(seed, mutant->len + 1);

	memmove(mutant->octets + at + count, mutant->octets + at, mutant->len - at);
	for (size_t i = 0; i < count; i++)
		mutant->octets[at + i] = (uint8_t)next_random(seed);
	mutant->len += count;
}

static void
remove_octets(struct mutant *mutant, uint64_t *seed)
{
	size_t at = random_below(seed, mutant->len);
	size_t count = random_below(seed, mutant->len - at);

	memmove(mutant->octets + at, mutant->octets + at + count, mutant->len - at - count);
	mutant->len -= count;
}

/* As another type's message its octets fall into other fields. */
static void
change_type(struct mutant *mutant, uint64_t *seed)
{
	mutant->octets[0] = (uint8_t)(WIRE_HELLO + random_below(seed, MESSAGE_MAKER_COUNT));
}

static void
mutate(struct mutant *mutant, uint64_t *seed)
{
	static void (*const ways[])(struct mutant *, uint64_t *) = {
		change_octet, change_length, insert_octets, remove_octets, change_type};
	size_t times = 1 + random_below(seed, 4);

	for (size_t i = 0; i < times && mutant->len > 0; i++)
		ways[random_below(seed, ARRAY_LEN(ways))](mutant, seed);
}

/* Returns whether it was a message; then it encodes to the octets it came from. */
static bool
try(const struct mutant *mutant)
{
	CLEANUP_FREE uint8_t *exact = xcalloc(mutant->len, 1);
	struct wire_message decoded = {.type = WIRE_SYNC};
	uint8_t again[WIRE_MESSAGE_MAX];

	memcpy(exact, mutant->octets, mutant->len);

	int error = wire_decode(exact, mutant->len, &decoded);

	if (error < 0) {
		assert_int_equal(error, -EBADMSG);
		assert_int_equal(decoded.type, WIRE_SYNC);
		return false;
	}
	assert_int_equal(wire_encode(&decoded, again), mutant->len);
	assert_memory_equal(again, exact, mutant->len);
	wire_message_deinit(&decoded);
	return true;
}

static void
damaged_messages_are_refused_or_decode_to_themselves(void **state)
{
	uint64_t seed = 2412;
	size_t refused = 0, taken = 0;

	(void)state;
	for (size_t i = 0; i < MESSAGE_MAKER_COUNT; i++) {
		struct wire_message message = message_makers[i]();
		struct mutant whole;

		whole.len = wire_encode(&message, whole.octets);
		for (size_t count = 0; count < MUTANTS_PER_TYPE; count++) {
			struct mutant mutant = whole;

			mutate(&mutant, &seed);
			if (try(&mutant))
				taken++;
			else
				refused++;
		}
	}
	/* Both happen often, so that both are tried. */
	assert_in_range(refused, MUTANTS_PER_TYPE, SIZE_MAX);
	assert_in_range(taken, MUTANTS_PER_TYPE, SIZE_MAX);
}

static void
noise_is_refused_or_decodes_to_itself(void **state)
{
	uint64_t seed = 1642;
	struct mutant noise;

	(void)state;
	for (size_t count = 0; count < MUTANTS_PER_TYPE; count++) {
		noise.len = 1 + random_below(&seed, 300);
		for (size_t i = 0; i < noise.len; i++)
			noise.octets[i] = (uint8_t)next_random(&seed);
		change_type(&noise, &seed);
		try(&noise);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_messages_are_refused_or_decode_to_themselves),
		cmocka_unit_test(noise_is_refused_or_decodes_to_itself),
	};

	return cmocka_run_group_tests_name("wire_mutation", tests, NULL, NULL);
}
