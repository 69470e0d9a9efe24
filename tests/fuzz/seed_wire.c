/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a message of each type to a folder, for fuzz_wire to begin with. They are not in
 * the corpus, since they would go stale with each new field.
 */
#include <stdio.h>

#include "messages.h"
#include "util.h"

static int
write_message(const char *folder, const struct wire_message *message)
{
	CLEANUP_FREE char *path = xasprintf("%s/type-%d", folder, (int)message->type);
	uint8_t buf[WIRE_MESSAGE_MAX];
	size_t len = wire_encode(message, buf);
	FILE *file = fopen(path, "we");

	if (file == NULL || fwrite(buf, 1, len, file) != len || fclose(file) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int failures = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: seed_wire FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < MESSAGE_MAKER_COUNT; i++) {
		struct wire_message message = message_makers[i]();

		failures += write_message(argv[1], &message);
	}
	return failures > 0;
}
