/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A callback of net-snmp's logging. Lines are counted in windows of time; what is too much
 * for one is told by the first line of another.
 */
#include "library_log.h"

#include <ctype.h>
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#define WINDOW_NS       (10 * NS_PER_S)
#define FIRST_LINES     500 /* of the first window: a configuration full of errors is shown */
#define WINDOW_LINES    20
#define LINE_MAX_OCTETS 512

/* net-snmp has one log for a process. */
static struct {
	struct monotime began;
	unsigned left;
	unsigned dropped;
} window;

static bool
is_allowed(struct monotime now)
{
	if (now.ns - window.began.ns > WINDOW_NS) {
		if (window.dropped > 0)
			log_warning("%u messages of net-snmp were not shown", window.dropped);
		window.began = now;
		window.left = WINDOW_LINES;
		window.dropped = 0;
	}
	if (window.left == 0) {
		window.dropped++;
		return false;
	}
	window.left--;
	return true;
}

/* One line: what is no character becomes a blank, at the end nothing. */
static void
flatten(char *text)
{
	size_t end = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (iscntrl((unsigned char)text[i]))
			text[i] = ' ';
		if (text[i] != ' ')
			end = i + 1;
	}
	text[end] = '\0';
}

static int
library_on_message(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *logged = message;
	char line[LINE_MAX_OCTETS];

	(void)major;
	(void)minor;
	(void)arg;
	if (logged->priority >= LOG_DEBUG || !is_allowed(monotime_now()))
		return SNMPERR_SUCCESS;
	snprintf(line, sizeof(line), "%s", logged->msg);
	flatten(line);
	if (logged->priority <= LOG_ERR)
		log_error("%s", line);
	else if (logged->priority == LOG_WARNING)
		log_warning("%s", line);
	else
		log_info("%s", line);
	return SNMPERR_SUCCESS;
}

void
library_log_start(void)
{
	window.began = monotime_now();
	window.left = FIRST_LINES;
	snmp_enable_calllog();
	snmp_register_callback(
		SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, library_on_message, NULL);
}
