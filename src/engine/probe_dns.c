/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type dns: one question to a server, or to those of resolv.conf, and what must be among
 * the answers. It asks the DNS itself: /etc/hosts and search domains have no part in it.
 */
#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "dns_answer.h"
#include "probe_run.h"
#include "resolver.h"
#include "resolver_channel.h"
#include "util.h"

/* A packet that got lost is sent again, each time after twice as long. */
#define TRIES            3
#define WAIT_MIN_MS      200
#define WAITS_OF_TIMEOUT 8 /* 1 + 2 + 4, and a rest */

#define CLASS_IN         1

#define NAME_SIZE        256

struct dns {
	struct probe_run run;
	struct resolver_channel *channel;
};

static struct dns *
dns_of(struct probe_run *run)
{
	return (struct dns *)run;
}

/* 1.2.0.192.in-addr.arpa; false where it is no address, but a name already. */
static bool
format_reverse(const char *host, char *buf, size_t size)
{
	unsigned char octets[16];
	size_t len = 0;

	if (inet_pton(AF_INET, host, octets) == 1) {
		snprintf(buf, size, "%u.%u.%u.%u.in-addr.arpa", octets[3], octets[2], octets[1],
			octets[0]);
		return true;
	}
	if (inet_pton(AF_INET6, host, octets) != 1)
		return false;
	for (size_t i = sizeof(octets); i > 0; i--)
		len += (size_t)snprintf(buf + len, size - len, "%x.%x.", octets[i - 1] & 15U,
			(unsigned)octets[i - 1] >> 4);
	snprintf(buf + len, size - len, "ip6.arpa");
	return true;
}

static void
finish_answer(struct dns *dns, const struct dns_answer *answer)
{
	const struct probe *probe = dns->run.probe;
	int64_t took_ns = monotime_now().ns - dns->run.started.mono.ns;
	char duration[PROBE_DURATION_SIZE];
	CLEANUP_FREE char *all = xstrdup("");

	for (size_t i = 0; i < answer->count && i < 8; i++) {
		CLEANUP_FREE char *head = all;

		all = xasprintf("%s%s%s", head, i > 0 ? ", " : "", answer->texts[i]);
	}
	for (char *const *wanted = probe->answers; wanted != NULL && *wanted != NULL;
		wanted++) {
		if (!dns_answer_has(answer, *wanted)) {
			probe_finish(&dns->run, PROBE_STATUS_UNEXPECTED,
				"%s is not among the answers for %s: %s", *wanted, probe->host,
				all);
			return;
		}
	}
	probe_format_duration(took_ns, duration);
	probe_finish_timed(&dns->run, took_ns, PROBE_STATUS_OK, "", "%zu record%s in %s: %s",
		answer->count, answer->count == 1 ? "" : "s", duration, all);
}

static void
read_answer(struct dns *dns, const unsigned char *message, size_t len)
{
	CLEANUP(dns_answer_deinit) struct dns_answer answer = {0};

	if (dns_answer_parse(message, len, dns->run.probe->record, &answer) < 0)
		probe_finish(&dns->run, PROBE_STATUS_NO_RESOLVER, "%s: the answer is malformed",
			dns->run.probe->host);
	else if (answer.count == 0)
		probe_finish(&dns->run, PROBE_STATUS_NO_RECORD,
			"%s: there is no record of the type", dns->run.probe->host);
	else
		finish_answer(dns, &answer);
}

static void
ares_on_answer(void *arg, int error, int timeouts, unsigned char *message, int len)
{
	struct dns *dns = arg;
	const char *host = dns->run.probe->host;

	(void)timeouts;
	switch (error) {
	case ARES_SUCCESS:
		read_answer(dns, message, (size_t)len);
		break;
	case ARES_ENODATA:
		probe_finish(&dns->run, PROBE_STATUS_NO_RECORD,
			"%s: there is no record of the type", host);
		break;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		probe_finish(
			&dns->run, PROBE_STATUS_NO_NAME, "%s: there is no such name", host);
		break;
	case ARES_ECONNREFUSED:
		probe_finish(&dns->run, PROBE_STATUS_REFUSED,
			"%s: the server refuses connections", host);
		break;
	case ARES_ETIMEOUT:
		probe_finish(
			&dns->run, PROBE_STATUS_LATE, "%s: the server does not answer", host);
		break;
	case ARES_EDESTRUCTION:
		break;
	default:
		probe_finish(&dns->run, PROBE_STATUS_NO_RESOLVER, "%s: %s", host,
			ares_strerror(error));
	}
}

/* Failures are taken for the answer that they are, and not for a reason to ask another. */
static int
open_channel(struct dns *dns)
{
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP,
		.timeout = (int)(dns->run.definition->timeout_ms / WAITS_OF_TIMEOUT),
		.tries = TRIES,
	};

	if (options.timeout < WAIT_MIN_MS)
		options.timeout = WAIT_MIN_MS;
	return resolver_channel_new(dns->run.prober->base, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES, &dns->channel);
}

static int
set_server(struct dns *dns)
{
	const struct probe *probe = dns->run.probe;
	struct ares_addr_port_node node = {
		.udp_port = (int)probe->port, .tcp_port = (int)probe->port};

	if (probe->server == NULL)
		return 0;
	node.family = AF_INET;
	if (inet_pton(AF_INET, probe->server, &node.addr.addr4) != 1) {
		node.family = AF_INET6;
		inet_pton(AF_INET6, probe->server, &node.addr.addr6);
	}
	return ares_set_servers_ports(resolver_channel_ares(dns->channel), &node) ==
			       ARES_SUCCESS
		       ? 0
		       : -ENOMEM;
}

static void
dns_start(struct probe_run *run)
{
	struct dns *dns = dns_of(run);
	char reverse[NAME_SIZE];
	bool is_reverse = run->probe->record == PROBE_RECORD_PTR &&
			  format_reverse(run->probe->host, reverse, sizeof(reverse));
	int error = open_channel(dns);

	if (error == 0)
		error = set_server(dns);
	if (error < 0) {
		probe_fail_start(run, "resolver: %s", strerror(-error));
		return;
	}
	ares_query(resolver_channel_ares(dns->channel), is_reverse ? reverse : run->probe->host,
		CLASS_IN, (int)run->probe->record, ares_on_answer, dns);
	resolver_channel_watch(dns->channel);
}

static void
dns_alarm(struct probe_run *run, bool is_over)
{
	if (is_over)
		probe_finish(run, PROBE_STATUS_LATE, "%s: the server has not answered in %g s",
			run->probe->host, (double)run->definition->timeout_ms / 1000);
}

static bool
dns_end(struct probe_run *run)
{
	resolver_channel_free(dns_of(run)->channel);
	return true;
}

const struct probe_type probe_dns = {
	.size = sizeof(struct dns),
	.start = dns_start,
	.alarm = dns_alarm,
	.end = dns_end,
};
