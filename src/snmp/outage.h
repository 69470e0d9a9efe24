/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes wrong with a master between one registration and the next: told in the log
 * once for each kind of failure, and answered by a delay before the next try.
 */
#ifndef SNMP_OUTAGE_H
#define SNMP_OUTAGE_H

enum outage_failure {
	OUTAGE_UNREACHABLE,
	OUTAGE_SILENT, /* it takes connections and does not answer */
	OUTAGE_REFUSED,
	OUTAGE_LOST,
	OUTAGE_WITHDRAWN, /* there is nothing to be served */
	OUTAGE_FAILURE_COUNT,
};

/* All zero is none. */
struct outage {
	enum outage_failure last;
	unsigned delay_s;                /* after the last failure */
	long told[OUTAGE_FAILURE_COUNT]; /* the code of what was logged last */
};

/*
 * A failure of a master: code, not 0, is what makes another of its kind worth a line of
 * its own, such as errno. Returns the seconds to wait before the next try, which grow
 * where a kind repeats for which that is right.
 */
unsigned outage_fail(struct outage *outage, enum outage_failure failure, long code,
	const char *master, const char *reason);

/* It is over: all is well. */
void outage_end(struct outage *outage);

#endif
