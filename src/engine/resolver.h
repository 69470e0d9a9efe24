/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to addresses without blocking the loop, by c-ares: evdns, which libevent brings,
 * knows neither TCP for long answers nor how a name that is not there differs from one that
 * has no address. /etc/hosts, resolv.conf and nsswitch.conf hold as ever; a changed
 * resolv.conf is taken into use with the next name.
 */
#ifndef ENGINE_RESOLVER_H
#define ENGINE_RESOLVER_H

#include <event2/event.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probe.h"
#include "probe_status.h"

/* More of a name's addresses are not tried. */
#define RESOLVER_ADDRESSES_MAX 8

union resolver_address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

struct resolver_addresses {
	size_t count;
	union resolver_address list[RESOLVER_ADDRESSES_MAX];
};

/* ok with one address or more; else name not found, no record, or resolver failed. */
struct resolver_answer {
	enum probe_status status;
	const char *reason; /* for a person, where it is not ok */
	struct resolver_addresses addresses;
};

struct resolver;
struct lookup;

typedef void (*lookup_done_fn)(void *arg, const struct resolver_answer *answer);

/* Returns 0, or -errno. */
int resolver_new(struct event_base *base, struct resolver **ret_resolver);

/* Lookups that are left must have been cancelled. */
void resolver_free(struct resolver *resolver); /* NULL is fine */

/*
 * done comes once, perhaps before this returns: then it returns NULL. An address as a number
 * is its own answer, if it is one of the family.
 */
struct lookup *resolver_start(struct resolver *resolver, const char *name,
	enum probe_family family, lookup_done_fn done, void *arg);
void resolver_cancel(struct lookup *lookup);

/* An address as a number; false where it is none of the family. */
bool resolver_parse_address(
	const char *text, enum probe_family family, union resolver_address *ret_address);

socklen_t resolver_address_len(const union resolver_address *address);
void resolver_set_port(union resolver_address *address, unsigned port);

#define RESOLVER_ADDRESS_SIZE 64

void resolver_format_address(
	const union resolver_address *address, char buf[static RESOLVER_ADDRESS_SIZE]);

#endif
