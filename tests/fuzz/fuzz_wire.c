/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets whatever are refused, or are a message that encodes to the same octets.
 */
#include "fuzz.h"
#include "wire.h"

#include <errno.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message message;
	int error = wire_decode(data, size, &message);

	MUST(error == 0 || error == -EBADMSG);
	if (error < 0)
		return 0;
	MUST(wire_encode(&message, buf) == size);
	MUST(memcmp(buf, data, size) == 0);
	wire_message_deinit(&message);
	return 0;
}
