/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of the agent: everything that needs privileges is done by standalone_new, in the
 * order that its steps stand in.
 */
#include "standalone.h"

#include <errno.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <string.h>

#include "bridge.h"
#include "endpoint.h"
#include "library.h"
#include "library_log.h"
#include "log.h"
#include "privileges.h"
#include "sink_tokens.h"
#include "sinks.h"
#include "subtree.h"
#include "system_group.h"
#include "table.h"
#include "util.h"
#include "wire.h"

/* What separates the addresses of a hello, as in snmpd's agentAddress. */
#define ADDRESS_SEPARATOR ","

struct standalone {
	struct standalone_callbacks callbacks;
	void *arg;
	struct table *table;
	struct subtree *subtree; /* NULL while there is nothing to be served */
	struct system_group *system_group;
	struct sinks *sinks;
	struct bridge *bridge;
	bool has_told_of_no_sink;
};

static enum table_result
get(void *arg, const oid *name, size_t len, struct value *ret_value)
{
	return table_get(arg, name, len, boottime_now(), ret_value);
}

static bool
get_next(void *arg, const oid *name, size_t len, bool is_inclusive, struct mib_name *ret_name,
	struct value *ret_value)
{
	return table_get_next(
		arg, name, len, is_inclusive, boottime_now(), ret_name, ret_value);
}

static void
sinks_on_answered(void *arg, uint32_t packet_id)
{
	struct standalone *standalone = arg;

	standalone->callbacks.notify_answer(standalone->arg, packet_id, SNMP_ERR_NOERROR);
}

static void
sinks_on_sent(void *arg)
{
	struct standalone *standalone = arg;

	bridge_sync(standalone->bridge);
}

/* What helps where a port cannot be opened. */
static const char *
advice_on(int error)
{
	switch (error) {
	case EACCES:
		return "; start checkd as root, or give snmp.listen a port from 1024 on";
	case EADDRINUSE:
		return "; end what has it (snmpd?), or give snmp.listen another port";
	case EADDRNOTAVAIL:
		return "; give snmp.listen an address of this host";
	}
	return "";
}

static int
listen_on(const char *address)
{
	netsnmp_transport *transport;
	int error = endpoint_listen(address, &transport);

	if (error == -EPROTONOSUPPORT)
		log_error("cannot listen on %s: only udp and udp6 are supported", address);
	else if (error < 0)
		log_error("cannot listen on %s: %s%s", address, strerror(-error),
			advice_on(-error));
	else if (netsnmp_register_agent_nsap(transport) < 0)
		log_error("cannot listen on %s: net-snmp refuses it", address);
	else
		return 0;
	return -1;
}

/* Without ports of the library's own: it does not tell why one cannot be opened. */
static int
open_ports(const char *addresses)
{
	CLEANUP_FREE char *list = xstrdup(addresses);
	char *rest = list, *address;

	if (init_master_agent() != 0) {
		log_error("net-snmp's agent library does not start");
		return -1;
	}
	while ((address = strsep(&rest, ADDRESS_SEPARATOR)) != NULL) {
		if (listen_on(address) < 0)
			return -1;
	}
	return 0;
}

static int
fail(const char *what, const char *name, const char *reason)
{
	log_error("%s%s%s: %s", what, name[0] != '\0' ? " " : "", name, reason);
	return -1;
}

/* With whatever privileges the process was started; without any when it returns 0. */
static int
start(struct standalone *standalone, const struct wire_hello *hello)
{
	struct privileges privileges = {
		.has_identity = hello->has_identity,
		.uid = hello->uid,
		.gid = hello->gid,
	};
	int error = privileges_enter_folder(&privileges, hello->persistent_dir);

	if (error < 0)
		return fail("cannot use the folder", hello->persistent_dir, strerror(-error));
	library_log_start();
	library_init();
	standalone->system_group = system_group_new(CHECKD_VERSION);
	sink_tokens_register(standalone->sinks);
	error = library_read(&privileges, hello->config);
	sink_tokens_end();
	if (error < 0)
		return fail("cannot read", hello->config,
			error == -EPERM ? "others than root can write it; chown it to root, "
					  "and chmod go-w"
					: strerror(-error));
	if (open_ports(hello->listen) < 0)
		return -1;
	error = privileges_drop(&privileges);
	if (error < 0)
		return fail("cannot give up privileges", "", strerror(-error));
	library_store();
	return 0;
}

int
standalone_new(struct event_base *base, const struct wire_hello *hello, struct table *table,
	const struct standalone_callbacks *callbacks, void *arg,
	struct standalone **ret_standalone)
{
	static const struct sinks_callbacks sinks_callbacks = {
		.answered = sinks_on_answered,
		.sent = sinks_on_sent,
	};
	struct standalone *standalone = xcalloc(1, sizeof(*standalone));

	standalone->callbacks = *callbacks;
	standalone->arg = arg;
	standalone->table = table;
	standalone->sinks = sinks_new(base, &sinks_callbacks, standalone);
	if (start(standalone, hello) < 0) {
		standalone_free(standalone);
		return -1;
	}
	standalone->bridge = bridge_new(base);
	log_notice("listening on %s", hello->listen);
	*ret_standalone = standalone;
	return 0;
}

/* The library stays as it is: it ends with the process, and all that is kept was stored. */
void
standalone_free(struct standalone *standalone)
{
	if (standalone == NULL)
		return;
	subtree_free(standalone->subtree);
	system_group_free(standalone->system_group);
	sinks_free(standalone->sinks);
	bridge_free(standalone->bridge);
	free(standalone);
}

void
standalone_set_ready(struct standalone *standalone, bool is_ready)
{
	static const struct subtree_reader reader = {.get = get, .get_next = get_next};

	if (is_ready == standalone_is_serving(standalone))
		return;
	if (is_ready) {
		standalone->subtree = subtree_new(
			"checkd", mib_root, mib_root_len, &reader, standalone->table);
		log_notice("serving %s", mib_root_text);
	} else {
		subtree_free(STEAL(standalone->subtree));
		log_warning("not serving %s: the engine is silent", mib_root_text);
	}
	standalone->callbacks.change(standalone->arg);
}

bool
standalone_is_serving(const struct standalone *standalone)
{
	return standalone->subtree != NULL;
}

void
standalone_tick(struct standalone *standalone)
{
	sinks_tick(standalone->sinks);
}

static netsnmp_variable_list *
add_up_time(netsnmp_variable_list *variables)
{
	static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	netsnmp_variable_list *first = NULL;
	u_long up_time = netsnmp_get_agent_uptime();

	if (snmp_varlist_add_variable(&first, sys_up_time, ARRAY_LEN(sys_up_time),
		    ASN_TIMETICKS, &up_time, sizeof(up_time)) == NULL)
		abort();
	first->next_variable = variables;
	return first;
}

uint32_t
standalone_notify(struct standalone *standalone, netsnmp_variable_list *variables)
{
	if (sinks_count(standalone->sinks) == 0 && !standalone->has_told_of_no_sink) {
		log_notice("no receiver of notifications is configured: none is sent");
		standalone->has_told_of_no_sink = true;
	}
	return sinks_notify(standalone->sinks, add_up_time(variables));
}
