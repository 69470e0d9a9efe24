/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One channel for all names. c-ares cannot call off a single query, so a lookup that nobody
 * wants any more lives on, deaf, until its answer. A channel of an old resolv.conf lives
 * until its last lookup is over.
 */
#include "resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

#include "clock.h"
#include "resolver_channel.h"
#include "util.h"

#define RESOLV_CONF "/etc/resolv.conf"

/* How often resolv.conf is looked at. */
#define LOOK_INTERVAL_NS NS_PER_S

/* c-ares doubles the wait with each try; a check's own timeout ends it all sooner. */
#define QUERY_TIMEOUT_MS 1500
#define QUERY_TRIES      3

struct generation {
	struct resolver_channel *channel;
	size_t lookups;
	struct generation *prev, *next;
};

struct resolver {
	struct event_base *base;
	struct generation *generations; /* the first is the one in use */
	struct event *sweeping;         /* frees old generations, outside of their callbacks */
	struct timespec conf_changed;
	struct monotime looked;
};

struct lookup {
	struct resolver *resolver;
	struct generation *generation;
	lookup_done_fn done; /* NULL: nobody wants it */
	void *arg;
	enum probe_family family;
	bool is_starting;
	bool is_answered;
};

static int
add_generation(struct resolver *resolver)
{
	struct ares_options options = {
		.timeout = QUERY_TIMEOUT_MS,
		.tries = QUERY_TRIES,
	};
	struct generation *generation = xcalloc(1, sizeof(*generation));
	int error = resolver_channel_new(resolver->base, &options,
		ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES, &generation->channel);

	if (error < 0) {
		free(generation);
		return error;
	}
	DL_PREPEND(resolver->generations, generation);
	return 0;
}

static void
free_generation(struct resolver *resolver, struct generation *generation)
{
	DL_DELETE(resolver->generations, generation);
	resolver_channel_free(generation->channel);
	free(generation);
}

static void
sweeping_on_active(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;
	struct generation *generation, *next;

	(void)fd;
	(void)what;
	DL_FOREACH_SAFE(resolver->generations, generation, next) {
		if (generation != resolver->generations && generation->lookups == 0)
			free_generation(resolver, generation);
	}
}

static struct timespec
conf_changed(void)
{
	struct stat status;

	if (stat(RESOLV_CONF, &status) != 0)
		return (struct timespec){0};
	return status.st_mtim;
}

/* A channel reads resolv.conf once, when it is made. */
static void
look_at_conf(struct resolver *resolver)
{
	struct monotime now = monotime_now();

	if (now.ns - resolver->looked.ns < LOOK_INTERVAL_NS)
		return;
	resolver->looked = now;
	struct timespec changed = conf_changed();
	if (changed.tv_sec == resolver->conf_changed.tv_sec &&
		changed.tv_nsec == resolver->conf_changed.tv_nsec)
		return;
	if (add_generation(resolver) < 0)
		return;
	resolver->conf_changed = changed;
	event_active(resolver->sweeping, 0, 0);
}

int
resolver_new(struct event_base *base, struct resolver **ret_resolver)
{
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return -ENOMEM;
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));
	resolver->base = base;
	resolver->sweeping = event_new(base, -1, 0, sweeping_on_active, resolver);
	resolver->conf_changed = conf_changed();
	resolver->looked = monotime_now();
	int error = add_generation(resolver);
	if (error < 0) {
		resolver_free(resolver);
		return error;
	}
	*ret_resolver = resolver;
	return 0;
}

void
resolver_free(struct resolver *resolver)
{
	struct generation *generation, *next;

	if (resolver == NULL)
		return;
	DL_FOREACH_SAFE(resolver->generations, generation, next)
		free_generation(resolver, generation);
	event_free(resolver->sweeping);
	free(resolver);
	ares_library_cleanup();
}

static int
number_of(enum probe_family family)
{
	static const int numbers[] = {
		[PROBE_FAMILY_ANY] = AF_UNSPEC,
		[PROBE_FAMILY_IPV4] = AF_INET,
		[PROBE_FAMILY_IPV6] = AF_INET6,
	};

	return numbers[family];
}

static void
take_addresses(const struct ares_addrinfo *info, enum probe_family family,
	struct resolver_addresses *ret_addresses)
{
	const struct ares_addrinfo_node *node = info->nodes;
	int wanted = number_of(family);

	for (; node != NULL && ret_addresses->count < RESOLVER_ADDRESSES_MAX;
		node = node->ai_next) {
		union resolver_address *address = &ret_addresses->list[ret_addresses->count];

		if (node->ai_addrlen > sizeof(*address) ||
			(wanted != AF_UNSPEC && node->ai_family != wanted))
			continue;
		memcpy(address, node->ai_addr, node->ai_addrlen);
		ret_addresses->count++;
	}
}

static void
fill_answer(int error, const struct ares_addrinfo *info, enum probe_family family,
	struct resolver_answer *ret_answer)
{
	*ret_answer = (struct resolver_answer){.reason = ares_strerror(error)};
	switch (error) {
	case ARES_SUCCESS:
		take_addresses(info, family, &ret_answer->addresses);
		if (ret_answer->addresses.count > 0)
			break;
		/* fall through */
	case ARES_ENODATA:
		ret_answer->status = PROBE_STATUS_NO_RECORD;
		ret_answer->reason = family == PROBE_FAMILY_ANY
					     ? "it has no address"
					     : "it has no address of the family";
		break;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		ret_answer->status = PROBE_STATUS_NO_NAME;
		ret_answer->reason = "there is no such name";
		break;
	default:
		ret_answer->status = PROBE_STATUS_NO_RESOLVER;
	}
}

static void
ares_on_answer(void *arg, int error, int timeouts, struct ares_addrinfo *info)
{
	struct lookup *lookup = arg;
	struct resolver *resolver = lookup->resolver;

	(void)timeouts;
	lookup->generation->lookups--;
	if (lookup->generation != resolver->generations)
		event_active(resolver->sweeping, 0, 0);
	if (lookup->done != NULL) {
		struct resolver_answer answer;

		fill_answer(error, info, lookup->family, &answer);
		lookup->done(lookup->arg, &answer);
	}
	if (info != NULL)
		ares_freeaddrinfo(info);
	lookup->is_answered = true;
	if (!lookup->is_starting)
		free(lookup);
}

static void
answer_number(const char *name, enum probe_family family, lookup_done_fn done, void *arg,
	bool *ret_is_number)
{
	struct resolver_answer answer = {.status = PROBE_STATUS_OK};
	union resolver_address *address = &answer.addresses.list[0];

	*ret_is_number = resolver_parse_address(name, PROBE_FAMILY_ANY, address);
	if (!*ret_is_number)
		return;
	if (resolver_parse_address(name, family, address)) {
		answer.addresses.count = 1;
	} else {
		answer.status = PROBE_STATUS_NO_RECORD;
		answer.reason = "it is an address of the other family";
	}
	done(arg, &answer);
}

struct lookup *
resolver_start(struct resolver *resolver, const char *name, enum probe_family family,
	lookup_done_fn done, void *arg)
{
	const struct ares_addrinfo_hints hints = {
		.ai_family = number_of(family),
		.ai_socktype = SOCK_STREAM,
	};
	bool is_number;

	answer_number(name, family, done, arg, &is_number);
	if (is_number)
		return NULL;
	look_at_conf(resolver);
	struct lookup *lookup = xcalloc(1, sizeof(*lookup));
	*lookup = (struct lookup){
		.resolver = resolver,
		.generation = resolver->generations,
		.done = done,
		.arg = arg,
		.family = family,
		.is_starting = true,
	};
	lookup->generation->lookups++;
	ares_getaddrinfo(resolver_channel_ares(lookup->generation->channel), name, NULL, &hints,
		ares_on_answer, lookup);
	resolver_channel_watch(lookup->generation->channel);
	lookup->is_starting = false;
	if (!lookup->is_answered)
		return lookup;
	free(lookup);
	return NULL;
}

void
resolver_cancel(struct lookup *lookup)
{
	lookup->done = NULL;
}

static bool
parse_ip6(const char *text, struct sockaddr_in6 *ret_address)
{
	char number[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	*ret_address = (struct sockaddr_in6){.sin6_family = AF_INET6};
	if (inet_pton(AF_INET6, number, &ret_address->sin6_addr) != 1)
		return false;
	if (text[len] == '%')
		ret_address->sin6_scope_id = if_nametoindex(text + len + 1);
	return true;
}

bool
resolver_parse_address(
	const char *text, enum probe_family family, union resolver_address *ret_address)
{
	struct sockaddr_in ip4 = {.sin_family = AF_INET};

	if (family != PROBE_FAMILY_IPV6 && inet_pton(AF_INET, text, &ip4.sin_addr) == 1) {
		ret_address->ip4 = ip4;
		return true;
	}
	return family != PROBE_FAMILY_IPV4 && parse_ip6(text, &ret_address->ip6);
}

socklen_t
resolver_address_len(const union resolver_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->ip4) : sizeof(address->ip6);
}

void
resolver_set_port(union resolver_address *address, unsigned port)
{
	if (address->any.sa_family == AF_INET)
		address->ip4.sin_port = htons((uint16_t)port);
	else
		address->ip6.sin6_port = htons((uint16_t)port);
}

void
resolver_format_address(
	const union resolver_address *address, char buf[static RESOLVER_ADDRESS_SIZE])
{
	const void *number = address->any.sa_family == AF_INET
				     ? (const void *)&address->ip4.sin_addr
				     : (const void *)&address->ip6.sin6_addr;

	if (inet_ntop(address->any.sa_family, number, buf, RESOLVER_ADDRESS_SIZE) == NULL)
		snprintf(buf, RESOLVER_ADDRESS_SIZE, "?");
}
